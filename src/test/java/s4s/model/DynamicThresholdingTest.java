package s4s.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Prediction;

class DynamicThresholdingTest {

    /** A model that returns its input. */
    private record Identity(DataType dataType) implements Denoiser {
        @Override
        public NDArray predict(NDArray x, NDArray time) {
            return x.duplicate();
        }

        @Override
        public Prediction prediction() {
            return Prediction.DATA;
        }

        @Override
        public NoiseSchedule schedule() {
            return new VpLinear();
        }

        @Override
        public Shape sampleShape() {
            return new Shape(5);
        }
    }

    /** Quantiles as numpy.quantile gives them: of 0 1 2 3 4, 0.75 is 3 and 0.6 is 2.4; the second sample is small and stays. */
    @Test
    void clipsAndScalesEachSampleByItsQuantile() {
        for (DataType type : new DataType[] {DataType.FLOAT64, DataType.FLOAT32}) {
            try (NDManager manager = NDManager.newBaseManager()) {
                NDArray x = manager.create(new double[] {4, -3, 0, 1, -2, 0.5, -0.25, 0, 0, 0.1}, new Shape(2, 5))
                        .toType(type, false);
                NDArray time = manager.create(new double[] {0.5}).toType(type, false);
                double[] at75 = numbers(new DynamicThresholding(new Identity(type), 0.75, 1).predict(x, time));
                assertArrayEquals(new double[] {1, -1, 0, 1 / 3.0, -2 / 3.0, 0.5, -0.25, 0, 0, 0.1}, at75, 1e-7);
                double[] at60 = numbers(new DynamicThresholding(new Identity(type), 0.6, 1).predict(x, time));
                assertArrayEquals(new double[] {1, -1, 0, 1 / 2.4, -2 / 2.4}, Arrays.copyOf(at60, 5), 1e-7);
                double[] largest = numbers(new DynamicThresholding(new Identity(type), 1, 8).predict(x, time));
                assertArrayEquals(new double[] {0.5, -3 / 8.0, 0, 1 / 8.0, -2 / 8.0}, Arrays.copyOf(largest, 5), 1e-7);
                NDArray result = new DynamicThresholding(new Identity(type)).predict(x, time);
                assertEquals(type, result.getDataType());
                assertEquals(new Shape(2, 5), result.getShape());
            }
        }
    }

    private static double[] numbers(NDArray array) {
        return array.toType(DataType.FLOAT64, true).toDoubleArray();
    }

    /** What is thresholded is the data prediction, also of a model that predicts noise. */
    @Test
    void noiseBecomesData() {
        VpLinear vp = new VpLinear();
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray x = manager.create(Golden.numbers("noise", "d8")).reshape(-1, 8, 1, 1);
            NDArray time = manager.create(new double[] {0.2});
            DynamicThresholding data = new DynamicThresholding(Golden.mixture("d8", vp, Prediction.DATA), 0.9, 0.3);
            DynamicThresholding noise = new DynamicThresholding(Golden.mixture("d8", vp, Prediction.NOISE), 0.9, 0.3);
            assertEquals(Prediction.DATA, noise.prediction());
            assertArrayEquals(data.predict(x, time).toDoubleArray(), noise.predict(x, time).toDoubleArray(), 1e-12);
        }
    }

    @Test
    void impossibleNumbersAreRefused() {
        Denoiser model = new Identity(DataType.FLOAT64);
        for (double quantile : new double[] {-0.1, 1.1, Double.NaN}) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> new DynamicThresholding(model, quantile, 1))
                    .getMessage().contains("quantile"));
        }
        for (double least : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
            assertThrows(IllegalArgumentException.class, () -> new DynamicThresholding(model, 0.9, least));
        }
    }
}
