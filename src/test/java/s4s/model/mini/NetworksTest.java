package s4s.model.mini;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import s4s.WithManager;
import s4s.model.Denoiser;
import s4s.model.EdmPreconditioning;
import s4s.model.NetworkDenoiser;
import s4s.model.Ramps;

/** The networks' layers against plain loops, and EDM's wrapping against its closed form. */
class NetworksTest extends WithManager {
    private static final UNet.Config TINY = new UNet.Config(3, 8, 2, List.of(8, 16), List.of(1, 1),
            List.of(false, true), 8);
    private NDArray ramp(Shape shape, double frequency) {
        return Ramps.ramp(manager, shape, frequency);
    }

    private Weights full(Map<String, Shape> shapes) {
        return Ramps.full(manager, shapes);
    }

    @Test
    void convolutionEqualsItsDefinition() {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        arrays.put("c.weight", ramp(new Shape(2, 3, 3, 4), 0.3));
        arrays.put("c.bias", ramp(new Shape(2), 1));
        NDArray x = ramp(new Shape(1, 5, 6, 4), 0.11);
        float[] actual = new Layers(Weights.of(arrays)).conv("c", x).toFloatArray();
        float[] w = arrays.get("c.weight").toFloatArray();
        float[] bias = arrays.get("c.bias").toFloatArray();
        float[] in = x.toFloatArray();
        float[] expected = new float[5 * 6 * 2];
        for (int r = 0; r < 5; r++) {
            for (int c = 0; c < 6; c++) {
                for (int o = 0; o < 2; o++) {
                    double sum = bias[o];
                    for (int i = -1; i <= 1; i++) {
                        for (int j = -1; j <= 1; j++) {
                            for (int k = 0; k < 4; k++) {
                                if (r + i >= 0 && r + i < 5 && c + j >= 0 && c + j < 6) {
                                    sum += w[((o * 3 + i + 1) * 3 + j + 1) * 4 + k] * in[((r + i) * 6 + c + j) * 4 + k];
                                }
                            }
                        }
                    }
                    expected[(r * 6 + c) * 2 + o] = (float) sum;
                }
            }
        }
        assertArrayEquals(expected, actual, 1e-5f);
    }

    @Test
    void foldingIsUndone() {
        NDArray x = ramp(new Shape(2, 3, 8, 8), 0.17);
        NDArray folded = Layers.fold(x, 2);
        assertEquals(new Shape(2, 4, 4, 12), folded.getShape());
        assertArrayEquals(x.toFloatArray(), Layers.unfold(folded, 2).toFloatArray());
        // channel 0 of position (1, 2) holds the image's pixels (2..3, 4..5) of colour 0
        assertEquals(x.get("0, 0, 3, 5").getFloat(), folded.get("0, 1, 2, 3").getFloat());
    }

    @Test
    void poolingAndRepeatingAgree() {
        NDArray x = ramp(new Shape(1, 2, 2, 3), 0.5);
        assertArrayEquals(x.toFloatArray(), Layers.halve(Layers.twice(x)).toFloatArray(), 1e-6f);
        assertArrayEquals(x.reshape(1, 4, 3).mean(new int[] {1}).toFloatArray(), Layers.pool(x).toFloatArray(), 1e-6f);
    }

    @Test
    void untrainedNetworkDenoisesBySkipAlone() {
        Denoiser denoiser = new NetworkDenoiser(new UNet(TINY, UNet.initial(TINY, manager, 3)), new EdmPreconditioning(0.5));
        NDArray x = ramp(new Shape(2, 3, 8, 8), 0.2);
        float[] d = denoiser.predict(x, manager.create(new float[] {2})).toFloatArray();
        float[] in = x.toFloatArray();
        for (int i = 0; i < d.length; i++) {
            assertEquals(0.25 / 4.25 * in[i], d[i], 1e-6);
        }
    }

