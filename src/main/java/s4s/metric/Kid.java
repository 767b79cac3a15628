package s4s.metric;

import ai.djl.ndarray.NDArray;
import org.apache.commons.math3.stat.StatUtils;
import s4s.sampling.NumpyRandom;

/**
 * The kernel distance: the unbiased estimate of the squared maximum mean discrepancy between two sets of feature vectors of
 * length d, in float64,
 *
 * <pre>
 *   k(a, b) = (a.b / d + 1)^3
 *   MMD^2   = sum_{i != j} k(x_i, x_j) / (n (n-1)) + sum_{i != j} k(y_i, y_j) / (m (m-1)) - 2 sum_ij k(x_i, y_j) / (n m)
 * </pre>
 *
 * over the full sets, or as mean and standard deviation over random subsets, as FID packages print it. It can be negative. No
 * kernel matrix is stored; 50,000 vectors are a matter of minutes.
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
        return within(x, n, size) + within(y, m, size) - 2 * across(x, y, size) / n / m;
    }

    /**
     * Of subsets.
     *
     * @param mean over the subsets: the KID that is reported
     * @param std population standard deviation over the subsets
     */
    public record Subsets(double mean, double std) {}

    /**
     * KID of random subsets, the same ones that torch-fidelity takes: for each a {@code choice(n, size, replace=False)} of x,
     * then one of y, from {@code numpy.random.RandomState(seed)}.
     *
     * @param x vectors stored one after another
     * @param y vectors stored one after another
     * @param size length d of a vector
     * @param subsets how many, usually 100
     * @param subsetSize vectors of a subset, usually 1000
     * @param seed 2020 in torch-fidelity
     * @throws IllegalArgumentException if a set has fewer than {@code subsetSize} vectors, or as {@link #between}
     * @see <a href="https://github.com/toshas/torch-fidelity">torch-fidelity</a>
     */
    public static Subsets ofSubsets(float[] x, float[] y, int size, int subsets, int subsetSize, int seed) {
        int n = FeatureSets.count(x, size, subsetSize);
        int m = FeatureSets.count(y, size, subsetSize);
        NumpyRandom random = new NumpyRandom(seed);
        double[] values = new double[subsets];
        for (int i = 0; i < subsets; i++) {
            float[] some = FeatureSets.rows(x, size, random.choice(n, subsetSize));
            values[i] = between(some, FeatureSets.rows(y, size, random.choice(m, subsetSize)), size);
        }
        return new Subsets(StatUtils.mean(values), Math.sqrt(StatUtils.populationVariance(values)));
    }

    /** Mean kernel of different vectors of one set. */
    private static double within(float[] x, int n, int size) {
        double[] sum = new double[1];
        PairBlocks.visit(x, size, (i, j, products) -> sum[0] += (i == j ? 1 : 2) * kernels(products, size));
        return (sum[0] - diagonal(x, size)) / n / (n - 1);
    }

    private static double across(float[] x, float[] y, int size) {
        double[] sum = new double[1];
        PairBlocks.visit(x, y, size, (i, j, products) -> sum[0] += kernels(products, size));
        return sum[0];
    }

    /** Sum of (p / d + 1)^3. */
    private static double kernels(NDArray products, int size) {
        NDArray base = products.divi(size).addi(1);
        return base.mul(base).muli(base).sum().getDouble();
    }

    private static double diagonal(float[] x, int size) {
        double sum = 0;
        for (int from = 0; from < x.length; from += size) {
            double square = 0;
            for (int k = from; k < from + size; k++) {
                square += (double) x[k] * x[k];
            }
            double base = square / size + 1;
            sum += base * base * base;
        }
        return sum;
    }
}
