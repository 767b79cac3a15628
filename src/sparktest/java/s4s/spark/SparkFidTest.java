package s4s.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.app.Output;
import s4s.app.Viewing;
import s4s.image.ImageSet;
import s4s.io.Npz;
import s4s.metric.Extraction;
import s4s.metric.Features;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.model.repository.Models;

/** Images and their moments by executors. */
class SparkFidTest {
    private static final String[] SAMPLE = {"sample", "--solver", "ddim", "--nfe", "1", "--seeds", "0-332", "--batch", "20"};

    @TempDir
    static Path folder;

    private static Path alone;

    @BeforeAll
    static void drawAlone() {
        alone = folder.resolve("alone.npz");
        Run.ok(Run.words(SAMPLE, "--out", alone.toString()));
    }

    private static String[] spark(String... command) {
        return Run.words(new String[] {"spark"}, command);
    }

    private static void requireAlone(Path out) throws IOException {
        byte[] expected = ImageSet.read(alone).pixels();
        byte[] actual = ImageSet.read(out).pixels();
        assertEquals(expected.length, actual.length);
        int most = IntStream.range(0, expected.length).map(i -> Math.abs((expected[i] & 0xff) - (actual[i] & 0xff))).max()
                .orElseThrow();
        assertTrue(most <= 1, "pixels differ by " + most);
        try (Npz a = Npz.open(alone); Npz b = Npz.open(out)) {
            assertArrayEquals(a.get("seeds").longs(), b.get("seeds").longs());
        }
    }

    @Test
    void picturesAreThoseOfOneProcess() throws IOException {
        Path out = folder.resolve("spark.npz");
        Run.ok(spark(Run.words(SAMPLE, "--out", out.toString())));
        requireAlone(out);
        assertFalse(Files.exists(folder.resolve("spark.npz.parts")));
    }

    @Test
    void aKilledJobGoesOn() throws Exception {
        Path out = folder.resolve("killed.npz");
        Path parts = folder.resolve("killed.npz.parts");
        Path log = folder.resolve("killed.log");
        String[] command = spark(Run.words(SAMPLE, "--out", out.toString()));
        Process job = Run.start(log, command);
        Run.await(() -> Run.count(parts, ".npz") >= 2, job.toHandle(), log);
        job.destroyForcibly().waitFor();
        int before = Run.count(parts, ".npz");
        assertTrue(before < 17 && !Files.exists(out), "killed in the middle");
        assertTrue(Run.code(2, spark("sample", "--nfe", "1", "--seeds", "0-332", "--batch", "20", "--out", out.toString()))
                .contains("killed.npz.parts holds parts of other images"));
        Events.reset();
        Run.ok(Run.words(command, Events.LISTEN));
        requireAlone(out);
        assertEquals(17 - before, Events.FINISHED.get(), "no finished part was drawn again");
    }

    @Test
    void momentsAreThoseOfOneProcessWhateverTheNumberOfTasks() throws IOException {
        ImageSet images = ImageSet.read(alone);
        try (NDManager manager = NDManager.newBaseManager()) {
            Features features = MiniFeatures.of(Models.ofRepository(), "cifar10-features", manager);
            Moments.Gaussian expected = Extraction.moments(features, images, manager);
            Viewing viewing = new Viewing(Optional.empty(), false, Optional.empty(), Optional.empty(), Optional.empty(), false, false,
                    Optional.empty(), Extraction.BATCH, Optional.empty(), 2000);
            for (int partitions : new int[] {1, 3, 7}) {
                try (Cluster cluster = Cluster.open(new SparkConf().setMaster("local[" + partitions + "]").setAppName("test"), false);
                        Viewing.Session session = viewing.session(manager, Optional.empty(), Output.none())) {
                    int[] all = IntStream.range(0, images.count()).toArray();
                    requireEqual(expected, session.moments(images, all, cluster));
                }
            }
        }
    }

    /** To 1e-12 of the standard deviations. */
    private static void requireEqual(Moments.Gaussian a, Moments.Gaussian b) {
        assertEquals(a.count(), b.count());
        int size = a.mean().length;
        double[] deviation = IntStream.range(0, size).mapToDouble(i -> Math.sqrt(a.covariance().getEntry(i, i))).toArray();
        for (int i = 0; i < size; i++) {
            assertEquals(a.mean()[i], b.mean()[i], 1e-12 * (deviation[i] + Math.abs(a.mean()[i])));
            for (int j = 0; j < size; j++) {
                assertEquals(a.covariance().getEntry(i, j), b.covariance().getEntry(i, j), 1e-12 * deviation[i] * deviation[j]);
            }
        }
    }

    @Test
    void theDistanceIsThatOfOneProcess() throws IOException {
        String[] fd = {"fd", "--images", alone.toString(), "--format", "csv"};
        double expected = value(Run.ok(fd));
        double actual = value(Run.ok(Run.words(spark(fd), "--state", folder.resolve("state").toString(), "--save-every", "100")));
        assertEquals(expected, actual, 1e-9 * expected);
        assertEquals(0, Run.count(folder.resolve("state"), ".npz"));
    }

    private static double value(String csv) {
        return csv.lines().filter(line -> line.startsWith(MiniFeatures.METRIC)).mapToDouble(
                line -> Double.parseDouble(line.split(",")[2])).findFirst().orElseThrow(() -> new AssertionError(csv));
    }
}
