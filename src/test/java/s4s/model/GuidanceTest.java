package s4s.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.schedule.Edm;
import s4s.schedule.VpLinear;
import s4s.solver.Prediction;

class GuidanceTest {

    private static ClassMixture model(Prediction prediction) {
        return new ClassMixture(
                Golden.mixture("d8", new Edm(), prediction), Map.of("left", new int[] {0, 1}, "right", new int[] {2}));
    }

    private static double[] predict(Denoiser denoiser) {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = manager.create(Golden.numbers("noise", "d8")).reshape(-1, 8, 1, 1).mul(3);
            NDArray result = denoiser.predict(x, manager.create(new double[] {2}));
            // only x, its two stages, the time and the result are left
            assertTrue(manager.getManagedArrays().size() <= 5, "leak: " + manager.getManagedArrays().size());
            return result.toDoubleArray();
        }
    }

    /** Both predictions by numbers of their own; the formula by hand. */
    @Test
    void movesFromTheUnconditionalPredictionTowardsTheConditional() {
        for (Prediction prediction : Prediction.values()) {
            double[] without = predict(model(prediction).unconditional());
            double[] with = predict(model(prediction).given("right"));
            double[] expected = new double[with.length];
            for (int i = 0; i < expected.length; i++) {
                expected[i] = without[i] + 7.5 * (with[i] - without[i]);
            }
            assertArrayEquals(expected, predict(model(prediction).guided("right", 7.5)), 1e-12);
            assertArrayEquals(with, predict(model(prediction).guided("right", 1)));
            assertArrayEquals(without, predict(model(prediction).guided("right", 0)));
        }
    }

    /** A guided call is one evaluation and as many forward passes as it takes. */
    @Test
    void evaluationsAndForwardPassesAreCounted() {
        for (int[] scaleAndForwards : new int[][] {{0, 1}, {1, 1}, {2, 2}}) {
            CountingDenoiser without = new CountingDenoiser(model(Prediction.DATA).unconditional());
            CountingDenoiser with = new CountingDenoiser(model(Prediction.DATA).given("left"));
            CountingDenoiser guided = new CountingDenoiser(new Guidance(without, with, scaleAndForwards[0]));
            predict(guided);
            predict(guided);
            assertEquals(2, guided.calls());
            assertEquals(2 * scaleAndForwards[1], guided.forwards());
            assertEquals(guided.forwards(), without.calls() + with.calls());
            assertEquals(scaleAndForwards[1], new DynamicThresholding(guided).forwardsPerCall());
        }
    }

    @Test
    void wrongScalesAndModelsAreRefused() {
        ClassMixture model = model(Prediction.DATA);
        for (double scale : new double[] {-1, Double.NaN, Double.POSITIVE_INFINITY}) {
            String message = assertThrows(IllegalArgumentException.class, () -> model.guided("left", scale)).getMessage();
            assertTrue(message.contains("guidance scale") && message.contains(String.valueOf(scale)), message);
        }
        assertTrue(assertThrows(IllegalArgumentException.class, () -> model.guided("up", 2)).getMessage()
                .contains("left, right"));
        Denoiser other = Golden.mixture("d8", new VpLinear(), Prediction.DATA);
        assertThrows(IllegalArgumentException.class, () -> new Guidance(model.unconditional(), other, 2));
        Denoiser noise = Golden.mixture("d8", new Edm(), Prediction.NOISE);
        assertThrows(IllegalArgumentException.class, () -> new Guidance(model.unconditional(), noise, 2));
        assertEquals(new Shape(8, 1, 1), model.guided("left", 2).sampleShape());
    }
}
