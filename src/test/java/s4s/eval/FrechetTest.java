package s4s.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import s4s.data.Npz;

/** The Frechet distance against vectors of the reference implementations (numpy, scipy) and closed forms. */
class FrechetTest {
    private static Npz golden() throws IOException {
        return Npz.open(Path.of("src/test/resources/golden/fid.npz"));
    }

    private static Moments.Gaussian gaussian(Npz npz, String set, String side) throws IOException {
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

    @Test
    void momentsEqualNumpys() throws IOException {
        try (Npz npz = golden()) {
            Moments moments = new Moments(16);
            float[] x = npz.get("d16_close/x").floats();
            moments.add(java.util.Arrays.copyOfRange(x, 0, 160));
            moments.add(java.util.Arrays.copyOfRange(x, 160, x.length));
            Moments.Gaussian expected = gaussian(npz, "d16_close", "x");
            Moments.Gaussian actual = moments.gaussian();
            assertArrayEquals(expected.mean(), actual.mean(), 1e-12);
            assertTrue(expected.covariance().subtract(actual.covariance()).getNorm() < 1e-11);
            assertEquals(500, actual.count());
        }
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
    void oneDimensionHasAClosedForm() {
        Moments.Gaussian a = new Moments.Gaussian(new double[] {1}, MatrixUtils.createRealDiagonalMatrix(new double[] {4}), 0);
        Moments.Gaussian b = new Moments.Gaussian(new double[] {-2}, MatrixUtils.createRealDiagonalMatrix(new double[] {9}), 0);
        assertEquals(9 + 1, Frechet.distance(a, b), 1e-12);
    }

    @Test
    void fewImagesAreNoObstacle() {
        // 5 vectors in 40 dimensions, all covariances of rank 4; the distance to itself is zero
        Moments moments = new Moments(40);
        float[] x = new float[200];
        for (int i = 0; i < x.length; i++) {
            x[i] = (float) Math.sin(i * i);
        }
        moments.add(x);
        assertEquals(0, Frechet.distance(moments.gaussian(), moments.gaussian()), 1e-5);
    }

    @Test
    void survivesTheDisk(@TempDir Path folder) throws IOException {
        try (Npz npz = golden()) {
            Reference reference = new Reference(gaussian(npz, "d16", "x"), "f", "abc", "images", "def");
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
        assertThrows(IllegalArgumentException.class, () -> new Moments(2).add(new float[] {1, Float.NaN}));
        assertThrows(IllegalArgumentException.class, () -> new Moments(2).add(new float[] {1, 2, 3}));
        assertThrows(IllegalArgumentException.class, () -> new Moments(2).gaussian());
    }
}
