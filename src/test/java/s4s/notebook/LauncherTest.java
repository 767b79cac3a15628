package s4s.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What the launcher answers without building anything. */
@DisabledOnOs(OS.WINDOWS)
class LauncherTest {

    @TempDir
    Path folder;
    private Path launcher;

    @BeforeEach
    void copyIntoAnOddPlace() throws IOException {
        Path home = Files.createDirectories(folder.resolve("a b $c"));
        launcher = Files.copy(Path.of("s4s"), home.resolve("s4s"));
        Files.createDirectories(home.resolve("notebooks"));
        Files.writeString(home.resolve("notebooks").resolve("00-first.ipynb"), "{}");
        Files.writeString(home.resolve("notebooks").resolve("01-second.ipynb"), "{}");
    }

    private record Answer(int exit, String text) {}

    private Answer ask(Path script, String... words) throws IOException, InterruptedException {
        return ask(script, Map.of(), words);
    }

    private Answer ask(Path script, Map<String, String> environment, String... words)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("bash", script.toString()));
        command.addAll(List.of(words));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true);
        builder.environment().putAll(environment);
        Process process = builder.start();
        process.getOutputStream().close();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(process.waitFor(), text);
    }

    @Test
    void helps() throws Exception {
        for (String word : List.of("--help", "-h")) {
            Answer answer = ask(launcher, word);
            assertEquals(0, answer.exit());
            assertTrue(answer.text().contains("notebooks") && answer.text().contains("S4S_PROFILE"), answer.text());
        }
    }

    @Test
    void namesTheNotebooksThereAre() throws Exception {
        for (String command : List.of("notebooks", "lab")) {
            Answer answer = ask(launcher, command, "02-third.ipynb");
            assertEquals(2, answer.exit());
            assertEquals("s4s: no notebook '02-third'; there are: 00-first 01-second\n", answer.text());
        }
    }

    @Test
    void findsItsHomeThroughLinks() throws Exception {
        Path first = Files.createSymbolicLink(folder.resolve("first"), launcher);
        Path second = Files.createSymbolicLink(folder.resolve("second"), first.getFileName());
        assertTrue(ask(second, "notebooks", "x").text().contains("00-first"));
    }

    @Test
    void refusesUnknownOptions() throws Exception {
        assertEquals(2, ask(launcher, "notebooks", "--fast").exit());
        assertEquals(2, ask(launcher, "notebooks", "--html", "--save").exit());
        assertEquals(2, ask(launcher, "notebooks", "--html", "--learn").exit());
    }

    @Test
    void refusesATimeoutThatIsNoNumber() throws Exception {
        Answer answer = ask(launcher, Map.of("S4S_CELL_TIMEOUT", "long"), "notebooks");
        assertEquals(new Answer(2, "s4s: S4S_CELL_TIMEOUT is seconds, not 'long'\n"), answer);
    }
}
