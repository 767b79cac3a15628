package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.IntBinaryOperator;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import s4s.io.Npz;

/** The Frechet distance against vectors of the reference implementations (numpy, scipy) and closed forms. */
class FrechetTest {
    static Npz golden() throws IOException {
        return Npz.open(Path.of("src/test/resources/golden/fid.npz"));
    }

    static Moments.Gaussian gaussian(Npz npz, String set, String side) throws IOException {
        double[] mean = npz.get(set + "/mu_" + side).doubles();
        double[] flat = npz.get(set + "/cov_" + side).doubles();
        RealMatrix covariance = new Array2DRowRealMatrix(mean.length, mean.length);
        for (int i = 0; i < flat.length; i++) {
            covariance.setEntry(i / mean.length, i % mean.length, flat[i]);
        }
        return new Moments.Gaussian(mean, covariance, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"d16", "d64", "d16_close"})
    void equalsTheReferenceImplementations(String set) throws IOException {
        try (Npz npz = golden()) {
            double expected = npz.get(set + "/fid").doubles()[0];
            double actual = Frechet.distance(gaussian(npz, set, "x"), gaussian(npz, set, "y"));
            assertEquals(expected, actual, 1e-9 * Math.max(1, expected));
        }
    }

    /**
     * Fewer vectors than features. Expected: numpy, |m1 - m2|^2 + |A1|^2 + |A2|^2 - 2 |A1 A2^T|_* with A the centred rows over
     * sqrt(n - 1), which forms no covariance.
     */
    @Test
    void fewVectorsAreExact() throws IOException {
        try (Npz npz = Npz.open(Path.of("src/test/resources/golden/vectors/metrics.npz"))) {
            float[] x = npz.get("d16_close/x").floats();
            float[] y = npz.get("d16_close/y").floats();
            int[] n = {10, 13, 4, 16};
            int[] m = {13, 10, 500, 16};
            double[] expected = {1.0563153349771746, 1.08604909811082, 9.527328211689184, 0.021529807783178256};
            for (int i = 0; i < n.length; i++) {
                Moments.Gaussian a = MomentsTest.of(16, Arrays.copyOf(x, 16 * n[i])).gaussian();
                Moments.Gaussian b = MomentsTest.of(16, Arrays.copyOf(y, 16 * m[i])).gaussian();
                assertEquals(expected[i], new Frechet(a).to(b), 1e-11);
                assertEquals(n[i] <= 16, a.deficient());
                assertEquals(0, new Frechet(a).to(a), 1e-11);
            }
        }
    }

    @Test
    void oneDimensionHasAClosedForm() {
        Moments.Gaussian a = new Moments.Gaussian(new double[] {1}, MatrixUtils.createRealDiagonalMatrix(new double[] {4}), 0);
        Moments.Gaussian b = new Moments.Gaussian(new double[] {-2}, MatrixUtils.createRealDiagonalMatrix(new double[] {9}), 0);
        assertEquals(9 + 1, Frechet.distance(a, b), 1e-12);
    }

    private static Moments.Gaussian gaussian(int size, IntToDoubleFunction mean,
            IntBinaryOperator covariance) {
        RealMatrix c = new Array2DRowRealMatrix(size, size);
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < size; j++) {
                c.setEntry(i, j, covariance.applyAsInt(i, j));
            }
        }
        return new Moments.Gaussian(IntStream.range(0, size).mapToDouble(mean).toArray(), c, 0);
    }

    /** Rank 1: C = v v^T has the root v v^T / |v|, so the distance of v and w is |v|^2 + |w|^2 - 2 |v w|. */
    @Test
    void covariancesOfRankOneHaveAClosedForm() {
        Moments.Gaussian ones = gaussian(192, i -> 0, (i, j) -> 1);
        Moments.Gaussian alternating = gaussian(192, i -> 1, (i, j) -> (i % 2 == 0 ? 3 : 1) * (j % 2 == 0 ? 3 : 1));
        // v v = 192, w w = 96 * 9 + 96, v w = 96 * 3 + 96, and 192 of the means
        assertEquals(192 + 192 + 960 - 2 * 384, new Frechet(ones).to(alternating), 1e-9);
        assertEquals(0, new Frechet(ones).to(ones));
    }

    /**
     * Features that never fire, and fewer images than features: a set and the same with all features doubled are
     * |m|^2 + tr C apart.
     */
    @ParameterizedTest
    @ValueSource(ints = {2, 25, 100, 400})
    void deadFeaturesDoNotMatter(int images) {
        Random random = new Random(images);
        Moments once = new Moments(192);
        Moments twice = new Moments(192);
        float[] vector = new float[192];
        for (int n = 0; n < images; n++) {
            for (int i = 0; i < vector.length; i++) {
                vector[i] = i % 3 == 0 ? 0 : (float) random.nextGaussian();
            }
            once.add(vector);
            for (int i = 0; i < vector.length; i++) {
                vector[i] *= 2;
            }
            twice.add(vector);
        }
        Moments.Gaussian a = once.gaussian();
        double expected = Arrays.stream(a.mean()).map(m -> m * m).sum() + a.covariance().getTrace();
        assertEquals(expected, Frechet.distance(a, twice.gaussian()), 1e-9 * expected);
        assertEquals(expected, Frechet.distance(twice.gaussian(), a), 1e-9 * expected);
    }

    /** The mean's part stays, however small; the covariance's is 0 below its rounding. */
    @Test
    void aSetAndItselfAreAtZero() throws IOException {
        try (Npz npz = golden()) {
            for (String set : List.of("d16", "d64", "d16_close")) {
                Moments.Gaussian x = gaussian(npz, set, "x");
                assertEquals(0, new Frechet(x).to(x));
                double[] moved = x.mean().clone();
                moved[0] += 1e-9;
                double step = moved[0] - x.mean()[0];
                assertEquals(step * step, new Frechet(x)
                        .to(new Moments.Gaussian(moved, x.covariance(), 0)), 1e-30);
            }
        }
    }

    /** Three numbers whose pairs correlate by -1 each: every 2 x 2 part is a covariance, the eigenvalues are 2, 2 and -1. */
    @Test
    void negativeEigenvaluesAreRefused() {
        Moments.Gaussian impossible = gaussian(3, i -> 0, (i, j) -> i == j ? 1 : -1);
        assertTrue(assertThrows(IllegalArgumentException.class, () -> new Frechet(impossible))
                .getMessage().contains("negative eigenvalues sum to -"));
    }

    @Test
    void survivesTheDisk(@TempDir Path folder) throws IOException {
        try (Npz npz = golden()) {
            Reference reference = new Reference(gaussian(npz, "d16", "x"), new Reference.About("f", "abc", "images", "def"));
            reference.write(folder.resolve("reference.npz"));
            Reference read = Reference.read(folder.resolve("reference.npz"));
            assertEquals(0, Frechet.distance(read.moments(), reference.moments()), 1e-9);
            assertEquals("abc", read.featuresSha256());
            assertEquals("images", read.data());
        }
    }

    @Test
    void refusesWhatCannotBeCompared() throws IOException {
        try (Npz npz = golden()) {
            Moments.Gaussian a = gaussian(npz, "d16", "x");
            Moments.Gaussian b = gaussian(npz, "d64", "x");
            assertTrue(assertThrows(IllegalArgumentException.class, () -> Frechet.distance(a, b))
                    .getMessage().contains("16 and 64"));
        }
    }
}
