package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.data.ImageSet;
import s4s.data.NpyArray;
import s4s.data.Npz;
import s4s.model.ModelCard;
import s4s.model.Models;

/** The whole way of a latent model on tiny networks: features, autoencoder, diffusion by class and by caption, samples. */
class LatentCommandsTest {
    @TempDir
    private Path folder;

    private static String run(int expected, String... args) {
        StringWriter text = new StringWriter();
        int code = Main.commandLine().setOut(new PrintWriter(text)).setErr(new PrintWriter(text)).execute(args);
        assertEquals(expected, code, text.toString());
        return text.toString();
    }

    private String train(String name, String... more) {
        List<String> args = new ArrayList<>(List.of("train", "--data", folder.resolve("data.npz").toString(), "--out",
                folder.resolve(name).toString(), "--images", "8", "--batch", "4", "--widths", "8,8", "--blocks", "1,1"));
        args.addAll(List.of(more));
        return run(0, args.toArray(String[]::new));
    }

    private float[] sample(String model, String... more) throws IOException {
        Path out = folder.resolve("samples.npz");
        List<String> args = new ArrayList<>(List.of("sample", "--model", folder.resolve(model).toString(), "--seeds", "0-2",
                "--batch", "2", "--nfe", "3", "--out", out.toString()));
        args.addAll(List.of(more));
        run(0, args.toArray(String[]::new));
        ImageSet set = ImageSet.read(out);
        assertEquals(3, set.count());
        return set.floats(0, 3);
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
        train("classes", "@" + options, "--condition", "class");
        train("words", "@" + options, "--condition", "caption", "--schedule", "sd", "--least", "2");
        ModelCard classes = models.card("classes");
        assertTrue(classes.fact("command").contains("--latent " + folder.resolve("kl")), "the options are spelled out");
        assertEquals(List.of("cat", "dog"), classes.vocabulary().orElseThrow().entries());
        assertEquals(List.of("a", "cat", "dog", "one"), models.card("words").vocabulary().orElseThrow().entries());
        assertEquals(0.0195, classes.preconditioning().schedule() instanceof s4s.schedule.Discrete d
                ? d.betas()[999] : 0, 1e-12);

        float[] free = sample("classes");
        assertArrayEquals(free, sample("classes", "--class", "dog", "--guidance", "0"), 1e-2f);
        float[] inTurn = sample("classes", "--balanced", "--guidance", "2");
        assertArrayEquals(inTurn, sample("classes", "--class", "0", "--class", "1", "--class", "cat", "--guidance", "2"));
        assertArrayEquals(Arrays.copyOfRange(inTurn, inTurn.length / 3, 2 * inTurn.length / 3), Arrays.copyOfRange(
                sample("classes", "--class", "1", "--guidance", "2"), inTurn.length / 3, 2 * inTurn.length / 3), 1e-2f);
        sample("words", "--text", "one cat", "--text", "a dog", "--text", "dog", "--guidance", "7.5");

        assertTrue(run(2, "sample", "--model", folder.resolve("classes").toString(), "--png",
                folder.resolve("x.png").toString(), "--class", "bird").contains("there is no class \"bird\""));
        assertTrue(run(2, "sample", "--model", folder.resolve("classes").toString(), "--png",
                folder.resolve("x.png").toString(), "--guidance", "2").contains("--guidance needs"));
        assertTrue(run(2, "sample", "--model", folder.resolve("words").toString(), "--png",
                folder.resolve("x.png").toString(), "--balanced").contains("only classes"));
        assertTrue(run(2, "sample", "--model", "cifar10-mini", "--png", folder.resolve("x.png").toString(), "--class", "1")
                .contains("takes no class and no text"));
        assertFalse(Files.exists(folder.resolve("x.png")));

        // a model refuses an autoencoder other than its own
        Files.delete(folder.resolve("kl").resolve("checkpoint.npz"));
        train("kl", "--autoencode", perceptual, "--hold-out", "4", "--latent-channels", "2", "--half", "--seed", "1");
        assertTrue(run(2, "sample", "--model", folder.resolve("classes").toString(), "--png",
                folder.resolve("x.png").toString()).contains("trained with other weights"));
    }
}
