package s4s.io;

import java.io.PrintStream;
import java.time.Duration;

/**
 * How far a long loop has come. Safe to update from several threads, and cheap: an update that comes too soon after
 * the last one shown is only remembered.
 *
 * <pre>{@code
 * try (Progress progress = Progress.terminal(System.err, "sampling")) {
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
        return Terminal.interactive() ? to(new Terminal.UpdatedLine(out), label, Duration.ofMillis(200))
                : to(new Terminal.Lines(out), label, Duration.ofSeconds(10));
    }

    /**
     * One line, shown by whatever can show it.
     *
     * @param sink where the line goes; called by one thread at a time
     * @param label what the loop does
     * @param pause least time between two states shown
     */
    static Progress to(Sink sink, String label, Duration pause) {
        return new ProgressLine(label, pause, System::nanoTime, sink);
    }

    /** Where a line goes. */
    interface Sink {
        /** Shows a state. */
        void show(String text);

        /**
         * Shows the last state.
         *
         * @param text with time and rate
         * @param quiet without what differs between runs
         */
        void end(String text, String quiet);
    }
}
