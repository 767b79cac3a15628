package s4s.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.learn.TeacherPairs;

/** Pairs by executors are those of one process, also when executors or jobs are killed. */
class SparkTeacherTest {
    private static final String[] SMALL = {"teacher", "--nfe", "8", "--pairs", "38", "--shard", "4"};
    private static final String[] SPARK = Run.words(new String[] {"spark"}, SMALL);
    private static final int SHARDS = 10;

    @TempDir
    static Path folder;

    private static TeacherPairs expected;

    @BeforeAll
    static void drawAlone() throws IOException {
        Run.ok(Run.words(SMALL, "--out", folder.resolve("alone").toString()));
        expected = TeacherPairs.read(folder.resolve("alone"));
        // all that Spark's worker wants to see of a distribution; the classes come from the class path
        Files.createDirectories(Path.of(System.getenv("SPARK_HOME"), "jars"));
    }

    private static void requireExpected(Path pairs) throws IOException {
        TeacherPairs actual = TeacherPairs.read(pairs);
        assertArrayEquals(expected.seeds(), actual.seeds());
        assertArrayEquals(expected.samples(0, 38), actual.samples(0, 38), 1e-5f);
    }

    @Test
    void pairsAreThoseOfOneProcess() throws IOException {
        Path out = folder.resolve("local");
        String said = Run.ok(Run.words(SPARK, "--out", out.toString()));
        assertTrue(said.contains("has 38 pairs in 10 files"), said);
        requireExpected(out);
    }

    @Test
    void aKilledExecutorChangesNothing() throws Exception {
        Path out = folder.resolve("executor");
        Events.reset();
        CompletableFuture<String> job = CompletableFuture.supplyAsync(() -> Run.ok(Run.words(Run.words(SPARK, Events.LISTEN),
                "--master", "local-cluster[2,1,1024]", "--conf", "spark.scheduler.minRegisteredResourcesRatio=1",
                "--out", out.toString())));
        while (Run.count(out, ".npz") == 0 || Events.ADDED.get() < 2) {
            assertTrue(!job.isDone(), "the job ended before an executor could be killed");
            Thread.sleep(20);
        }
        // executors are the children of the worker, which runs in this process
        ProcessHandle victim = ProcessHandle.current().children().filter(p -> p.info().command().orElse("").endsWith("java"))
                .findFirst().orElseThrow();
        int before = Run.count(out, ".npz");
        victim.destroyForcibly();
        assertTrue(before < SHARDS, "killed in the middle");
        job.get();
        requireExpected(out);
        assertTrue(Events.REMOVED.get() >= 1, "an executor was lost");
        assertEquals(SHARDS, Events.FINISHED.get(), "no finished shard was drawn again");
    }

    @Test
    void aKilledJobGoesOn() throws Exception {
        Path out = folder.resolve("job");
        Process job = Run.start(folder.resolve("job.log"), Run.words(SPARK, "--out", out.toString()));
        Run.await(() -> Run.count(out, ".npz") >= 2, job.toHandle(), folder.resolve("job.log"));
        job.destroyForcibly().waitFor();
        int before = Files.readString(out.resolve("manifest.json")).split("\"shard-", -1).length - 1;
        assertTrue(before > 0 && before < SHARDS, "killed in the middle");
        Events.reset();
        Run.ok(Run.words(Run.words(SPARK, Events.LISTEN), "--out", out.toString()));
        requireExpected(out);
        assertEquals(SHARDS - before, Events.FINISHED.get(), "no shard that the manifest lists was drawn again");
    }

    @Test
    void whatATaskRefusesIsSaidInOneLine() throws IOException {
        String said = Run.code(2, Run.words(SPARK, "--batch", "0", "--out", folder.resolve("refused").toString()));
        assertEquals("s4s: A batch holds at least one image, not 0.", said);
    }
}
