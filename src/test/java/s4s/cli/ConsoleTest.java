package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/** Standard streams: what cannot be written is an error, text is UTF-8. */
class ConsoleTest {

    /** A stream of which every write fails. */
    private static OutputStream failing(String reason) {
        return new OutputStream() {
            @Override
            public void write(int b) throws IOException {
                throw new IOException(reason);
            }
        };
    }

    private static Answer answer(String reason, String... args) {
        StringWriter err = new StringWriter();
        int code = Console.run(Main.commandLine().setErr(new PrintWriter(err)), failing(reason), args);
        return new Answer(code, "", err.toString());
    }

    @Test
    void aFullDiskIsAnErrorOfEveryKindOfOutput() {
        for (String[] args : List.of(new String[] {"solvers"}, new String[] {"--version"}, new String[] {"--help"},
                new String[] {"help"}, new String[] {"help", "fid"}, new String[] {"sample", "--help"},
                new String[] {"solver", "show", "unipc-3-bh2", "--nfe", "4"})) {
            Answer answer = answer("No space left on device", args);
            assertEquals(1, answer.code(), String.join(" ", args));
            assertEquals("s4s: cannot write the standard output: No space left on device; what was printed is lost, files that"
                    + " were written are not", answer.err().strip());
        }
    }

    @Test
    void badInputKeepsItsOwnExitCode() {
        assertEquals(2, answer("No space left on device", "solver", "show", "nosuch").code());
    }

    @Test
    void aReaderThatHasSeenEnoughIsToldNothing() {
        assertEquals(new Answer(1, "", ""), answer("Broken pipe", "solvers"));
    }

    @Test
    void argumentsThatLostLettersAreNotDrawn() {
        assertEquals(Optional.empty(), Console.mangled(StandardCharsets.UTF_8, "café", "what?"));
        assertTrue(Console.mangled(StandardCharsets.UTF_8, "sample", "caf\ufffd").orElseThrow().contains("'caf\ufffd'"));
        assertTrue(Console.mangled(StandardCharsets.US_ASCII, "caf??").orElseThrow().contains("LC_ALL"));
    }

    private static ProcessBuilder program(String... args) {
        List<String> command = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-cp", System.getProperty("java.class.path"), Main.class.getName()));
        command.addAll(List.of(args));
        return new ProcessBuilder(command);
    }

    private static Process java(String... args) throws IOException {
        ProcessBuilder builder = program(args);
        builder.environment().put("LC_ALL", "C");
        return builder.start();
    }

    /** The device that is always full is the kernel's own, not a stream of this test. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void theDeviceThatIsAlwaysFull() throws Exception {
        Process process = program("solvers").redirectOutput(Path.of("/dev/full").toFile()).start();
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(1, process.waitFor(), err);
        assertEquals(1, err.lines().count(), err);
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void outputIsUtf8InTheLocaleOfContainers() throws Exception {
        Process process = java("solver", "show", "unipc-3-bh2", "--nfe", "4");
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(text.contains(" \u2013 "), text);
        Process message = java("solver", "show", "nosuch", "--grid", "caf\u00e9");
        assertTrue(new String(message.getErrorStream().readAllBytes(), StandardCharsets.UTF_8).contains("LC_ALL"));
    }
}
