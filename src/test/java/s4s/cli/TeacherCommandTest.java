package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.benchmark.TeacherImages;
import s4s.learn.SeedRange;
import s4s.learn.Teacher;
import s4s.learn.TeacherPairs;
import s4s.learn.TeacherStore;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;

class TeacherCommandTest {
    private static String[] teacher(Path out, String... more) {
        return Stream.concat(Stream.of("teacher", "--out", out.toString()), Stream.of(more)).toArray(String[]::new);
    }

    @Test
    void drawsTheBenchmarksTeacherUnlessToldOtherwise(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("pairs");
        assertEquals(out + " has 3 pairs in 2 files, validation seeds 2000000-2000002, teacher unipc-3-bh1 logsnr 20 NFE"
                + " on cifar10-mini", ok(teacher(out, "--role", "validation", "--pairs", "3", "--shard", "2")).out().strip());
        TeacherStore store = TeacherStore.open(out);
        Teacher usual = Teacher.usual();
        TeacherPairs pairs = store.pairs();
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel model = Models.ofRepository().load("cifar10-mini", manager);
            assertEquals(usual.solver(model), store.teacher().solver());
            TeacherImages images = TeacherImages.draw(manager, model, usual, SeedRange.VALIDATION.seeds(3), 3, n -> {});
            assertArrayEquals(images.batch(manager, 0, 3).toFloatArray(), pairs.samples(manager, 0, 3).toFloatArray(), 1e-4f);
        }
        assertEquals(Models.ofRepository().card("cifar10-mini").weightsSha256(),
                store.provenance().recipe().get("model sha256"));
        assertTrue(store.provenance().sessions().get(0).get("command").endsWith("--pairs 3 --shard 2"));

        refuses("role was validation, now it is training", teacher(out, "--role", "training", "--pairs", "3", "--shard", "2"));
        Files.delete(out.resolve("shard-00000.npz"));
        Answer again = ok(teacher(out, "--role", "validation", "--pairs", "2", "--shard", "2"));
        assertEquals(2, (again.err() + again.out()).strip().lines().count());
        assertTrue(again.err().contains("shard-00000.npz is missing; it is made again"), again.err());
        assertTrue(again.out().contains("has 3 pairs in 2 files"), again.out());
    }

    @Test
    void aSolverFileCanTeach(@TempDir Path folder) throws IOException {
        ok(teacher(folder.resolve("a"), "--solver", "ddim", "--grid", "edm", "--nfe", "2", "--pairs", "1"));
        String said = ok(teacher(folder.resolve("b"), "--solver", folder.resolve("a/teacher.json").toString(), "--pairs", "1"))
                .out().strip();
        assertTrue(said.endsWith("training seeds 1000000-1000000, teacher ddim 2 NFE on cifar10-mini"), said);
        assertArrayEquals(Files.readAllBytes(folder.resolve("a/shard-00000.npz")),
                Files.readAllBytes(folder.resolve("b/shard-00000.npz")));
    }
}
