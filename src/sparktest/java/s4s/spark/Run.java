package s4s.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/** Runs the command line. */
final class Run {
    private Run() {}

    /** What a command said that must end well, in this process. */
    static String ok(String... command) {
        return code(0, command);
    }

    /** What a command said that must end with this code, in this process. */
    static String code(int expected, String... command) {
        StringWriter text = new StringWriter();
        int code = SparkCommand.commandLine().setOut(new PrintWriter(text)).setErr(new PrintWriter(text)).execute(command);
        assertEquals(expected, code, text.toString());
        return text.toString().strip();
    }

    /** A command in a process of its own. */
    static Process start(Path log, String... command) throws IOException {
        List<String> line = new ArrayList<>(List.of(ProcessHandle.current().info().command().orElseThrow()));
        line.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        line.addAll(List.of("-cp", System.getProperty("java.class.path"), SparkCommand.class.getName()));
        line.addAll(List.of(command));
        return new ProcessBuilder(line).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    }

    /** Words one after another. */
    static String[] words(String[] first, String... more) {
        return Stream.of(first, more).flatMap(Arrays::stream).toArray(String[]::new);
    }

    /** Waits for something to happen while a process runs. */
    static void await(BooleanSupplier happened, ProcessHandle process, Path log) throws IOException, InterruptedException {
        while (!happened.getAsBoolean()) {
            if (!process.isAlive()) {
                throw new AssertionError("ended too early: " + (Files.exists(log) ? Files.readString(log) : ""));
            }
            Thread.sleep(20);
        }
    }

    /** How many files of a folder have such an ending. */
    static int count(Path folder, String ending) {
        if (!Files.isDirectory(folder)) {
            return 0;
        }
        try (Stream<Path> files = Files.list(folder)) {
            return (int) files.filter(f -> f.toString().endsWith(ending) && !f.getFileName().toString().startsWith(".")).count();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
