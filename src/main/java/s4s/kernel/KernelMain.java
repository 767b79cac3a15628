package s4s.kernel;

import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.publish.PublishStream.StreamType;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Starts the kernel: {@code java -cp ... s4s.kernel.KernelMain CONNECTION_FILE}; the front end writes the file. */
public final class KernelMain {

    private KernelMain() {}

    /**
     * Serves until the front end asks for the end or dies.
     *
     * @param args path of the connection file
     */
    public static void main(String[] args) throws Exception {
        if (args.length != 1 || !Files.isReadable(Path.of(args[0]))) {
            System.err.println("s4s kernel: give the connection file that Jupyter wrote (is this not started by Jupyter?)");
            System.exit(2);
        }
        exitWithParent();
        Logger.getLogger("").setLevel(Level.WARNING); // basekernel tells every message
        JavaKernel kernel = new JavaKernel();
        Notebook.serve(kernel);
        Connection connection =
                new Connection(KernelConnectionProperties.parse(Files.readString(Path.of(args[0]))), System.err);
        kernel.serve(connection);
        connection.connect();
        System.setOut(printStream(connection, StreamType.OUT));
        System.setErr(printStream(connection, StreamType.ERR));
        System.setIn(connection.input());
        connection.waitUntilClose();
        System.exit(0); // threads that cells started do not keep the process
    }

    /** For good: threads that a cell started go on when it has ended. */
    private static PrintStream printStream(Connection connection, StreamType stream) {
        return new PrintStream(connection.publisher().stream(stream), false, StandardCharsets.UTF_8);
    }

    /** A front end that is killed cannot say goodbye, and its kernels would stay for ever with all their memory. */
    private static void exitWithParent() {
        ProcessHandle.current().parent()
                .ifPresent(parent -> parent.onExit().thenRun(() -> Runtime.getRuntime().halt(0)));
    }
}
