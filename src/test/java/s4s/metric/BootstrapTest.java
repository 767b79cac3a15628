package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.random.MersenneTwister;
import org.junit.jupiter.api.Test;

class BootstrapTest {

    /** One normal feature, mean 3, against N(0, 1): d = (m - 0)^2 + (s - 1)^2, standard deviation 2 * 3 / sqrt(n). */
    @Test
    void spreadOfOneNormalFeature() {
        int n = 2000;
        Bootstrap band = Bootstrap.of(standard(1), normal(n, 1, 3), 400, 0.95, 7);
        double deviation = 6 / Math.sqrt(n);
        assertEquals(9, band.distance(), 4 * deviation);
        assertEquals(deviation, band.deviation(), 0.12 * deviation);
        assertEquals(2 * 1.96 * deviation, band.high() - band.low(), 0.2 * 4 * deviation);
        assertTrue(band.low() < band.distance() && band.distance() < band.high());
        assertThrows(IllegalArgumentException.class, () -> Bootstrap.of(standard(1), normal(n, 1, 3), 400, 1, 7));
    }

    /** Equal distributions: the distance is all bias, (d + d (d + 1) / 4) / n for d normal features, and the limit is 0. */
    @Test
    void theLimitForManyImages() {
        int n = 4000;
        int d = 8;
        double bias = d + d * (d + 1) / 4.0;
        FeatureSet features = normal(n, d, 0);
        FdInfinity many = FdInfinity.of(standard(d), features, 12, 5);
        assertEquals(bias, many.slope(), 0.3 * bias);
        assertEquals(0, many.limit(), 0.5 * bias / n);
        assertEquals(n, many.counts()[0]);
        assertEquals(n / 12, many.counts()[11]);
        assertEquals(bias / n, Bootstrap.of(standard(d), features, 50, 0.9, 3).bias(), 0.5 * bias / n);
        assertThrows(IllegalArgumentException.class, () -> FdInfinity.of(standard(d), features, 1, 5));
    }

    private static Frechet standard(int d) {
        return new Frechet(new Moments.Gaussian(new double[d], MatrixUtils.createRealIdentityMatrix(d), 1000));
    }

    private static FeatureSet normal(int n, int d, double mean) {
        MersenneTwister random = new MersenneTwister(11);
        float[] values = new float[n * d];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (mean + random.nextGaussian());
        }
        return new FeatureSet(values, d);
    }
}
