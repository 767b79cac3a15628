package s4s.spark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.pytorch.jni.JniUtils;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.app.Parcel;
import s4s.app.Shared;

/** What executor processes load. */
class SharedTest {
    private static final AtomicInteger LOADS = new AtomicInteger();
    private static final List<Integer> TASKS = IntStream.range(0, 12).boxed().toList();

    private static Cluster open(String... settings) {
        SparkConf conf = new SparkConf().setMaster("local[2]").setAppName("test");
        for (int i = 0; i < settings.length; i += 2) {
            conf.set(settings[i], settings[i + 1]);
        }
        return Cluster.open(conf, false);
    }

    private static Shared<String> shared(String kind, Parcel parcel, Shared.Loader<String> loader) {
        return new Shared<>(kind, () -> {
            throw new AssertionError("not here");
        }, () -> parcel, loader);
    }

    @Test
    void isLoadedOnceForAllTasksOfAProcess(@TempDir Path folder) throws IOException {
        Parcel parcel = new Parcel().with("a/b.txt", Files.writeString(folder.resolve("file"), "content"));
        Set<String> seen = new TreeSet<>();
        try (Cluster cluster = open()) {
            Shared<String> text = shared("text", parcel, (files, manager) -> {
                LOADS.incrementAndGet();
                return Files.readString(files.resolve("a/b.txt"));
            });
            cluster.run(text, TASKS, (value, i, site) -> i + " " + value, (i, said) -> {
                assertEquals(i + " content", said);
                seen.add(said);
            });
        }
        assertEquals(TASKS.size(), seen.size());
        assertEquals(1, LOADS.get());
    }

    @Test
    void filesThatArriveOtherwiseThanTheyLeftAreRefused(@TempDir Path folder) throws IOException {
        Parcel parcel = new Parcel().with("file", Files.writeString(folder.resolve("file"), "content"));
        Parcel other = new Parcel().with("file", Files.writeString(folder.resolve("file"), "Content"));
        try (Cluster cluster = open()) {
            Remote<String> text = new Remote<>(parcel.sha256(), "text", cluster.context().broadcast(other),
                    (files, manager) -> "", false);
            String message = assertThrows(SparkException.class, () -> cluster.context().parallelize(List.of(0), 1)
                    .map(i -> text.work((value, piece, site) -> value, i)).collect()).getMessage();
            assertTrue(message.contains("the files of text arrived with sha256 " + other.sha256()), message);
        }
    }

    @Test
    void aTaskComputesInAsManyThreadsAsItHasCores() throws IOException {
        for (int cores : new int[] {1, 2}) {
            try (Cluster cluster = open("spark.task.cpus", String.valueOf(cores))) {
                cluster.run(shared("nothing", new Parcel(), (files, manager) -> ""), TASKS,
                        (value, i, site) -> JniUtils.getNumThreads(), (i, threads) -> assertEquals(cores, threads));
            }
        }
    }
}
