package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.metric.MiniFeatures;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.train.Batches;

/** src/main/python/networks.py and train.py beside the Java that they stand in for; skipped where no Python has torch. */
class PythonTrainingTest {
    private static String python = "";

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String text = new String(process.getInputStream().readAllBytes());
        return process.waitFor() == 0 ? "" : text;
    }

    @BeforeAll
    static void findTorch() throws IOException, InterruptedException {
        for (String candidate : List.of("python3", "/usr/bin/python3")) {
            try {
                if (python.isEmpty() && run(candidate, "-c", "import numpy, torch, PIL").isEmpty()) {
                    python = candidate;
                }
            } catch (IOException e) {
                continue;                                                       // no such program
            }
        }
        Assumptions.assumeFalse(python.isEmpty(), "no Python has torch, numpy and Pillow");
    }

    /** Weights that leave no part of the network at zero, as the untrained ones do. */
    private static Weights random(Map<String, Shape> shapes, NDManager manager) {
        SplittableRandom random = new SplittableRandom(3);
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> arrays.put(name,
                Batches.normal(manager, random, shape).mul((float) (0.7 / Math.sqrt(shape.size() / (double) shape.get(0))))));
        return Weights.of(arrays);
    }

    private static void put(Map<String, NpyArray> file, String name, Record network, Weights weights) {
        file.put("network-" + name, NpyArray.of(List.of(ModelCard.json(network).toString())));
        weights.toNpy().forEach((key, array) -> file.put(name + "/" + key, array));
    }

    private static void near(Npz npz, String name, NDArray found) throws IOException {
        float[] wanted = npz.get(name).floats();
        float[] values = found.toFloatArray();
        assertEquals(wanted.length, values.length);
        for (int i = 0; i < wanted.length; i++) {
            assertEquals(wanted[i], values[i], 2e-5 * (1 + Math.abs(wanted[i])), name + " " + i);
        }
    }

    @Test
    void networksComputeTheSame(@TempDir Path folder) throws Exception {
        UNet.Config unet = new UNet.Config(3, 16, 2, List.of(8, 16), List.of(1, 2), List.of(false, true), 16, 5);
        Autoencoder.Config coder = new Autoencoder.Config(3, 16, 2, List.of(8, 16), List.of(1, 1), 2);
        FeatureNet.Config features = new FeatureNet.Config(3, 16, 2, List.of(8, 16), List.of(1, 1), 4);
        try (NDManager manager = NDManager.newBaseManager()) {
            SplittableRandom random = new SplittableRandom(1);
            NDArray x = Batches.normal(manager, random, new Shape(2, 3, 16, 16));
            NDArray z = Batches.normal(manager, random, new Shape(2, 2, 4, 4));
            NDArray label = Batches.normal(manager, random, new Shape(2));
            NDArray condition = Batches.normal(manager, random, new Shape(2, 5));
            Map<String, NpyArray> file = new LinkedHashMap<>();
            Map.of("x", x, "z", z, "label", label, "condition", condition).forEach((name, array) ->
                    file.put(name, NpyArray.of(array.toFloatArray(), array.getShape().getShape())));
            Weights[] weights = Stream.of(unet.weightShapes(), coder.weightShapes(), features.weightShapes())
                    .map(shapes -> random(shapes, manager)).toArray(Weights[]::new);
            put(file, "unet", unet, weights[0]);
            put(file, "coder", coder, weights[1]);
            put(file, "features", features, weights[2]);
            Npz.write(folder.resolve("in.npz"), file);
            assertEquals("", run(python, "src/test/python/run_networks.py", folder.resolve("in.npz").toString()));
            try (Npz npz = Npz.open(folder.resolve("in-out.npz"))) {
                near(npz, "unet", new UNet(unet, weights[0]).forward(x, label, condition));
                Autoencoder.Posterior posterior = new Autoencoder(coder, weights[1]).encode(x);
                near(npz, "mean", posterior.mean());
                near(npz, "log_variance", posterior.logVariance());
                near(npz, "decoded", new Autoencoder(coder, weights[1]).decode(z));
                near(npz, "logits", new FeatureNet(features, weights[2]).logits(x));
                near(npz, "embedding", MiniFeatures.embedding(new FeatureNet(features, weights[2]).maps(x)));
            }
        }
    }

    /** Forty JPEG images, the left half dark or the right one. */
    private static Path pictures(Path folder) throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        long[] offsets = new long[41];
        long[] labels = new long[40];
        for (int i = 0; i < 40; i++) {
            BufferedImage picture = new BufferedImage(16, 16, BufferedImage.TYPE_INT_RGB);
            for (int at = 0; at < 256; at++) {
                picture.setRGB(at % 16, at / 16, at % 16 < 8 == (i % 2 == 0) ? 0x202020 + i : 0xD0D0D0);
            }
            ImageIO.write(picture, "jpg", all);
            offsets[i + 1] = all.size();
            labels[i] = i % 2;
        }
        Path file = folder.resolve("halves.npz");
        byte[] bytes = all.toByteArray();
        Npz.write(file, new LinkedHashMap<>(Map.of("jpeg", NpyArray.of(bytes, bytes.length),
                "offset", NpyArray.of(offsets, 41), "label", NpyArray.of(labels, 40))));
        return file;
    }

    private static void train(Path data, Path out, String... more) {
        List<String> args = new ArrayList<>(List.of("train", "--data", data.toString(), "--hold-out", "8", "--out",
                out.toString(), "--images", "3200", "--warmup", "320", "--batch", "16", "--widths", "8,16", "--blocks", "1,1",
                "--no-flip"));
        args.addAll(Arrays.asList(more));
        ok(args.toArray(String[]::new));
    }

    @Test
    void aPlanIsTrainedAndComesBackAsAModel(@TempDir Path folder) throws Exception {
        Path data = pictures(folder);
        for (String task : List.of("--classify", "--attention")) {
            String value = task.equals("--classify") ? "--turned=0" : "false,true";
            Path out = folder.resolve("net" + task);
            Path plan = folder.resolve("plan.json");
            train(data, out, task, value, "--plan", plan.toString());
            assertEquals("", run(python, "src/main/python/train.py", plan.toString(), "--device", "cpu", "--trained",
                    folder.toString()));
            train(data, out, task, value, "--trained", folder.resolve("net" + task + ".npz").toString());
            ModelCard card = new Models(folder).card("net" + task);
            assertEquals("3200", card.fact("imagesSeen"));
            assertTrue(card.fact("trainer").startsWith("python3 src/main/python/train.py"), card.fact("trainer"));
            if (task.equals("--classify")) {
                assertEquals(1, card.evaluation().get("testAccuracy").getAsDouble());
            } else {
                assertTrue(Double.parseDouble(card.fact("loss")) < 0.9, card.fact("loss"));
            }
        }
        Path start = folder.resolve("net--attention");
        assertTrue(Files.exists(start.resolve("weights.npz")));
        Path plan = folder.resolve("plan.json");
        String[] tiny = {"--attention", "false,true", "--from", start.toString(), "--lr", "1e-9"};
        train(data, folder.resolve("tuned"), Stream.concat(Stream.of(tiny), Stream.of("--plan", plan.toString()))
                .toArray(String[]::new));
        assertEquals("", run(python, "src/main/python/train.py", plan.toString(), "--device", "cpu", "--trained",
                folder.toString()));
        train(data, folder.resolve("tuned"), Stream.concat(Stream.of(tiny), Stream.of("--trained",
                folder.resolve("tuned.npz").toString())).toArray(String[]::new));
        assertTrue(new Models(folder).card("tuned").training().get("startedFrom").toString().contains(
                new Models(folder).card("net--attention").weightsSha256()));
        Map<String, NpyArray> tuned = new Models(folder).arrays("tuned");
        for (Map.Entry<String, NpyArray> array : new Models(folder).arrays("net--attention").entrySet()) {
            assertArrayEquals(array.getValue().floats(), tuned.get(array.getKey()).floats(), 1e-6f, array.getKey());
        }
        Files.write(start.resolve("weights.npz"), new byte[1], StandardOpenOption.APPEND);
        assertTrue(run(python, "src/main/python/train.py", plan.toString(), "--device", "cpu", "--trained", folder.toString())
                .contains("is not the network that the plan starts from"));
    }
}
