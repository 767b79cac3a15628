package s4s.eval;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import s4s.data.NpyArray;

/**
 * Mean and covariance of feature vectors, gathered one batch at a time in float64.
 *
 * <p>Sums are taken about the first vector seen, so that a large common offset costs no digits:
 * with u = x - x_1, mean = x_1 + S/n and C = (Q - S S^T / n)/(n - 1), S = sum u, Q = sum u u^T.
 */
public final class Moments {
    private final int size;
    private final double[] origin;
    private final double[] sum;
    private final double[][] products;
    private long count;

    /** No vectors yet, each of {@code size} numbers. */
    public Moments(int size) {
        if (size < 1) {
            throw new IllegalArgumentException("feature vectors need at least one number, got " + size);
        }
        this.size = size;
        origin = new double[size];
        sum = new double[size];
        products = new double[size][size];
    }

    /**
     * Adds vectors stored one after another.
     *
     * @throws IllegalArgumentException if the length is not a multiple of the size, or a number is not finite
     */
    public void add(float[] vectors) {
        if (vectors.length % size != 0) {
            throw new IllegalArgumentException(vectors.length + " numbers are no whole vectors of " + size);
        }
        double[] u = new double[size];
        for (int from = 0; from < vectors.length; from += size) {
            for (int i = 0; i < size; i++) {
                double x = vectors[from + i];
                if (!Double.isFinite(x)) {
                    throw new IllegalArgumentException("feature " + i + " of vector " + count + " is " + x);
                }
                origin[i] = count == 0 ? x : origin[i];
                u[i] = x - origin[i];
                sum[i] += u[i];
            }
            for (int i = 0; i < size; i++) {
                double[] row = products[i];
                double ui = u[i];
                for (int j = 0; j <= i; j++) {
                    row[j] += ui * u[j];
                }
            }
            count++;
        }
    }

    /** The state as arrays, from which {@link #of} goes on with the same bits. */
    Map<String, NpyArray> arrays() {
        return Map.of("count", NpyArray.of(new long[] {count}, 1), "origin", NpyArray.of(origin, size),
                "sum", NpyArray.of(sum, size),
                "products", NpyArray.of(Arrays.stream(products).flatMapToDouble(Arrays::stream).toArray(), size, size));
    }

    /**
     * @param arrays finds what {@link #arrays()} gave
     * @throws IllegalArgumentException if the arrays do not belong together
     */
    static Moments of(Function<String, NpyArray> arrays) {
        double[] origin = arrays.apply("origin").doubles();
        double[] sum = arrays.apply("sum").doubles();
        double[] products = arrays.apply("products").doubles();
        Moments moments = new Moments(origin.length);
        if (sum.length != moments.size || products.length != moments.size * moments.size) {
            throw new IllegalArgumentException("moments of vectors of " + origin.length + " numbers cannot have "
                    + sum.length + " sums and " + products.length + " sums of products");
        }
        System.arraycopy(origin, 0, moments.origin, 0, moments.size);
        System.arraycopy(sum, 0, moments.sum, 0, moments.size);
        for (int i = 0; i < moments.size; i++) {
            System.arraycopy(products, i * moments.size, moments.products[i], 0, moments.size);
        }
        moments.count = arrays.apply("count").longs()[0];
        return moments;
    }

    /** How many vectors were added. */
    public long count() {
        return count;
    }

    /** The moments of what was added so far, covariance with divisor n - 1. */
    public Gaussian gaussian() {
        if (count < 2) {
            throw new IllegalArgumentException("a covariance needs at least 2 vectors, there are " + count);
        }
        double[] mean = new double[size];
        RealMatrix covariance = new Array2DRowRealMatrix(size, size);
        for (int i = 0; i < size; i++) {
            mean[i] = origin[i] + sum[i] / count;
            for (int j = 0; j <= i; j++) {
                double c = (products[i][j] - sum[i] * sum[j] / count) / (count - 1);
                covariance.setEntry(i, j, c);
                covariance.setEntry(j, i, c);
            }
        }
        return new Gaussian(mean, covariance, count);
    }

    /**
     * First two moments of a set of feature vectors.
     *
     * @param mean length d
     * @param covariance d x d, symmetric
     * @param count number of vectors behind them
     */
    public record Gaussian(double[] mean, RealMatrix covariance, long count) {
        /** Checks the shapes. */
        public Gaussian {
            if (covariance.getRowDimension() != mean.length || covariance.getColumnDimension() != mean.length) {
                throw new IllegalArgumentException("a mean of " + mean.length + " numbers needs a square covariance of "
                        + "that size");
            }
        }
    }
}
