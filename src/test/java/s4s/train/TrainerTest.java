package s4s.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.image.ImageSet;
import s4s.io.NpyArray;
import s4s.model.EdmPreconditioning;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;

/** Training: reproducible, resumable, and it learns. */
class TrainerTest {
    private static final UNet.Config TINY = new UNet.Config(3, 8, 2, List.of(8, 16), List.of(1, 1),
            List.of(false, true), 8);

    /** 40 images, left half darker than the right one or the other way round. */
    private static ImageSet images() {
        byte[] pixels = new byte[40 * 3 * 64];
        for (int i = 0; i < pixels.length; i++) {
            boolean right = i % 8 >= 4;
            boolean odd = i / 192 % 2 == 1;
            pixels[i] = (byte) (right == odd ? 200 + i % 13 : 30 + i % 7);
        }
        return ImageSet.of(pixels, 8, 8, "halves");
    }

    private static int[] labels() {
        int[] labels = new int[40];
        Arrays.setAll(labels, i -> i % 2);
        return labels;
    }

    private static Trainer trainer(long images, Path checkpoint) throws IOException {
        return trainer(TINY, images, checkpoint, Map.of());
    }

    private static Trainer trainer(UNet.Config network, long images, Path checkpoint, Map<String, NpyArray> start)
            throws IOException {
        return new Trainer(new TrainConfig(images, 8, 2e-3, 32, 80, true, 5), denoising(network), new Pixels(images(), true),
                checkpoint, start);
    }

    private static Denoising denoising(UNet.Config network) {
        return new Denoising(network, new EdmPreconditioning(0.5), -1.2, 1.2);
    }

    private static float[] numbers(Weights weights) {
        return weights.arrays().values().stream().map(NDArray::toFloatArray)
                .reduce(new float[0], (a, b) -> {
                    float[] both = Arrays.copyOf(a, a.length + b.length);
                    System.arraycopy(b, 0, both, a.length, b.length);
                    return both;
                });
    }

    /** Arrays of another network are taken where name and shape agree, and nowhere else. */
    @Test
    void fineTuningStartsFromTheOtherNetwork(@TempDir Path folder) throws IOException {
        Denoising objective = denoising(TINY);
        try (NDManager manager = NDManager.newBaseManager()) {
            Map<String, NpyArray> other = objective.initial(manager, 77).toNpy();
            Map<String, NpyArray> drawn = objective.initial(manager, 5).toNpy();
            String first = other.entrySet().stream().filter(e -> !Arrays.equals(e.getValue().floats(),
                    drawn.get(e.getKey()).floats())).findFirst().orElseThrow().getKey();
            other.put(first, NpyArray.of(new float[3], 3));
            other.put("of no use here", NpyArray.of(new float[3], 3));
            try (Trainer trainer = trainer(TINY, 96, folder.resolve("a.npz"), other)) {
                trainer.average().toNpy().forEach((name, array) -> assertArrayEquals(
                        (name.equals(first) ? drawn : other).get(name).floats(), array.floats(), name));
                trainer.run(2, s -> {});
                trainer.save();
            }
            Map<String, NpyArray> strange = Map.of("of no use here", NpyArray.of(new float[3], 3));
            assertThrows(IllegalArgumentException.class, () -> trainer(TINY, 96, folder.resolve("b.npz"), strange));
            // a checkpoint comes before it
            try (Trainer trainer = trainer(TINY, 96, folder.resolve("a.npz"), other)) {
                assertEquals(2, trainer.state().step());
            }
            // but not that of a run with another start
            assertTrue(assertThrows(IOException.class, () -> trainer(96, folder.resolve("a.npz"))).getMessage()
                    .contains("starting weights sha256 was"));
        }
    }

    /** A network with more blocks than the one that it starts from computes the same, until it is trained. */
    @Test
    void aDeeperNetworkBeginsAsTheOneItStartsFrom(@TempDir Path folder) throws IOException {
        UNet.Config deeper = new UNet.Config(3, 8, 2, TINY.widths(), List.of(2, 3), TINY.attention(), 8);
        try (NDManager manager = NDManager.newBaseManager(); Trainer shallow = trainer(96, folder.resolve("a.npz"))) {
            shallow.run(Long.MAX_VALUE, s -> {});
            NDArray x = new Pixels(images(), false).batch(manager, new int[] {0, 1, 7}, new SplittableRandom(0));
            NDArray label = manager.create(new float[] {-0.5f, 0, 0.5f});
            float[] expected = new UNet(TINY, shallow.average()).forward(x, label).toFloatArray();
            assertFalse(Arrays.equals(new float[expected.length], expected), "untrained networks all return zero");
            try (Trainer deep = trainer(deeper, 96, folder.resolve("b.npz"), shallow.average().toNpy())) {
                assertArrayEquals(expected, new UNet(deeper, deep.average()).forward(x, label).toFloatArray(), 1e-6f);
                deep.run(Long.MAX_VALUE, s -> {});
                Map<String, NpyArray> trained = deep.average().toNpy();
                for (String block : List.of("down.0.1", "down.1.1", "down.1.2", "up.0.1", "up.1.1", "up.1.2")) {
                    float[] weights = trained.get(block + ".conv2.weight").floats();
                    assertFalse(Arrays.equals(new float[weights.length], weights), block + " learns nothing");
                }
            }
        }
    }

