package s4s.kernel;

import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.JupyterIO;
import io.github.spencerpark.jupyter.messages.publish.PublishClearOutput;
import java.util.Optional;

/** The library's outputs, which belong to a cell until the next one runs: its threads may go on. */
final class KernelIO extends JupyterIO {

    private volatile Optional<ShellReplyEnvironment> cell = Optional.empty();

    void attach(ShellReplyEnvironment env) {
        setEnv(env);
        cell = Optional.of(env);
    }

    /** Takes away what the cell has put out, now or when it puts out something new. */
    void clear(boolean wait) {
        cell.ifPresent(env -> env.publish(wait ? PublishClearOutput.BEFORE_NEXT_OUTPUT : PublishClearOutput.NOW));
    }
}
