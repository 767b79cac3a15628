package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.refuses;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.benchmark.Benchmark;
import s4s.image.ImageSet;
import s4s.io.Claim;

/** Every command whose work goes on takes its output for itself, and says when it is stopped. */
class TwoAtOnceTest {
    private static final String TAKEN = "is being written by another process";
    private static final String MODEL = "data/stand-ins/edm-small";

    @TempDir
    private Path folder;

    private static void refusesFolder(Path out, String... command) throws IOException {
        try (Claim claim = Claim.ofFolder(out)) {
            refuses(TAKEN, command);
        }
    }

    private static void refusesFile(Path out, String... command) throws IOException {
        try (Claim claim = Claim.ofFile(out)) {
            refuses(TAKEN, command);
        }
    }

    @Test
    void theSecondIsRefused() throws IOException {
        Path images = folder.resolve("data.npz");
        ImageSet.write(images, ImageSet.of(new byte[4 * 192], 8, 8, "black"), Benchmark.seeds(4));
        String data = images.toString();
        String out = folder.resolve("out").toString();
        refusesFolder(Path.of(out), "sample", "--model", MODEL, "--nfe", "2", "--seeds", "0-3", "--out", out);
        refusesFolder(Path.of(out), "teacher", "--model", MODEL, "--solver", "ddim", "--grid", "edm", "--nfe", "2",
                "--pairs", "4", "--out", out);
        refusesFolder(Path.of(out), "train", "--data", data, "--widths", "8", "--blocks", "1", "--attention", "false",
                "--batch", "4", "--images", "8", "--out", out);
        refusesFolder(Path.of(out), "learn", "--suite", "cifar10-mini", "--out", out);
        refusesFolder(Path.of(out), "fid", "--images", data, "--reference", data, "--state", out);
        refusesFolder(Path.of(out), "metrics", "--images", data, "--reference", data, "--state", out);
        refusesFolder(Path.of(out + ".npz.state"), "stats", "--images", data, "--out", out + ".npz");
        refusesFile(Path.of(out + ".json"), "learn", "--nfe", "3", "--out", out + ".json");
        refusesFile(Path.of(out + ".csv"), "benchmark", "--images", "10", "--block", "10", "--only", "3-edm",
                "--out", out + ".csv");
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(Stream.of(images).toList(), left.toList());
        }
    }

    /** SIGTERM ends a process with code 128 + 15. */
    @Test
    void whoStopsItIsToldThatItGoesOn() throws IOException, InterruptedException {
        String[] command = {Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-Dai.djl.offline=true", "-cp",
            System.getProperty("java.class.path"), "s4s.cli.Main"};
        String[] sample = {"sample", "--model", MODEL, "--seeds", "0-99999", "--nfe", "50", "--out",
            folder.resolve("x").toString()};
        Path errors = folder.resolve("errors");
        Process process = new ProcessBuilder(Stream.concat(Arrays.stream(command), Arrays.stream(sample)).toList())
                .redirectError(errors.toFile()).start();
        try (BufferedReader said = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertTrue(said.readLine().startsWith("100000 images"));
            process.destroy();
            assertEquals(143, process.waitFor());
        }
        assertTrue(Files.readString(errors).contains("s4s: stopped; what is finished is kept, and the same command goes on"),
                Files.readString(errors));
    }
}
