package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.image.ImageSet;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.learn.TeacherStore;
import s4s.model.Conditions;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.sampling.Sampling;
import s4s.solver.data.SolverFile;

/** The whole way of a latent model on tiny networks: features, autoencoder, diffusion by class and by caption, samples. */
class LatentCommandsTest {
    @TempDir
    private Path folder;

    private void train(String name, String... more) {
        List<String> args = new ArrayList<>(List.of("train", "--data", folder.resolve("data.npz").toString(), "--out",
                folder.resolve(name).toString(), "--images", "8", "--batch", "4", "--widths", "8,8", "--blocks", "1,1"));
        args.addAll(List.of(more));
        ok(args.toArray(String[]::new));
    }

    private float[] sample(String model, String... more) throws IOException {
        Path out = folder.resolve("samples.npz");
        List<String> args = new ArrayList<>(List.of("sample", "--model", folder.resolve(model).toString(), "--seeds", "0-2",
                "--batch", "2", "--nfe", "3", "--out", out.toString()));
        args.addAll(List.of(more));
        ok(args.toArray(String[]::new));
        ImageSet set = ImageSet.read(out);
        assertEquals(3, set.count());
        return set.floats(0, 3);
    }

    /** A folder with the name of a benchmark's model has that benchmark's guidance, conditions and teacher. */
    private void teachAndLearn(Models models) throws IOException {
        String model = folder.resolve("imagenet-mini").toString();
        String training = folder.resolve("training").toString();
        assertTrue(ok("teacher", "--model", model, "--pairs", "6", "--shard", "4", "--out", training).out()
                .contains("teacher unipc-3-bh2 time-quadratic 10 NFE on imagenet-mini"));
        TeacherStore store = TeacherStore.open(Path.of(training));
        assertEquals(Optional.of("class seed mod 2, guidance 2.0"), store.conditions());
        try (NDManager manager = NDManager.newBaseManager()) {
            // the last one's class, 1,000,005 mod 2, alone
            DiffusionModel alone = models.load(model, manager).given(Conditions.inTurn("dog", List.of("dog")), 2);
            long[] last = {1_000_005};
            assertArrayEquals(Sampling.images(manager, alone, store.teacher().solver(), last, 1).toFloatArray(),
                    store.pairs().samples(manager, 5, 6).toFloatArray(), 1e-4f);
        }
        String[] learn = {"learn", "--model", model, "--family", "s4s-lms", "--nfe", "3", "--pairs", "6", "--validation", "4",
            "--steps", "2", "--pairs-from", training, "--out", folder.resolve("s.json").toString()};
        ok(learn);
        Map<String, String> recipe = SolverFile.read(folder.resolve("s.json")).provenance().recipe();
        assertEquals("l2 of latents", recipe.get("distance"));
        assertEquals("class seed mod 2, guidance 2.0", recipe.get("conditions"));
        assertEquals("time-quadratic", recipe.get("grid"));
        assertEquals("imagenet-mini", recipe.get("model"));

        ok("teacher", "--model", model, "--pairs", "6", "--guidance", "3", "--out", folder.resolve("other").toString());
        learn[learn.length - 3] = folder.resolve("other").toString();
        refuses("other conditions (class seed mod 2, guidance 3.0)", learn);
        refuses("no prompts at", "teacher", "--model", folder.resolve("words").toString(), "--out", folder.resolve("none").toString());
        String[] words = {"teacher", "--model", folder.resolve("words").toString(), "--solver", "ddim", "--grid",
            "time-uniform", "--nfe", "2", "--pairs", "2", "--out", folder.resolve("text").toString()};
        refuses("no prompts at " + folder.resolve("words").resolve("prompts.txt"), words);
        Files.writeString(folder.resolve("words").resolve("prompts.txt"), "a cat\none dog\n");
        ok(words);
        assertTrue(TeacherStore.open(folder.resolve("text")).conditions().orElseThrow()
                .startsWith("line seed mod 2 of prompts.txt"));
    }