    @Test
    void aKilledRunGoesOnAsIfNothingHadHappened(@TempDir Path folder) throws IOException {
        float[] straight;
        try (Trainer trainer = trainer(96, folder.resolve("a.npz"))) {
            trainer.run(Long.MAX_VALUE, s -> {});
            assertEquals(12, trainer.state().step());
            straight = numbers(trainer.average());
        }
        try (Trainer trainer = trainer(96, folder.resolve("b.npz"))) {
            trainer.run(5, s -> {});
            trainer.save();
            trainer.run(9, s -> {});
        }
        try (Trainer trainer = trainer(96, folder.resolve("b.npz"))) {
            assertEquals(5, trainer.state().step());
            trainer.run(Long.MAX_VALUE, s -> {});
            assertArrayEquals(straight, numbers(trainer.average()), 1e-6f);
        }
    }

    @Test
    void stepsLeaveNoTensorsBehind(@TempDir Path folder) throws IOException {
        try (Trainer trainer = trainer(96, folder.resolve("l.npz"))) {
            NDManager manager = trainer.average().arrays().values().iterator().next().getManager();
            trainer.run(2, s -> {});
            trainer.save();
            int before = manager.getManagedArrays().size();
            trainer.run(9, s -> {});
            trainer.save();
            assertEquals(before, manager.getManagedArrays().size());
        }
    }

    @Test
    void denoisingLearns(@TempDir Path folder) throws IOException {
        double[] first = {Double.NaN};
        try (Trainer trainer = trainer(8 * 150, folder.resolve("c.npz"))) {
            trainer.run(Long.MAX_VALUE, s -> first[0] = s.step() == 10 ? s.loss() : first[0]);
            assertTrue(trainer.state().loss() < 0.75 * first[0], first[0] + " -> " + trainer.state().loss());
        }
    }

    @Test
    void classificationLearns(@TempDir Path folder) throws IOException {
        FeatureNet.Config network = new FeatureNet.Config(3, 8, 2, List.of(8, 8), List.of(1, 1), 2);
        try (Trainer trainer = new Trainer(new TrainConfig(8 * 60, 8, 5e-3, 32, 80, false, 1),
                new Classification(network, labels(), 0, 0, 0), new Pixels(images(), false), folder.resolve("d.npz"));
                NDManager manager = NDManager.newBaseManager()) {
            trainer.run(Long.MAX_VALUE, s -> {});
            NDArray pixels = new Pixels(images(), false).batch(manager, new int[] {0, 1, 2, 3},
                    new SplittableRandom(0));
            assertArrayEquals(new long[] {0, 1, 0, 1},
                    new FeatureNet(network, trainer.average()).logits(pixels).argMax(1).toLongArray());
        }
    }

    @Test
    void everyImageComesOnceAnEpoch() {
        Batches batches = new Batches(40, 8, 3);
        int[] seen = new int[40];
        for (long step = 0; step < 5; step++) {
            for (int i : batches.indices(step)) {
                seen[i]++;
            }
        }
        int[] once = new int[40];
        Arrays.fill(once, 1);
        assertArrayEquals(once, seen);
        assertArrayEquals(new Batches(40, 8, 3).indices(7), batches.indices(7));
    }

    @Test
    void flippingMirrorsRows() {
        try (NDManager manager = NDManager.newBaseManager()) {
            int mirrored = 0;
            for (int seed = 0; seed < 32; seed++) {
                float[] x = new Pixels(images(), true).batch(manager, new int[] {0}, new SplittableRandom(seed))
                        .toFloatArray();
                float[] plain = new Pixels(images(), false).batch(manager, new int[] {0},
                        new SplittableRandom(seed)).toFloatArray();
                assertEquals((images().pixels()[5] & 0xFF) / 127.5 - 1, plain[5], 1e-6);
                if (x[0] != plain[0]) {
                    mirrored++;
                    assertEquals(plain[8 * 3 + 1], x[8 * 3 + 6]);
                }
            }
            assertTrue(mirrored > 6 && mirrored < 26, mirrored + " of 32");
        }
    }

    @Test
    void adamTakesThePapersSteps() {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray w = manager.create(new float[] {1, -2});
            w.setRequiresGradient(true);
            Weights weights = Weights.of(Map.of("w", w));
            Adam adam = Adam.start(weights, manager);
            double[] x = {1, -2};
            double[] m = new double[2];
            double[] v = new double[2];
            for (int t = 1; t <= 5; t++) {
                try (var collector = ai.djl.engine.Engine.getInstance().newGradientCollector()) {
                    collector.backward(w.square().mul(3).sum());
                }
                adam.step(weights, t - 1, 0.1);
                for (int i = 0; i < 2; i++) {
                    double g = 6 * x[i];
                    m[i] = 0.9 * m[i] + 0.1 * g;
                    v[i] = 0.999 * v[i] + 0.001 * g * g;
                    x[i] -= 0.1 * (m[i] / (1 - Math.pow(0.9, t))) / (Math.sqrt(v[i] / (1 - Math.pow(0.999, t))) + 1e-8);
                }
                float[] actual = w.stopGradient().toFloatArray();
                assertEquals(x[0], actual[0], 1e-5);
                assertEquals(x[1], actual[1], 1e-5);
            }
        }
    }

    @Test
    void refusesWhatDoesNotFit(@TempDir Path folder) {
        UNet.Config large = new UNet.Config(3, 16, 2, List.of(8), List.of(1), List.of(false), 8);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Trainer(
                new TrainConfig(8, 8, 1e-3, 0, 10, false, 0),
                denoising(large), new Pixels(images(), true), folder.resolve("e.npz")))
                .getMessage().contains("halves holds (3, 8, 8)"));
        assertThrows(IllegalArgumentException.class, () -> new TrainConfig(4, 8, 1e-3, 0, 10, false, 0));
        assertThrows(IllegalArgumentException.class, () -> new Classification(
                new FeatureNet.Config(3, 8, 2, List.of(8), List.of(1), 2), new int[] {0, 2}, 0, 0, 0));
        assertEquals(new Shape(3, 8, 8), TINY.sampleShape());
    }
}
