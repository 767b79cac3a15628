package s4s.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import s4s.WithManager;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.UNet;
import s4s.model.mini.Vocabulary;
import s4s.model.mini.Weights;
import s4s.schedule.Discrete;
import s4s.solver.Prediction;

/** The parts of latent diffusion: autoencoder, noise prediction, conditions, guidance in one pass. */
class LatentModelsTest extends WithManager {
    private static final Autoencoder.Config CODER = new Autoencoder.Config(3, 8, 2, List.of(6, 8), List.of(1, 1), 2);
    private static final Vocabulary WORDS = new Vocabulary(Vocabulary.Unit.WORD, List.of("sea", "tree", "road"));
    private static final UNet.Config UNET = new UNet.Config(2, 4, 1, List.of(8, 8), List.of(1, 1), List.of(false, true), 8,
            WORDS.size());
    private NDArray ramp(Shape shape, double frequency) {
        return Ramps.ramp(manager, shape, frequency);
    }

    private Weights full(Map<String, Shape> shapes) {
        return Ramps.full(manager, shapes);
    }

    /** Along its own direction the derivative of {@code f} is the gradient's length, for every leaf. */
    private void checkGradients(Map<String, NDArray> leaves, Function<Map<String, NDArray>, NDArray> f) {
        leaves.values().forEach(leaf -> leaf.setRequiresGradient(true));
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            collector.backward(f.apply(leaves));
        }
        leaves.forEach((name, leaf) -> {
            NDArray gradient = leaf.getGradient();
            double norm = Math.sqrt(gradient.square().sum().getFloat());
            assertTrue(norm > 1e-7, name + " has no effect");
            double h = 5e-3 / Math.max(1, norm);
            double[] values = new double[2];
            for (int side = 0; side < 2; side++) {
                Map<String, NDArray> moved = new LinkedHashMap<>();
                leaves.forEach((n, a) -> moved.put(n, a.stopGradient()));
                moved.put(name, leaf.stopGradient().add(gradient.mul((float) ((2 * side - 1) * h / norm))));
                values[side] = f.apply(moved).getFloat();
            }
            assertEquals(norm, (values[1] - values[0]) / (2 * h), 0.02 * norm + 1e-4, name);
        });
    }

    @Test
    void anAutoencodersGradientsEqualFiniteDifferences() {
        Map<String, NDArray> leaves = new LinkedHashMap<>(full(CODER.weightShapes()).arrays());
        leaves.put("x", ramp(new Shape(2, 3, 8, 8), 0.2));
        NDArray normal = ramp(new Shape(2, 2, 2, 2), 1.7);
        checkGradients(leaves, all -> {
            Map<String, NDArray> weights = new LinkedHashMap<>(all);
            NDArray x = weights.remove("x");
            Autoencoder autoencoder = new Autoencoder(CODER, Weights.of(weights));
            Autoencoder.Posterior posterior = autoencoder.encode(x);
            return autoencoder.decode(posterior.sample(normal)).sub(x).square().mean().add(posterior.divergence());
        });
    }

    @Test
    void theDivergenceIsThatOfGaussians() {
        // by hand: 1/2 (m^2 + v - ln v - 1)
        Autoencoder.Posterior posterior = new Autoencoder.Posterior(manager.create(new float[] {0, 2}),
                manager.create(new float[] {0, (float) Math.log(3)}));
        assertEquals(0.5 * (0 + 0.5 * (4 + 3 - Math.log(3) - 1)), posterior.divergence().getFloat(), 1e-6);
        assertArrayEquals(new float[] {-1, (float) (2 + Math.sqrt(3) * 0.5)},
                posterior.sample(manager.create(new float[] {-1, 0.5f})).toFloatArray(), 1e-6f);
    }

    @Test
    void latentsHaveTheShapeOfTheirConfiguration() {
        Autoencoder autoencoder = new Autoencoder(CODER, Autoencoder.initial(CODER, manager, 0));
        NDArray mean = autoencoder.encode(ramp(new Shape(3, 3, 8, 8), 0.3)).mean();
        assertEquals(new Shape(3).addAll(CODER.latentShape()), mean.getShape());
        assertEquals(new Shape(3, 3, 8, 8), autoencoder.decode(mean).getShape());
        // the decoder divides by the scale with which samples were multiplied
        assertArrayEquals(autoencoder.decode(mean).toFloatArray(),
                Decoder.of(autoencoder::decode, 4).decode(mean.mul(4)).toFloatArray(), 1e-6f);
        assertEquals(new Shape(4, 16, 16),
                new Autoencoder.Config(3, 64, 2, List.of(48, 96), List.of(1, 1), 4).latentShape());
        assertThrows(IllegalArgumentException.class,
                () -> new Autoencoder.Config(3, 66, 2, List.of(48, 96), List.of(1, 1), 4));
    }

    @Test
    void aConditionalNetworksGradientsEqualFiniteDifferences() {
        Map<String, NDArray> leaves = new LinkedHashMap<>(full(UNET.weightShapes()).arrays());
        leaves.put("x", ramp(new Shape(2, 2, 4, 4), 0.2));
        leaves.put("condition", ramp(new Shape(2, 4), 0.9));
        NDArray c = manager.create(new float[] {0.3f, 2.1f});
        checkGradients(leaves, all -> {
            Map<String, NDArray> weights = new LinkedHashMap<>(all);
            NDArray x = weights.remove("x");
            NDArray condition = weights.remove("condition");
            return new UNet(UNET, Weights.of(weights)).forward(x, c, condition).square().mean();
        });
    }

    private DiffusionModel model() {
        return DiffusionModel.of(new UNet(UNET, full(UNET.weightShapes())),
                new NoisePrediction(Discrete.stableDiffusion()), WORDS, Decoder.none());
    }

    @Test
    void guidanceInOnePassEqualsTwoPredictions() {
        DiffusionModel model = model();
        NDArray x = ramp(new Shape(3, 2, 4, 4), 0.2);
        for (NDArray label : List.of(manager.create(new float[] {0.4f}), manager.create(new float[] {0.4f, 0.7f, 0.01f}))) {
            for (List<String> conditions : List.of(List.of("a road"), List.of("sea", "tree", "sea and road"))) {
                for (double scale : new double[] {0, 1, 7.5}) {
                    Denoiser one = model.denoiser(conditions, scale);
                    Denoiser two = new Guidance(model.denoiser(), model.denoiser(conditions, 1), scale);
                    assertArrayEquals(two.predict(x, label).toFloatArray(), one.predict(x, label).toFloatArray(), 2e-5f);
                    assertEquals(two.forwardsPerCall(), one.forwardsPerCall());
                }
            }
        }
        float[] without = model.denoiser().predict(x, manager.create(new float[] {0.4f})).toFloatArray();
        float[] with = model.denoiser(List.of("sea"), 1).predict(x, manager.create(new float[] {0.4f})).toFloatArray();
        assertTrue(Math.abs(without[0] - with[0]) > 1e-4, "the condition has an effect");
    }

    @Test
    void eachSampleHasItsOwnCondition() {
        DiffusionModel model = model();
        NDArray x = ramp(new Shape(2, 2, 4, 4), 0.2);
        NDArray label = manager.create(new float[] {0.4f});
        NDArray both = model.denoiser(List.of("sea", "tree"), 1).predict(x, label);
        assertArrayEquals(model.denoiser(List.of("tree"), 1).predict(x.get("1:2"), label).toFloatArray(),
                both.get("1:2").toFloatArray(), 2e-5f);
        Denoiser three = model.denoiser(List.of("sea", "sea", "sea"), 1);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> three.predict(x, label)).getMessage()
                .contains("3 conditions for 2 samples"));
        assertEquals(Prediction.NOISE, three.prediction());
        assertEquals(Discrete.stableDiffusion(), three.schedule());
    }

    @Test
    void guidedPredictionsLeaveNothingBehind() {
        Denoiser guided = model().denoiser(List.of("sea"), 2);
        NDArray x = ramp(new Shape(2, 2, 4, 4), 0.2);
        NDArray label = manager.create(new float[] {0.4f});
        guided.predict(x, label).close();
        int before = manager.getManagedArrays().size();
        guided.predict(x, label).close();
        assertEquals(before, manager.getManagedArrays().size());
    }

    /** The first and the last training step are told 0 and 3 (M - 1) / M. */
    @Test
    void timesAreToldAsNumbersOfTrainingSteps() {
        NoisePrediction prediction = new NoisePrediction(Discrete.latentDiffusion());
        assertArrayEquals(new float[] {0, 1.5f, 2.997f},
                prediction.noise(manager.create(new float[] {0.001f, 0.501f, 1})).toFloatArray(), 1e-6f);
        List<NDArray> seen = new ArrayList<>();
        NDArray x = ramp(new Shape(1, 2, 4, 4), 0.2);
        prediction.predict(x, manager.create(new float[] {0.001f}), (input, noise) -> {
            seen.add(input);
            return input;
        });
        assertArrayEquals(x.toFloatArray(), seen.get(0).toFloatArray());
    }

    @Test
    void textsBecomeVectorsOfUnitLength() {
        float half = (float) Math.sqrt(0.5);
        assertArrayEquals(new float[] {0, half, 0, half}, WORDS.rows(List.of("A Road near the sea, by the sea.")), 1e-7f);
        assertArrayEquals(new float[] {1, 0, 0, 0}, WORDS.vector());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> WORDS.places("a desert")).getMessage().contains("sea"));
        assertEquals(new Vocabulary(Vocabulary.Unit.WORD, List.of("b", "a")),
                Vocabulary.ofTexts(List.of("a b", "B, c", "a b"), 2));
        Vocabulary classes = new Vocabulary(Vocabulary.Unit.CLASS, List.of("goldfish, Carassius auratus", "bullfrog"));
        for (String name : List.of("0", "goldfish", "carassius auratus", "goldfish, Carassius auratus")) {
            assertArrayEquals(new int[] {1}, classes.places(name), name);
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> classes.places("2")).getMessage().contains("0 to 1"));
    }
}