    @Test
    void fromImagesToGuidedSamples() throws IOException {
        byte[] pixels = new byte[12 * 192];
        int[] labels = new int[12];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 31 % 241);
        }
        Arrays.setAll(labels, i -> i % 2);
        Npz.write(folder.resolve("data.npz"), Map.of("images", NpyArray.of(pixels, 12, 8, 8, 3), "label", NpyArray.of(labels),
                "classes", NpyArray.of(List.of("cat", "dog")),
                "age", NpyArray.of(new int[] {1, 1, 1, 1, 5, 5, 5, 5, 9, 9, 9, 9}),
                "captions_json", NpyArray.of(("[" + "[\"a cat\", \"one cat\"],[\"a dog\"],".repeat(6) + "]").replace(",]", "]")
                        .getBytes(StandardCharsets.UTF_8))));
        Models models = new Models(folder);

        // two sets: classes of ages in steps of 4 years, and of labels and ages together; the last four images are kept
        train("features", "--labels", "age/4", "--data", folder.resolve("data.npz").toString(), "--labels", "label,age/9",
                "--classify", "--turned", "0.25", "--hold-out", "4", "--half");
        ModelCard features = models.card("features");
        assertEquals("[\"0\",\"1\",\"2\",\"0 0\",\"0 1\",\"1 0\",\"1 1\"]", features.details().get("classes").toString());
        assertEquals(10, features.classifier().classes());
        assertEquals("16", features.fact("dataImages"));
        assertEquals(8, features.evaluation().get("testImages").getAsInt());

        String perceptual = folder.resolve("features").toString();
        train("kl", "--autoencode", perceptual, "--hold-out", "4", "--latent-channels", "2", "--half");
        assertTrue(models.latentScale("kl") > 0);
        assertTrue(models.card("kl").evaluation().get("reconstruction").getAsJsonObject().has("data.npz"));
        assertTrue(Files.size(folder.resolve("kl").resolve("samples.png")) > 100);

        Path options = folder.resolve("latent.txt");
        Files.writeString(options, "# what both have in common\n--latent " + folder.resolve("kl") + "\n--patch 1 --embedding 8"
                + " --attention false,true\n--hold-out 4 --half\n");
        train("imagenet-mini", "@" + options, "--condition", "class");
        train("words", "@" + options, "--condition", "caption", "--schedule", "sd", "--least", "2");
        ModelCard classes = models.card("imagenet-mini");
        assertTrue(classes.fact("command").contains("--latent " + folder.resolve("kl")), "the options are spelled out");
        assertEquals(List.of("cat", "dog"), classes.vocabulary().orElseThrow().entries());
        assertEquals(List.of("a", "cat", "dog", "one"), models.card("words").vocabulary().orElseThrow().entries());
        assertEquals(0.0195, classes.preconditioning().schedule() instanceof s4s.schedule.Discrete d
                ? d.betas()[999] : 0, 1e-12);

        float[] free = sample("imagenet-mini");
        assertArrayEquals(free, sample("imagenet-mini", "--class", "dog", "--guidance", "0"), 1e-2f);
        float[] inTurn = sample("imagenet-mini", "--balanced", "--guidance", "2");
        assertArrayEquals(inTurn, sample("imagenet-mini", "--class", "0", "--class", "1", "--class", "cat", "--guidance", "2"));
        assertArrayEquals(Arrays.copyOfRange(inTurn, inTurn.length / 3, 2 * inTurn.length / 3), Arrays.copyOfRange(
                sample("imagenet-mini", "--class", "1", "--guidance", "2"), inTurn.length / 3, 2 * inTurn.length / 3), 1e-2f);
        Files.writeString(folder.resolve("lines.txt"), "one cat\na dog\n");
        assertArrayEquals(sample("words", "--text", "one cat", "--text", "a dog", "--text", "one cat"),
                sample("words", "--prompts", folder.resolve("lines.txt").toString()));
        sample("words", "--text", "one cat", "--text", "a dog", "--text", "dog", "--guidance", "7.5");

        refuses("there is no class \"bird\"", "sample", "--model", folder.resolve("imagenet-mini").toString(), "--png",
                folder.resolve("x.png").toString(), "--class", "bird");
        refuses("--guidance needs", "sample", "--model", folder.resolve("imagenet-mini").toString(), "--png",
                folder.resolve("x.png").toString(), "--guidance", "2");
        refuses("only classes", "sample", "--model", folder.resolve("words").toString(), "--png",
                folder.resolve("x.png").toString(), "--balanced");
        refuses("takes no class and no text", "sample", "--model", "cifar10-mini", "--png",
                folder.resolve("x.png").toString(), "--class", "1");
        assertFalse(Files.exists(folder.resolve("x.png")));

        teachAndLearn(models);

        // a model refuses an autoencoder other than its own
        Files.delete(folder.resolve("kl").resolve("checkpoint.npz"));
        train("kl", "--autoencode", perceptual, "--hold-out", "4", "--latent-channels", "2", "--half", "--seed", "1");
        refuses("trained with other weights", "sample", "--model", folder.resolve("imagenet-mini").toString(), "--png",
                folder.resolve("x.png").toString());
    }
}
