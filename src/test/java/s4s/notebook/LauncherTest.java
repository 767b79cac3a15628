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
    void refusesAClassPathThatIsNotThere() throws Exception {
        Files.createDirectories(folder.resolve("jars"));
        Answer answer = ask(launcher, Map.of("S4S_CLASSPATH", "jars/*::mine.jar"), "solvers");
        assertEquals(2, answer.exit());
        assertEquals("s4s: S4S_CLASSPATH names 'mine.jar', which is not there\n", answer.text());
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

    /** A Java that says what it was started with. */
    private Path standIn() throws IOException {
        Path home = launcher.getParent();
        Files.createDirectories(home.resolve("src/main"));
        Files.writeString(home.resolve("pom.xml"), "");
        Path bin = Files.createDirectories(folder.resolve("jdk/bin"));
        Path java = Files.writeString(bin.resolve("java"), """
                #!/bin/sh
                if [ "$1" = -version ]; then echo 'openjdk version "17.0.1"' >&2; exit; fi
                while [ "$1" != -cp ]; do shift; done
                shift 2
                echo "$(locale charmap) $*"
                """);
        java.toFile().setExecutable(true);
        Files.createDirectories(home.resolve("target"));
        Files.writeString(home.resolve("target/s4s.jar"), "");
        return bin.getParent();
    }

    @Test
    void textIsUtf8WhateverTheLocale() throws Exception {
        Map<String, String> java = Map.of("JAVA_HOME", standIn().toString());
        for (String locale : List.of("C", "POSIX", "nosuch", "C.UTF-8")) {
            Map<String, String> environment = new java.util.HashMap<>(java);
            environment.put("LC_ALL", locale);
            Answer answer = ask(launcher, environment, "sample", "--text", "café");
            assertTrue(answer.text().endsWith("UTF-8 s4s.cli.Main sample --text café\n"), answer.text());
        }
    }

    @Test
    void helpListsTheProgramsCommandsToo() throws Exception {
        Map<String, String> java = Map.of("JAVA_HOME", standIn().toString());
        Answer all = ask(launcher, java, "help");
        assertTrue(all.text().startsWith("Usage: ./s4s") && all.text().endsWith("s4s.cli.Main help\n"), all.text());
        assertTrue(ask(launcher, java, "help", "fid").text().endsWith(" s4s.cli.Main help fid\n"));
        assertTrue(ask(launcher, java, "help", "check").text().contains("s4s.notebook.NotebookCheck"));
        for (String command : List.of("notebooks", "lab", "build", "test")) {
            assertEquals(ask(launcher, "--help"), ask(launcher, "help", command));
            assertEquals(ask(launcher, "--help"), ask(launcher, command, "--help"));
        }
    }
}
