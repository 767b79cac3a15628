package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.WithManager;
import s4s.sampling.Combination.Part;
import s4s.sampling.Combination.Target;

class CombinationTest extends WithManager {
    /** More than one task, and a last tile that is not full. */
    private static final Shape SHAPE = new Shape(5, 3, 57, 59);
    private static final int SIZE = 5 * 3 * 57 * 59;

    private final double[] wide = new double[SIZE];
    private final float[] narrow = new float[SIZE];
    private final double[] expected = new double[SIZE];

    private List<Part> parts(double first, double second) {
        for (int i = 0; i < SIZE; i++) {
            wide[i] = Math.sin(i) * 80;
            narrow[i] = (float) Math.cos(0.3 * i);
        }
        return List.of(new Part(first, manager.create(wide, SHAPE)), new Part(second, manager.create(narrow, SHAPE)));
    }

    private void assertWrites(Combination combination, double[] expected) {
        NDArray sum = manager.create(SHAPE, DataType.FLOAT64);
        NDArray scaled = manager.create(SHAPE, DataType.FLOAT32);
        assertTrue(combination.write(List.of(new Target(sum, 1), new Target(scaled, 0.3))));
        assertArrayEquals(expected, sum.toDoubleArray(), 1e-13);
        float[] rounded = scaled.toFloatArray();
        for (int i = 0; i < SIZE; i++) {
            assertEquals(0.3 * expected[i], rounded[i], 1e-7 * Math.abs(expected[i]) + 1e-13);
        }
    }

    @Test
    void sumsInOnePass() {
        List<Part> parts = parts(0.7, -1.9);
        for (int i = 0; i < SIZE; i++) {
            expected[i] = 0.7 * wide[i] - 1.9 * narrow[i];
        }
        assertWrites(new Combination(parts), expected);
        assertArrayEquals(wide, parts.get(0).array().toDoubleArray());
        assertWrites(new Combination(List.of()), new double[SIZE]);
    }

    /** The engine's way, which half precision takes: products are float64, whatever the array. */
    @Test
    void sumsByOperations() {
        List<Part> plain = parts(0.7, -1.9);
        NDArray half = plain.get(1).array().toType(DataType.FLOAT16, true);
        double[] halves = half.toType(DataType.FLOAT64, true).toDoubleArray();
        for (int i = 0; i < SIZE; i++) {
            expected[i] = 0.7 * wide[i] - 1.9 * halves[i];
        }
        assertWrites(new Combination(List.of(plain.get(0), new Part(-1.9, half))), expected);
        assertArrayEquals(wide, plain.get(0).array().toDoubleArray());
        assertArrayEquals(halves, half.toType(DataType.FLOAT64, true).toDoubleArray());
    }

    /** One number that is not finite is enough, wherever it stands; sums of finite numbers may be as large as they like. */
    @Test
    void findsWhatIsNotFinite() {
        NDArray target = manager.create(SHAPE, DataType.FLOAT64);
        for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY, 1e300}) {
            for (int at : new int[] {0, 40_000, SIZE - 1}) {
                double[] values = new double[SIZE];
                values[at] = bad;
                Combination row = new Combination(List.of(new Part(2, manager.create(values, SHAPE))));
                assertEquals(bad == 1e300, row.write(List.of(new Target(target, 1))), bad + " at " + at);
            }
        }
        NDArray huge = manager.full(SHAPE, 1e30f, DataType.FLOAT64).mul(1e277);
        for (double weight : new double[] {1, 1e3}) {
            Combination row = new Combination(List.of(new Part(weight, huge)));
            assertEquals(weight == 1, row.write(List.of(new Target(target, 1))));
        }
    }
}
