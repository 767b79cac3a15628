package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import s4s.io.Npz;

/** KID and PRDC against numbers of public implementations and by hand. */
class SetDistancesTest {

    private static Npz golden() throws IOException {
        return Npz.open(Path.of("src/test/resources/golden/vectors/metrics.npz"));
    }

    @Test
    void equalTheReferenceImplementations() throws IOException {
        try (Npz npz = golden()) {
            assertEquals(npz.get("d16_close/kid_poly3_unbiased").doubles()[0],
                    Kid.between(npz.get("d16_close/x").floats(), npz.get("d16_close/y").floats(), 16), 1e-12);
            for (int k : new int[] {3, 5}) {
                Prdc prdc = Prdc.of(npz.get("pr_a/real").floats(), npz.get("pr_a/fake").floats(), 8, k);
                assertEquals(npz.get("pr_a/precision_k" + k).doubles()[0], prdc.precision(), 1e-15);
                assertEquals(npz.get("pr_a/recall_k" + k).doubles()[0], prdc.recall(), 1e-15);
                assertEquals(npz.get("pr_a/density_k" + k).doubles()[0], prdc.density(), 1e-15);
                assertEquals(npz.get("pr_a/coverage_k" + k).doubles()[0], prdc.coverage(), 1e-15);
            }
        }
    }

    /** d = 1, k(a, b) = (ab + 1)^3: within {0, 1} it is 1, within {1, 2} 27; across 1, 1, 8, 27. */
    @Test
    void kidByHand() {
        assertEquals(1 + 27 - 2 * (1 + 1 + 8 + 27) / 4.0, Kid.between(new float[] {0, 1}, new float[] {1, 2}, 1), 1e-12);
    }

    /**
     * Real 0, 1, 10 have radii 1, 1, 9 (k = 1), fake 2, 3 have 1 and 1. Fake 2 lies in the balls of 1 and 10, fake 3 in that
     * of 10; of the real ones only 1 lies in a fake ball; the balls of 1 and 10 hold a fake.
     */
    @Test
    void prdcByHand() {
        assertEquals(new Prdc(1, 1 / 3.0, 1.5, 2 / 3.0), Prdc.of(new float[] {0, 1, 10}, new float[] {2, 3}, 1, 1));
    }

    /**
     * More than a block of each set, with duplicates and ties, against the definitions written out: borders are inside however
     * the products are rounded.
     */
    @Test
    void blocksChangeNothing() {
        int size = 3;
        float[] real = grid(PairBlocks.ROWS + 150, 7, size);
        float[] fake = grid(PairBlocks.ROWS + 70, 11, size);
        for (int k : new int[] {1, 4}) {
            assertEquals(plain(real, fake, size, k), Prdc.of(real, fake, size, List.of(2, k)).get(1));
        }
        double expected = mean(real, real, size, true) + mean(fake, fake, size, true) - 2 * mean(real, fake, size, false);
        assertEquals(expected, Kid.between(real, fake, size), 1e-12 * mean(real, real, size, true));
    }

    /** Points off the origin on a grid of tenths, which binary numbers do not hold exactly. */
    private static float[] grid(int n, int seed, int size) {
        Random random = new Random(seed);
        float[] x = new float[n * size];
        for (int i = 0; i < x.length; i++) {
            x[i] = 3 + random.nextInt(40) / 10f + (seed == 11 && i % size == 0 ? 1 : 0);
        }
        return x;
    }

    private static double distance(float[] x, int i, float[] y, int j, int size) {
        double sum = 0;
        for (int k = 0; k < size; k++) {
            sum += Math.pow((double) x[i * size + k] - y[j * size + k], 2);
        }
        return sum;
    }

    private static Prdc plain(float[] real, float[] fake, int size, int k) {
        int n = real.length / size;
        int m = fake.length / size;
        double[] realRadius = IntStream.range(0, n).mapToDouble(i -> IntStream.range(0, n).filter(j -> j != i)
                .mapToDouble(j -> distance(real, i, real, j, size)).sorted().toArray()[k - 1]).toArray();
        double[] fakeRadius = IntStream.range(0, m).mapToDouble(i -> IntStream.range(0, m).filter(j -> j != i)
                .mapToDouble(j -> distance(fake, i, fake, j, size)).sorted().toArray()[k - 1]).toArray();
        long inside = 0;
        long balls = 0;
        for (int j = 0; j < m; j++) {
            int fakeNumber = j;
            long around = IntStream.range(0, n).filter(i -> distance(real, i, fake, fakeNumber, size) <= realRadius[i]).count();
            inside += around > 0 ? 1 : 0;
            balls += around;
        }
        long recalled = IntStream.range(0, n).filter(i -> IntStream.range(0, m)
                .anyMatch(j -> distance(real, i, fake, j, size) <= fakeRadius[j])).count();
        long covered = IntStream.range(0, n).filter(i -> IntStream.range(0, m)
                .anyMatch(j -> distance(real, i, fake, j, size) <= realRadius[i])).count();
        return new Prdc((double) inside / m, (double) recalled / n, (double) balls / k / m, (double) covered / n);
    }

    private static double mean(float[] x, float[] y, int size, boolean different) {
        int n = x.length / size;
        int m = y.length / size;
        double sum = 0;
        for (int i = 0; i < n; i++) {
            for (int j = 0; j < m; j++) {
                double dot = 0;
                for (int k = 0; k < size; k++) {
                    dot += (double) x[i * size + k] * y[j * size + k];
                }
                sum += different && i == j ? 0 : Math.pow(dot / size + 1, 3);
            }
        }
        return sum / n / (different ? m - 1 : m);
    }

    /** Expected: numpy, with torch-fidelity's draws and polynomial_mmd in float64 (src/test/python/kid_subsets.py). */
    @Test
    void kidOfSubsets() throws IOException {
        try (Npz npz = golden()) {
            Kid.Subsets kid = Kid.ofSubsets(npz.get("d16_close/x").floats(), npz.get("d16_close/y").floats(), 16, 10, 100,
                    2020);
            assertEquals(-0.014586767572274839, kid.mean(), 1e-12);
            assertEquals(0.0166374488677534, kid.std(), 1e-12);
            float[] few = {1, 2, 3};
            assertThrows(IllegalArgumentException.class, () -> Kid.ofSubsets(few, few, 1, 1, 4, 0));
        }
    }

    @Test
    void impossibleSetsAreRefused() {
        float[] two = {1, 2};
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Kid.between(two, new float[] {1}, 1))
                .getMessage().contains("at least 2"));
        assertThrows(IllegalArgumentException.class, () -> Kid.between(two, two, 3));
        assertThrows(IllegalArgumentException.class, () -> Kid.between(new float[] {1, Float.NaN}, two, 1));
        assertThrows(IllegalArgumentException.class, () -> Prdc.of(two, two, 1, 0));
        assertThrows(IllegalArgumentException.class, () -> Prdc.of(two, two, 1, 2));
    }
}
