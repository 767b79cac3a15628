package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.image.ImageSet;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.metric.ClipScore;
import s4s.metric.Extraction;
import s4s.metric.Features;
import s4s.metric.Frechet;
import s4s.metric.Kid;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.metric.Reference;
import s4s.metric.ScriptFeatures;
import s4s.model.Nets;
import s4s.model.repository.Models;
import s4s.model.torchscript.TorchScriptModule;
import s4s.sampling.NumpyRandom;

/** {@code fid}, {@code stats} and {@code metrics} print what the library computes, and say in one line what is wrong. */
class EvaluationCommandsTest {
    private static final int COUNT = 12;

    @TempDir
    Path folder;

    /** What a command printed as JSON. */
    private record Output(Answer answer) {
        private JsonObject json() {
            return new Gson().fromJson(answer.out(), JsonObject.class);
        }

        double value(int row) {
            return json().getAsJsonArray("results").get(row).getAsJsonObject().get("value").getAsDouble();
        }

        String recipe(String name) {
            return json().getAsJsonObject("provenance").getAsJsonObject("recipe").get(name).getAsString();
        }

        String text() {
            return answer.out();
        }
    }

    private static Output json(String... args) {
        return new Output(ok(Stream.concat(Stream.of(args), Stream.of("--format", "json")).toArray(String[]::new)));
    }

