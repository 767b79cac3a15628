package s4s.eval;

import java.util.stream.IntStream;

/**
 * The kernel distance: the unbiased estimate of the squared maximum mean discrepancy between two sets of feature vectors of
 * length d, in float64,
 *
 * <pre>
 *   k(a, b) = (a.b / d + 1)^3
 *   MMD^2   = sum_{i != j} k(x_i, x_j) / (n (n-1)) + sum_{i != j} k(y_i, y_j) / (m (m-1)) - 2 sum_ij k(x_i, y_j) / (n m)
 * </pre>
 *
 * over the full sets. It can be negative. No kernel matrix is stored.
 *
 * @see <a href="https://arxiv.org/abs/1801.01401">Binkowski et al. 2018</a>
 */
public final class Kid {

    private Kid() {}

    /**
     * The number that papers call KID when the features are Inception's; they often print it times 1000.
     *
     * @param x vectors stored one after another
     * @param y vectors stored one after another
     * @param size length d of a vector
     * @throws IllegalArgumentException if a set has fewer than two vectors, no whole vectors, or a number that is not finite
     */
    public static double between(float[] x, float[] y, int size) {
        int n = FeatureSets.count(x, size, 2);
        int m = FeatureSets.count(y, size, 2);
        return within(x, n, size) + within(y, m, size) - 2 * sum(x, n, y, m, size) / n / m;
    }

    /** Mean kernel of different vectors of one set. */
    private static double within(float[] x, int n, int size) {
        double diagonal = IntStream.range(0, n).mapToDouble(i -> kernel(x, i, x, i, size)).sum();
        return (sum(x, n, x, n, size) - diagonal) / n / (n - 1);
    }

    private static double sum(float[] x, int n, float[] y, int m, int size) {
        // rows in parallel, each in a fixed order: the same bits on every run
        double[] rows = IntStream.range(0, n).parallel().mapToDouble(i -> {
            double row = 0;
            for (int j = 0; j < m; j++) {
                row += kernel(x, i, y, j, size);
            }
            return row;
        }).toArray();
        return IntStream.range(0, n).mapToDouble(i -> rows[i]).sum();
    }

    private static double kernel(float[] x, int i, float[] y, int j, int size) {
        double dot = 0;
        for (int k = 0; k < size; k++) {
            dot += (double) x[i * size + k] * y[j * size + k];
        }
        double base = dot / size + 1;
        return base * base * base;
    }
}
