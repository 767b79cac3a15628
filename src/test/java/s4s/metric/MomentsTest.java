package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import s4s.io.NpyArray;
import s4s.io.Npz;

/** Streaming moments: numpy's numbers, however the vectors are cut up and dealt out. */
class MomentsTest {

    /** Moments of vectors stored one after another. */
    static Moments of(int size, float... vectors) {
        Moments moments = new Moments(size);
        moments.add(vectors);
        return moments;
    }

    /** Positive and skewed with very different sizes, as features of networks are. */
    private static float[] vectors(int size, int count) {
        Random random = new Random(1);
        float[] vectors = new float[size * count];
        for (int i = 0; i < vectors.length; i++) {
            double normal = random.nextGaussian();
            vectors[i] = (float) (Math.exp(i % size % 9 - 6) * (3 + normal * normal) + (i % size == 5 ? 1e6 : 0));
        }
        return vectors;
    }

    @Test
    void equalNumpys() throws IOException {
        try (Npz npz = FrechetTest.golden()) {
            float[] x = npz.get("d16_close/x").floats();
            Moments.Gaussian expected = FrechetTest.gaussian(npz, "d16_close", "x");
            Moments.Gaussian actual = of(16, x).gaussian();
            assertArrayEquals(expected.mean(), actual.mean(), 1e-12);
            assertTrue(expected.covariance().subtract(actual.covariance()).getNorm() < 1e-11);
            assertEquals(500, actual.count());
        }
    }

    /** 600 features take the way of two threads. Expected: the sums written out, about the exact mean. */
    @Test
    void longVectors() {
        int size = 600;
        float[] x = vectors(size, 70);
        Moments.Gaussian actual = of(size, x).gaussian();
        for (int i = 0; i < size; i += 7) {
            for (int j = 0; j <= i; j += 5) {
                double mi = mean(x, size, i);
                double mj = mean(x, size, j);
                double c = 0;
                for (int v = 0; v < 70; v++) {
                    c += (x[v * size + i] - mi) * (x[v * size + j] - mj);
                }
                assertEquals(c / 69, actual.covariance().getEntry(i, j), 1e-10 * scale(actual, i, j));
                assertEquals(c / 69, actual.covariance().getEntry(j, i), 1e-10 * scale(actual, i, j));
            }
        }
    }

    private static double mean(float[] x, int size, int i) {
        double sum = 0;
        for (int v = i; v < x.length; v += size) {
            sum += x[v];
        }
        return sum / (x.length / size);
    }

    private static double scale(Moments.Gaussian g, int i, int j) {
        return Math.sqrt(g.covariance().getEntry(i, i) * g.covariance().getEntry(j, j));
    }

    @Test
    void batchesChangeNoBit() {
        float[] x = vectors(20, 101);
        Moments cut = new Moments(20);
        for (int from = 0, n = 1; from < 101; from += n, n = n % 7 + 1) {
            cut.add(Arrays.copyOfRange(x, from * 20, Math.min(101, from + n) * 20));
        }
        assertEquals(of(20, x).arrays(), cut.arrays());
    }

    /** Dealt to 1, 2, 3, 8 and 100 processes by chance, and added in any order: 1e-12 of the standard deviations. */
    @Test
    void mergedEqualsSingle() {
        int size = 20;
        float[] x = vectors(size, 1000);
        Moments.Gaussian single = of(size, x).gaussian();
        Random random = new Random(2);
        for (int parts : new int[] {1, 2, 3, 8, 100}) {
            List<Moments> partial = new ArrayList<>();
            for (int p = 0; p < parts; p++) {
                partial.add(new Moments(size));
            }
            for (int v = 0; v < 1000; v++) {
                partial.get(random.nextInt(parts)).add(Arrays.copyOfRange(x, v * size, (v + 1) * size));
            }
            Collections.shuffle(partial, random);
            Moments merged = new Moments(size);
            partial.forEach(p -> merged.merge(Moments.of(p.arrays()::get)));
            Moments.Gaussian actual = merged.gaussian();
            assertEquals(1000, actual.count());
            for (int i = 0; i < size; i++) {
                assertEquals(single.mean()[i], actual.mean()[i], 1e-15 * Math.abs(single.mean()[i]) + 1e-12 * Math.sqrt(
                        single.covariance().getEntry(i, i)));
                for (int j = 0; j < size; j++) {
                    assertEquals(single.covariance().getEntry(i, j), actual.covariance().getEntry(i, j),
                            1e-12 * scale(single, i, j));
                }
            }
            assertEquals(0, Frechet.distance(single, actual), 1e-12 * single.covariance().getTrace());
        }
    }

    /** 0, 2 and 10 have mean 4 and variance 28, from whichever side they are put together. */
    @Test
    void mergedByHand() {
        Moments two = of(1, 0, 2);
        Moments one = of(1, 10);
        two.merge(one);
        two.merge(new Moments(1));
        assertEquals(4, two.gaussian().mean()[0], 0);
        assertEquals(28, two.gaussian().covariance().getEntry(0, 0), 0);
        one.merge(of(1, 0, 2));
        assertEquals(28, one.gaussian().covariance().getEntry(0, 0), 0);
        assertEquals(3, one.count());
    }

    @Test
    void offsetCostsNoDigits() {
        Moments plain = new Moments(1);
        Moments shifted = new Moments(1);
        for (int i = 0; i < 1000; i++) {
            plain.add(new float[] {i % 7});
            shifted.add(new float[] {i % 7 + 4_000_000});
        }
        assertEquals(plain.gaussian().covariance().getEntry(0, 0), shifted.gaussian().covariance().getEntry(0, 0), 1e-12);
    }

    @Test
    void refusesWhatAreNoVectors() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> of(2, 0, 0, 1, Float.NaN)).getMessage()
                .contains("feature 1 of vector 1 is NaN"));
        assertThrows(IllegalArgumentException.class, () -> of(2, 1, 2, 3));
        assertThrows(IllegalArgumentException.class, () -> new Moments(2).gaussian());
        assertThrows(IllegalArgumentException.class, () -> new Moments(2).merge(new Moments(3)));
    }

    @Test
    void aStateThatNoSumGivesIsRefused() {
        for (String name : List.of("origin", "sum", "products")) {
            Map<String, NpyArray> state = new HashMap<>(of(2, 1, 2, 3, 4).arrays());
            double[] numbers = state.get(name).doubles();
            numbers[0] = Double.NaN;
            state.put(name, NpyArray.of(numbers, state.get(name).shape()));
            assertThrows(IllegalArgumentException.class, () -> Moments.of(state::get), name);
        }
        Map<String, NpyArray> state = new HashMap<>(of(2, 1, 2, 3, 4).arrays());
        state.put("count", NpyArray.of(new long[0], 0));
        assertThrows(IllegalArgumentException.class, () -> Moments.of(state::get));
    }
}