    private ImageSet images(String name, int seed) throws IOException {
        byte[] pixels = new byte[COUNT * 3 * 32 * 32];
        Random random = new Random(seed);
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i / 3072 * 20 + random.nextInt(60 + seed));
        }
        ImageSet.write(folder.resolve(name), ImageSet.of(pixels, 32, 32, name), LongStream.range(0, COUNT).toArray());
        return ImageSet.read(folder.resolve(name));
    }

    private String path(String name) {
        return folder.resolve(name).toString();
    }

    private static Moments.Gaussian moments(ImageSet images, int... chosen) throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            MiniFeatures features = MiniFeatures.of(Models.ofRepository(), "cifar10-features", manager);
            return chosen.length == 0 ? Extraction.moments(features, images, manager)
                    : new Extraction(features, images, chosen, 50).moments(manager, s4s.metric.PartialSums.none(), d -> {});
        }
    }

    private void leavesNoState() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.noneMatch(f -> f.getFileName().toString().startsWith("partial")));
        }
    }

    @Test
    void distancesToEveryKindOfReference() throws IOException {
        ImageSet a = images("a.npz", 1);
        ImageSet b = images("b.npz", 2);
        double expected = Frechet.distance(moments(a), moments(b));
        Output toImages = json("fid", "--images", path("a.npz"), "--reference", path("b.npz"), "--state", path(""));
        assertEquals(expected, toImages.value(0), 1e-9);
        assertEquals(a.sha256(), toImages.recipe("images sha256"));
        assertEquals("12 of 12, 32x32", toImages.recipe("images used"));
        assertEquals(2, toImages.answer.err().lines().filter(l -> l.contains("no full rank")).count(), toImages.answer.err());

        ok("stats", "--images", path("b.npz"), "--out", path("stats.npz"), "--features-out", path("f.npz"));
        Output toStats = json("fid", "--images", path("a.npz"), "--reference", path("stats.npz"));
        assertEquals(expected, toStats.value(0), 1e-9);
        assertEquals("12 of b.npz", toStats.recipe("reference images"));
        ok("stats", "--images", path("b.npz"), "--out", path("streamed.npz"));
        assertArrayEquals(Reference.read(folder.resolve("stats.npz")).moments().mean(),
                Reference.read(folder.resolve("streamed.npz")).moments().mean());
        refuses("the features of features64 are of 64x64", "fid", "--images", path("a.npz"), "--reference", "lsun-bedroom-mini");
        Moments.Gaussian g = moments(b);
        Npz.write(folder.resolve("foreign.npz"), Map.of("mu", NpyArray.of(g.mean()), "sigma", NpyArray.of(
                Arrays.stream(g.covariance().getData()).flatMapToDouble(Arrays::stream).toArray(), 192, 192)));
        assertEquals(expected, json("fid", "--images", path("a.npz"), "--reference", path("foreign.npz")).value(0), 1e-9);

        Output metrics = json("metrics", "--images", path("a.npz"), "--reference", path("f.npz"), "--kid-subset-size", "20");
        assertEquals(expected, metrics.value(0), 1e-9);
        assertTrue(metrics.text().contains("\"KID (mini features)\"") && !metrics.text().contains("\"FID\"")
                && !metrics.text().contains("KID mean"), metrics.text());
        leavesNoState();
    }

    /** EDM's protocol: the minimum of several sets, and random images of each. */
    @Test
    void severalSetsAndRandomPictures() throws IOException {
        ImageSet a = images("a.npz", 1);
        ImageSet b = images("b.npz", 2);
        Moments.Gaussian reference = moments(images("c.npz", 3));
        int[] chosen = Arrays.stream(new NumpyRandom(5).choice(COUNT, 7)).sorted().toArray();
        double first = Frechet.distance(moments(a, chosen), reference);
        double second = Frechet.distance(moments(b, chosen), reference);
        ok("stats", "--images", path("c.npz"), "--out", path("stats.npz"));
        Output output = json("fid", "--images", path("a.npz"), "--images", path("b.npz"), "--reference", path("stats.npz"),
                "--count", "7", "--seed", "5", "--csv", path("table.csv"));
        double[] expected = {first, second, Math.min(first, second), (first + second) / 2};
        for (int i = 0; i < 4; i++) {
            assertEquals(expected[i], output.value(i), 1e-9);
        }
        List<String> lines = Files.readAllLines(folder.resolve("table.csv"));
        assertEquals(5, lines.size());
        assertTrue(lines.get(0).startsWith("metric,of,value,features,features sha256,preprocessing,reference,"), lines.get(0));
        assertTrue(lines.get(3).startsWith("FD (mini features),minimum of 2 sets," + output.value(2) + ","), lines.get(3));
    }

    @Test
    void pairs() throws IOException {
        ImageSet a = images("a.npz", 1);
        ImageSet b = images("b.npz", 2);
        Output output = json("metrics", "--images", path("a.npz"), "--reference", path("b.npz"), "--only", "pairs");
        double sum = 0;
        for (int i = 0; i < COUNT; i++) {
            double squares = 0;
            for (int k = i * 3072; k < (i + 1) * 3072; k++) {
                squares += Math.pow(((a.pixels()[k] & 0xff) - (b.pixels()[k] & 0xff)) / 127.5, 2);
            }
            sum += Math.sqrt(squares / 3072);
        }
        assertEquals(sum / COUNT, output.value(0), 1e-12);
        assertTrue(output.text().contains("\"PSNR\"") && output.text().contains("\"SSIM\"") && !output.text().contains("features"));
    }

    private Path png(String name, int type) throws IOException {
        Path file = folder.resolve(name);
        Files.createDirectories(file.getParent());
        ImageIO.write(new BufferedImage(32, 32, type), "png", file.toFile());
        return file;
    }

    @Test
    void badInputIsNamed() throws IOException {
        images("a.npz", 1);
        png("rgba/1.png", BufferedImage.TYPE_INT_RGB);
        png("rgba/2.png", BufferedImage.TYPE_INT_ARGB);
        refuses("2.png has an alpha channel", "fd", "--images", path("rgba"));
        png("grey/1.png", BufferedImage.TYPE_BYTE_GRAY);
        refuses("1.png is grey", "stats", "--images", path("grey"), "--out", path("s.npz"));
        assertFalse(Files.exists(folder.resolve("s.npz")));
        ok("fd", "--images", path("rgba"), "--convert-rgb");
        png("cut/1.png", BufferedImage.TYPE_INT_RGB);
        Path cut = png("cut/2.png", BufferedImage.TYPE_INT_RGB);
        byte[] bytes = Files.readAllBytes(cut);
        Files.write(cut, Arrays.copyOf(bytes, bytes.length / 2));
        refuses("2.png is a truncated", "fd", "--images", path("cut"));
        ImageSet.write(folder.resolve("small.npz"), ImageSet.of(new byte[2 * 3 * 16 * 16], 16, 16, "small"), new long[] {0, 1});
        refuses("16x16 pixels", "fd", "--images", path("small.npz"));
        refuses("small.npz has 2 of 16x16", "metrics", "--images", path("a.npz"), "--reference", path("small.npz"), "--only",
                "pairs");
        refuses("--count 13, but a.npz has 12", "fd", "--images", path("a.npz"), "--count", "13");
        refuses("needs a --reference", "fid", "--images", path("a.npz"), "--inception", "x.pt");
        refuses("no such file: x.pt", "fid", "--images", path("a.npz"), "--inception", "x.pt", "--reference", "cifar10-mini");
        refuses("of length 3", "fid", "--images", path("a.npz"), "--reference", "src/test/resources/s4s/metric/edm.npz");
        refuses("nowhere", "fid", "--images", path("a.npz"), "--reference", "nowhere");
        refuses("--only", "metrics", "--images", path("a.npz"), "--reference", path("a.npz"), "--only", "lpips");
        Npz.write(folder.resolve("nan.npz"), Map.of("features", NpyArray.of(new float[] {1, Float.NaN}, 1, 2)));
        refuses("nan.npz: feature 1 of vector 0 is NaN", "metrics", "--images", path("nan.npz"), "--reference", path("a.npz"));
        leavesNoState();
    }

    private static final Path NETS = Path.of("src/test/resources/nets");

    /** The spatial vectors themselves are compared with Python's in ScriptFeaturesTest. */
    @Test
    void spatialFeaturesOfAnInception() throws IOException {
        ImageSet a = images("a.npz", 1);
        ImageSet b = images("b.npz", 2);
        String small = Nets.STAND_INS.resolve("inception-small.pt").toString();
        try (NDManager manager = NDManager.newBaseManager(); ScriptFeatures script = ScriptFeatures.load(Path.of(small), Device.cpu())) {
            double expected = Kid.between(vectors(script.inSpace(), a, manager), vectors(script.inSpace(), b, manager),
                    script.inSpace().size());
            Output output = json("metrics", "--images", path("a.npz"), "--reference", path("b.npz"), "--inception", small,
                    "--spatial", "--only", "kid");
            assertEquals(expected, output.value(0), 1e-9 * Math.abs(expected));
            assertTrue(output.recipe("features").endsWith("spatial features"), output.text());
            assertTrue(script.inSpace().metric().startsWith("sFD ("));
        }
        refuses("--inception", "fid", "--images", path("a.npz"), "--reference", path("b.npz"), "--spatial");
    }

    private static float[] vectors(Features features, ImageSet images, NDManager manager) throws IOException {
        return Extraction.all(features, images).vectors(manager, s4s.metric.PartialSums.none(), done -> {}).values();
    }

    /** The file's own numbers are compared with Python's in ExportScriptsTest. */
    @Test
    void lpipsOfPairs() throws IOException {
        ImageSet a = images("a.npz", 1);
        ImageSet b = images("b.npz", 2);
        Path small = NETS.resolve("lpips-small.pt");
        try (NDManager manager = NDManager.newBaseManager(); TorchScriptModule module = TorchScriptModule.load(small, Device.cpu())) {
            Shape shape = new Shape(COUNT, 3, 32, 32);
            double expected = module.forward(manager.create(a.floats(0, COUNT), shape), manager.create(b.floats(0, COUNT), shape))
                    .mean().getFloat();
            Output output = json("metrics", "--images", path("a.npz"), "--reference", path("b.npz"), "--only", "pairs", "--lpips",
                    small.toString(), "--count", "12");
            assertEquals(expected, output.value(3), 1e-6);
            assertTrue(output.text().contains("perceptual distance (random LPIPS, vgg)"), output.text());
        }
        refuses("no LPIPS", "metrics", "--images", path("a.npz"), "--reference", path("b.npz"), "--only", "pairs", "--lpips",
                Nets.STAND_INS.resolve("inception-small.pt").toString());
    }

    /** Against cosines of ClipScore, which are compared with Python's in ClipScoreTest; batches do not matter. */
    @Test
    void scoresPicturesAndCaptions() throws IOException {
        ImageSet a = images("a.npz", 1);
        List<String> words = IntStream.range(0, COUNT).mapToObj(i -> i % 2 == 0 ? "a photo of a cat" : "the dog").toList();
        Path captions = Files.write(folder.resolve("captions.txt"), words);
        String clip = NETS.resolve("clip").toString();
        String tokenizer = NETS.resolve("tokenizer-small.json").toString();
        try (NDManager manager = NDManager.newBaseManager(); ClipScore score =
                ClipScore.load(Path.of(clip + "-image.pt"), Path.of(clip + "-text.pt"), Path.of(tokenizer), Device.cpu())) {
            double expected = ClipScore.score(score.cosines(manager.create(java.nio.ByteBuffer.wrap(a.pixels()),
                    new Shape(COUNT, 3, 32, 32), DataType.UINT8), words));
            Output output = json("clip", "--images", path("a.npz"), "--captions", captions.toString(), "--clip", clip,
                    "--tokenizer", tokenizer, "--batch", "5");
            assertEquals(expected, output.value(0), 1e-4);
        }
        Files.write(captions, words.subList(0, 3));
        refuses("3 lines for the 12 images", "clip", "--images", path("a.npz"), "--captions", captions.toString(), "--clip",
                clip, "--tokenizer", tokenizer);
        refuses("captions.no", "clip", "--images", path("a.npz"), "--captions", path("captions.no"), "--clip", clip,
                "--tokenizer", tokenizer);
    }
}
