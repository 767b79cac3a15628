package s4s.kernel;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Starts kernels as Jupyter does: as processes of their own. */
final class KernelProcess {

    private KernelProcess() {}

    static List<String> command(Path connectionFile) {
        return List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), KernelMain.class.getName(), connectionFile.toString());
    }

    static Process start(Path connectionFile) throws IOException {
        return start(command(connectionFile));
    }

    /** Starts the kernel as the child of a process that waits for it. */
    static Process startBehindShell(Path connectionFile) throws IOException {
        List<String> command = new ArrayList<>(List.of("sh", "-c", "\"$@\"; exit $?", "sh"));
        command.addAll(command(connectionFile));
        return start(command);
    }

    private static Process start(List<String> command) throws IOException {
        return new ProcessBuilder(command).redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD).start();
    }
}
