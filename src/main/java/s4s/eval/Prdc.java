package s4s.eval;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Precision, recall, density and coverage of a set of fake feature vectors against real ones, in float64. Around each vector
 * lies a ball whose radius is the distance to the k-th nearest other vector of its own set; a vector on the border is inside.
 *
 * <pre>
 *   precision = share of fake vectors inside some real ball
 *   recall    = share of real vectors inside some fake ball
 *   density   = mean over fake vectors of (number of real balls around it) / k
 *   coverage  = share of real balls that contain a fake vector
 * </pre>
 *
 * The usual choices are k = 3 for precision and recall, k = 5 for density and coverage.
 *
 * @param precision in [0, 1]
 * @param recall in [0, 1]
 * @param density 0 or more, about 1 for equal distributions
 * @param coverage in [0, 1]
 * @see <a href="https://arxiv.org/abs/1904.06991">Kynkaanniemi et al. 2019</a>
 * @see <a href="https://arxiv.org/abs/2002.09797">Naeem et al. 2020</a>
 */
public record Prdc(double precision, double recall, double density, double coverage) {

    /**
     * @param real vectors stored one after another
     * @param fake vectors stored one after another
     * @param size length of a vector
     * @param k neighbours, at least 1
     * @throws IllegalArgumentException if k is below 1, a set has not more than k vectors, or a number is not finite
     */
    public static Prdc of(float[] real, float[] fake, int size, int k) {
        if (k < 1) {
            throw new IllegalArgumentException("the nearest neighbour is k = 1; there is no k = " + k);
        }
        int n = FeatureSets.count(real, size, k + 1);
        int m = FeatureSets.count(fake, size, k + 1);
        double[] realRadius = radii(real, n, size, k);
        double[] fakeRadius = radii(fake, m, size, k);
        long[] balls = IntStream.range(0, m).parallel().mapToLong(j -> IntStream.range(0, n)
                .filter(i -> distance(real, i, fake, j, size) <= realRadius[i]).count()).toArray();
        long recalled = IntStream.range(0, n).parallel().filter(i -> IntStream.range(0, m)
                .anyMatch(j -> distance(real, i, fake, j, size) <= fakeRadius[j])).count();
        long covered = IntStream.range(0, n).parallel().filter(i -> IntStream.range(0, m)
                .anyMatch(j -> distance(real, i, fake, j, size) <= realRadius[i])).count();
        return new Prdc((double) Arrays.stream(balls).filter(b -> b > 0).count() / m, (double) recalled / n,
                (double) Arrays.stream(balls).sum() / k / m, (double) covered / n);
    }

    /** Squared distance of each vector to its k-th nearest other one. */
    private static double[] radii(float[] x, int n, int size, int k) {
        return IntStream.range(0, n).parallel().mapToDouble(i -> {
            double[] nearest = new double[k];                    // ascending
            Arrays.fill(nearest, Double.POSITIVE_INFINITY);
            for (int j = 0; j < n; j++) {
                double d = j == i ? Double.POSITIVE_INFINITY : distance(x, i, x, j, size);
                for (int place = k - 1; place >= 0 && d < nearest[place]; place--) {
                    if (place < k - 1) {
                        nearest[place + 1] = nearest[place];
                    }
                    nearest[place] = d;
                }
            }
            return nearest[k - 1];
        }).toArray();
    }

    private static double distance(float[] x, int i, float[] y, int j, int size) {
        double sum = 0;
        for (int k = 0; k < size; k++) {
            double gap = (double) x[i * size + k] - y[j * size + k];
            sum += gap * gap;
        }
        return sum;
    }
}
