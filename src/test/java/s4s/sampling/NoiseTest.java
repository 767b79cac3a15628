package s4s.sampling;

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
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NoiseTest {

    /** torch.manual_seed(0); torch.randn(5), as its documentation and many a forum thread print it. */
    @Test
    void knownNumbers() {
        assertArrayEquals(new float[] {1.5410f, -0.2934f, -2.1788f, 0.5684f, -1.0845f}, Noise.normal(0, 5), 5e-5f);
    }

    /** Against the PyTorch engine itself: short arrays, whole blocks, a last incomplete block. */
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 15, 16, 17, 31, 32, 100, 3072})
    void equalsTorch(int size) {
        try (NDManager manager = NDManager.newBaseManager()) {
            for (long seed : new long[] {0, 1, 42, 123456789, Integer.MAX_VALUE}) {
                manager.getEngine().setRandomSeed((int) seed);
                float[] torch = manager.randomNormal(0, 1, new Shape(size), DataType.FLOAT32).toFloatArray();
                assertArrayEquals(torch, Noise.normal(seed, size), 1e-6f, "seed " + seed + ", size " + size);
            }
        }
    }

    @Test
    void eachImageHasItsOwnSeed() {
        try (NDManager manager = NDManager.newBaseManager()) {
            Shape sample = new Shape(3, 4, 5);
            NDArray noise = Noise.normal(manager, new long[] {7, 8, 7}, sample);
            assertEquals(new Shape(3, 3, 4, 5), noise.getShape());
            assertEquals(DataType.FLOAT64, noise.getDataType());
            double[] all = noise.toDoubleArray();
            double[] alone = Noise.normal(manager, new long[] {8}, sample).toDoubleArray();
            assertArrayEquals(alone, Arrays.copyOfRange(all, 60, 120));
            assertArrayEquals(Arrays.copyOf(all, 60), Arrays.copyOfRange(all, 120, 180));
            float[] plain = Noise.normal(8, 60);
            for (int i = 0; i < 60; i++) {
                assertEquals(plain[i], alone[i]);
            }
        }
    }

    @Test
    void isNormal() {
        float[] noise = Noise.normal(5, 100_000);
        double mean = 0;
        double square = 0;
        for (float z : noise) {
            mean += z / 1e5;
            square += z * z / 1e5;
        }
        assertEquals(0, mean, 0.015);
        assertEquals(1, square, 0.02);
    }

    @Test
    void seedsOutsideTheRangeAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> Noise.normal(-1, 3)).getMessage();
        assertTrue(message.contains("-1"), message);
        assertThrows(IllegalArgumentException.class, () -> Noise.normal(1L << 31, 3));
        try (NDManager manager = NDManager.newBaseManager()) {
            assertThrows(IllegalArgumentException.class, () -> Noise.normal(manager, new long[0], new Shape(3)));
        }
    }
}
