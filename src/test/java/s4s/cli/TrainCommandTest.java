package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.benchmark.Benchmark;
import s4s.image.ImageSet;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;

/** From images to a model that other commands take, in two runs and in one. */
class TrainCommandTest {
    private static void train(Path data, Path out, String images, String... more) {
        List<String> args = new ArrayList<>(List.of("train", "--data", data.toString(), "--out", out.toString(),
                "--images", images, "--batch", "4", "--widths", "8,8", "--blocks", "1,1", "--attention", "false,true",
                "--embedding", "8", "--checkpoint-every", "8"));
        args.addAll(List.of(more));
        ok(args.toArray(String[]::new));
    }

    @Test
    void noiseOfTrainingIsChosenAndNamedInTheCard(@TempDir Path folder) throws IOException {
        Path data = folder.resolve("data.npz");
        ImageSet.write(data, ImageSet.of(new byte[4 * 192], 8, 8, "black"), Benchmark.seeds(4));
        train(data, folder.resolve("usual"), "4");
        train(data, folder.resolve("noisier"), "4", "--noise", "0,0.0001");
        Models models = new Models(folder);
        assertEquals(JsonParser.parseString("{\"lnSigmaMean\":0.0,\"lnSigmaStd\":0.0001}"),
                models.card("noisier").training().get("noiseDistribution"));
        assertEquals(JsonParser.parseString("{\"lnSigmaMean\":-1.2,\"lnSigmaStd\":1.2}"),
                models.card("usual").training().get("noiseDistribution"));
        // the output of an untrained network is zero; the mean square of EDM's target is (s^2 + 0.5^4)/(0.5^2 (s^2 + 0.5^2))
        // where images are -1 everywhere, 3.4 at s = 1; the spread of 768 normal numbers leaves 0.06 of it open
        assertEquals(3.4, Double.parseDouble(models.card("noisier").fact("loss")), 0.2);
        refuses("--noise takes two numbers", "train", "--data", data.toString(), "--out", folder.resolve("none").toString(),
                "--noise", "0");
    }

    @Test
    void makesAModelWithACardAndGoesOnFromItsCheckpoint(@TempDir Path folder) throws IOException {
        byte[] pixels = new byte[12 * 192];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 31 % 241);
        }
        Path data = folder.resolve("data.npz");
        ImageSet.write(data, ImageSet.of(pixels, 8, 8, "ramp"), Benchmark.seeds(12));
        train(data, folder.resolve("tiny"), "24", "--note", "a test");
        assertTrue(Files.size(folder.resolve("tiny").resolve("samples.png")) > 100);
        ModelCard card = new Models(folder).card("tiny");
        assertEquals("24", card.fact("imagesSeen"));
        assertEquals("a test", card.fact("note"));
        assertEquals(List.of(false, true), card.unet().attention());
        assertEquals(ImageSet.read(data).sha256(), card.fact("dataSha256"));
        byte[] weights = Files.readAllBytes(folder.resolve("tiny").resolve("weights.npz"));
        // a second call finds the run complete and writes the same model
        train(data, folder.resolve("tiny"), "24");
        assertArrayEquals(weights, Files.readAllBytes(folder.resolve("tiny").resolve("weights.npz")));
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel model = new Models(folder).load("tiny", manager);
            assertEquals(card.unet().sampleShape(), model.sampleShape());
        }
    }

    /** A run goes on with what it began with; only its length may be another, and the card says so. */
    @Test
    void otherDataOrSettingsAreNamed(@TempDir Path folder) throws IOException {
        Path data = folder.resolve("data.npz");
        Path others = folder.resolve("others.npz");
        ImageSet.write(data, ImageSet.of(new byte[8 * 192], 8, 8, "black"), Benchmark.seeds(8));
        ImageSet.write(others, ImageSet.of(new byte[9 * 192], 8, 8, "black"), Benchmark.seeds(9));
        Path out = folder.resolve("tiny");
        train(data, out, "8");
        String[] same = {"train", "--data", data.toString(), "--out", out.toString(), "--images", "16", "--batch", "4",
            "--widths", "8,8", "--blocks", "1,1", "--attention", "false,true", "--embedding", "8"};
        for (String[] change : new String[][] {{"--lr", "0.01", "learning rate was 0.0015, now it is 0.01"},
            {"--seed", "9", "seed was 0, now it is 9"}, {"--warmup", "8", "warm-up was 20000, now it is 8"},
            {"--ema", "8", "half-life of the average was 50000.0, now it is 8.0"}, {"--batch", "8", "batch was 4, now it is 8"},
            {"--noise", "0,1.7", "noiseDistribution was {\"lnSigmaMean\":-1.2,\"lnSigmaStd\":1.2}, now it is"},
            {"--data", others.toString(), "data was data.npz, now it is others.npz"},
            {"--embedding", "16", "network was"}}) {
            List<String> args = new ArrayList<>(List.of(same));
            if (args.contains(change[0])) {
                args.set(args.indexOf(change[0]) + 1, change[1]);
            } else {
                args.addAll(List.of(change[0], change[1]));
            }
            refuses(change[2], args.toArray(String[]::new));
        }
        assertTrue(ok(same).err().contains("going on from " + out.resolve("checkpoint.npz") + ", step 2"));
        ModelCard card = new Models(folder).card("tiny");
        assertEquals("16", card.fact("imagesSeen"));
        assertEquals("[\"8 images were planned until step 2\"]", card.training().get("earlierPlans").toString());
    }

    @Test
    void fineTuningSaysWhatItStartedFrom(@TempDir Path folder) throws IOException {
        Path data = folder.resolve("data.npz");
        ImageSet.write(data, ImageSet.of(new byte[4 * 192], 8, 8, "black"), Benchmark.seeds(4));
        train(data, folder.resolve("first"), "4");
        String first = folder.resolve("first").toString();
        train(data, folder.resolve("second"), "4", "--from", first, "--seed", "9");
        String hash = new Models(folder).card("first").weightsSha256();
        assertEquals("{\"model\":\"" + first + "\",\"weightsSha256\":\"" + hash + "\"}",
                new Models(folder).card("second").training().get("startedFrom").toString());
    }

    @Test
    void refusesWeightsThatTheCardDoesNotDescribe(@TempDir Path folder) throws IOException {
        byte[] pixels = new byte[4 * 192];
        Path data = folder.resolve("data.npz");
        ImageSet.write(data, ImageSet.of(pixels, 8, 8, "black"), Benchmark.seeds(4));
        train(data, folder.resolve("tiny"), "4");
        Path file = folder.resolve("tiny").resolve("weights.npz");
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        try (NDManager manager = NDManager.newBaseManager()) {
            IOException e = org.junit.jupiter.api.Assertions.assertThrows(IOException.class,
                    () -> new Models(folder).load("tiny", manager));
            assertTrue(e.getMessage().contains("is not the file that its card describes"), e.getMessage());
        }
    }
}
