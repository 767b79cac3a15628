package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.eval.Benchmark;
import s4s.eval.Teacher;
import s4s.learn.SeedRange;
import s4s.learn.TeacherPairs;
import s4s.learn.TeacherStore;
import s4s.model.Denoiser;
import s4s.model.Models;

class TeacherCommandTest {
    private static String run(int expected, Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("teacher", "--out", out.toString()));
        args.addAll(List.of(more));
        StringWriter text = new StringWriter();
        int code = Main.commandLine().setOut(new PrintWriter(text)).setErr(new PrintWriter(text))
                .execute(args.toArray(String[]::new));
        assertEquals(expected, code, text.toString());
        return text.toString().strip();
    }

    @Test
    void drawsTheBenchmarksTeacherUnlessToldOtherwise(@TempDir Path folder) throws IOException {
        Path out = folder.resolve("pairs");
        assertEquals(out + " has 3 pairs in 2 files, validation seeds 2000000-2000002, teacher unipc-3-bh1 logsnr 20 NFE"
                + " on cifar10-mini", run(0, out, "--role", "validation", "--pairs", "3", "--shard", "2"));
        TeacherStore store = TeacherStore.open(out);
        Teacher usual = Benchmark.cifar10().teacher();
        TeacherPairs pairs = store.pairs();
        try (NDManager manager = NDManager.newBaseManager()) {
            Denoiser denoiser = Models.ofRepository().denoiser("cifar10-mini", manager);
            assertEquals(usual.solver(denoiser), store.teacher().solver());
            Teacher.Images images = usual.draw(manager, denoiser, SeedRange.VALIDATION.seeds(3), 3, n -> {});
            assertArrayEquals(images.batch(manager, 0, 3).toFloatArray(), pairs.samples(manager, 0, 3).toFloatArray(), 1e-4f);
        }
        assertEquals(Models.ofRepository().card("cifar10-mini").weightsSha256(),
                store.provenance().recipe().get("model sha256"));
        assertTrue(store.provenance().sessions().get(0).get("command").endsWith("--pairs 3 --shard 2"));

        String refusal = run(2, out, "--role", "training", "--pairs", "3", "--shard", "2");
        assertTrue(refusal.contains("role was validation, now it is training") && refusal.lines().count() == 1, refusal);
        Files.delete(out.resolve("shard-00000.npz"));
        List<String> again = run(0, out, "--role", "validation", "--pairs", "2", "--shard", "2").lines().toList();
        assertEquals(2, again.size());
        assertTrue(again.get(0).contains("shard-00000.npz is missing; it is made again"), again.get(0));
        assertTrue(again.get(1).contains("has 3 pairs in 2 files"), again.get(1));
    }

    @Test
    void aSolverFileCanTeach(@TempDir Path folder) throws IOException {
        run(0, folder.resolve("a"), "--solver", "ddim", "--grid", "edm", "--nfe", "2", "--pairs", "1");
        String said = run(0, folder.resolve("b"), "--solver", folder.resolve("a/teacher.json").toString(), "--pairs", "1");
        assertTrue(said.endsWith("training seeds 1000000-1000000, teacher ddim 2 NFE on cifar10-mini"), said);
        assertArrayEquals(Files.readAllBytes(folder.resolve("a/shard-00000.npz")),
                Files.readAllBytes(folder.resolve("b/shard-00000.npz")));
    }
}
