package s4s.report;

import io.github.spencerpark.jupyter.kernel.BaseKernel;
import java.io.PrintStream;
import java.time.Duration;
import java.util.UUID;

/**
 * How far a long loop has come. Safe to update from several threads, and cheap: an update that comes too soon after
 * the last one shown is only remembered.
 *
 * <pre>{@code
 * try (Progress progress = Progress.notebook(getKernelInstance(), "sampling")) {
 *     sample(..., progress);
 * }
 * }</pre>
 */
public interface Progress extends AutoCloseable {

    /**
     * Reports the state.
     *
     * @param done steps finished, 0 to total
     * @param total steps in all, above 0
     * @param note a few words on the state, such as a loss; may be empty
     */
    void update(long done, long total, String note);

    /** Reports the state without a note. */
    default void update(long done, long total) {
        update(done, total, "");
    }

    /** Ends the line, saying how many steps were done. */
    @Override
    void close();

    /** Shows nothing. */
    static Progress none() {
        return new Progress() {
            @Override
            public void update(long done, long total, String note) {}

            @Override
            public void close() {}
        };
    }

    /**
     * One line that updates itself: steps, rate, remaining time. Where no one sits at a terminal (output goes to a
     * file), a new line every ten seconds at most.
     *
     * @param out usually {@code System.err}, which leaves the standard output to results
     * @param label what the loop does
     */
    static Progress terminal(PrintStream out, String label) {
        return Terminal.interactive()
                ? new ProgressLine(label, Duration.ofMillis(200), System::nanoTime, new Terminal.UpdatedLine(out))
                : new ProgressLine(label, Duration.ofSeconds(10), System::nanoTime, new Terminal.Lines(out));
    }

    /**
     * A line under the running cell that updates itself. What the notebook file keeps is the last state, in which
     * nothing differs between runs: "sampling: 120 of 120".
     *
     * @param kernel the notebook's {@code getKernelInstance()}
     * @param label what the loop does
     */
    static Progress notebook(BaseKernel kernel, String label) {
        String id = UUID.randomUUID().toString();
        return new ProgressLine(label, Duration.ofMillis(250), System::nanoTime, new NotebookSink(data -> {
            data.setDisplayId(id);
            kernel.display(data);
        }, data -> kernel.getIO().display.updateDisplay(id, data)));
    }
}