    @Test
    void preconditioningIsThePapers() {
        EdmPreconditioning p = new EdmPreconditioning(0.5);
        NDArray sigma = manager.create(new float[] {2});
        assertEquals(0.25 / 4.25, p.skip(sigma).getFloat(0), 1e-7);
        assertEquals(2 * 0.5 / Math.sqrt(4.25), p.out(sigma).getFloat(0), 1e-7);
        assertEquals(1 / Math.sqrt(4.25), p.in(sigma).getFloat(0), 1e-7);
        assertEquals(Math.log(2) / 4, p.noise(sigma).getFloat(0), 1e-7);
    }

    @Test
    void imagesDoNotSeeEachOther() {
        UNet network = new UNet(TINY, full(TINY.weightShapes()));
        NDArray x = ramp(new Shape(3, 3, 8, 8), 0.2);
        NDArray c = manager.create(new float[] {0.3f});
        float[] together = network.forward(x, c).get("1").toFloatArray();
        float[] alone = network.forward(x.get("1:2"), c).toFloatArray();
        assertArrayEquals(alone, together, 2e-5f);
    }

    @Test
    void gradientsOfEveryWeightAndInputEqualFiniteDifferences() {
        Weights weights = full(TINY.weightShapes());
        UNet network = new UNet(TINY, weights);
        NDArray x = ramp(new Shape(1, 3, 8, 8), 0.2);
        NDArray c = manager.create(new float[] {0.3f});
        weights.arrays().values().forEach(w -> w.setRequiresGradient(true));
        x.setRequiresGradient(true);
        c.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            collector.backward(network.forward(x, c).square().mean());
        }
        Map<String, NDArray> leaves = new LinkedHashMap<>(weights.arrays());
        leaves.put("x", x);
        leaves.put("c", c);
        leaves.forEach((name, leaf) -> {
            float[] gradient = leaf.getGradient().toFloatArray();
            float[] values = leaf.stopGradient().toFloatArray();
            // along the gradient itself the derivative is its norm
            double norm = 0;
            for (float g : gradient) {
                norm += (double) g * g;
            }
            norm = Math.sqrt(norm);
            assertTrue(norm > 1e-7, name + " has no effect");
            // the label goes through sines of up to 100 radians a unit, hence its smaller step
            double h = name.equals("c") ? 5e-4 : 5e-3 / Math.max(1, norm);
            double up = loss(weights, x, c, name, values, gradient, h / norm);
            double down = loss(weights, x, c, name, values, gradient, -h / norm);
            assertEquals(norm, (up - down) / (2 * h), 0.02 * norm + 1e-4, name);
        });
    }

    private double loss(Weights weights, NDArray x, NDArray c, String name, float[] values, float[] direction, double h) {
        float[] moved = new float[values.length];
        for (int i = 0; i < moved.length; i++) {
            moved[i] = (float) (values[i] + h * direction[i]);
        }
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        weights.arrays().forEach((n, w) -> arrays.put(n, n.equals(name) ? manager.create(moved, w.getShape()) : w.stopGradient()));
        NDArray input = name.equals("x") ? manager.create(moved, x.getShape()) : x.stopGradient();
        NDArray label = name.equals("c") ? manager.create(moved, c.getShape()) : c.stopGradient();
        float[] out = new UNet(TINY, Weights.of(arrays)).forward(input, label).toFloatArray();
        double sum = 0;
        for (float v : out) {
            sum += (double) v * v;
        }
        return sum / out.length;
    }

    @Test
    void refusesImpossibleArchitecturesAndForeignWeights() {
        assertThrows(IllegalArgumentException.class, () -> new UNet.Config(3, 10, 2, List.of(8, 16), List.of(1, 1),
                List.of(false, true), 8));
        assertThrows(IllegalArgumentException.class, () -> new UNet.Config(3, 8, 2, List.of(8), List.of(1, 1),
                List.of(false, true), 8));
        Weights other = UNet.initial(new UNet.Config(3, 8, 2, List.of(8, 8), List.of(1, 1), List.of(false, true), 8),
                manager, 0);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new UNet(TINY, other)).getMessage()
                .contains("has shape"));
    }
}
