package s4s.metric;

import java.util.Arrays;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.RealMatrix;
import s4s.io.NpyArray;

/**
 * Mean and covariance of feature vectors, gathered one batch at a time in float64, in one process or in several.
 *
 * <p>Sums are taken about the first vector seen, so that a large common offset costs no digits: with u = x - o,
 * mean = o + S/n and C = (Q - S S^T / n)/(n - 1), S = sum u, Q = sum u u^T. Vectors enter one after another, so how they are
 * cut into batches does not change a bit. Another process' sums are moved to this one's origin, with e = o' - o:
 * S' + n' e and Q' + S' e^T + e S'^T + n' e e^T; however vectors are dealt out, the moments are those of one process up to
 * rounding, some 1e-15 of the standard deviations (1e-12 is tested).
 */
public final class Moments implements Gathering {
    /** Vectors that pass at once. */
    private static final int CHUNK = 32;
    /** Shorter vectors are not worth a second thread. */
    private static final int PARALLEL = 512;

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
    @Override
    public void add(float[] vectors) {
        if (vectors.length % size != 0) {
            throw new IllegalArgumentException(vectors.length + " numbers are no whole vectors of " + size);
        }
        for (int i = 0; i < vectors.length; i++) {
            if (!Float.isFinite(vectors[i])) {
                throw new IllegalArgumentException("feature " + i % size + " of vector " + (count + i / size) + " is "
                        + vectors[i]);
            }
        }
        if (count == 0 && vectors.length > 0) {
            Arrays.setAll(origin, i -> vectors[i]);
        }
        for (int from = 0; from < vectors.length; from += CHUNK * size) {
            addChunk(vectors, from, Math.min(CHUNK, (vectors.length - from) / size));
        }
    }

    /** Adds {@code n} vectors, few enough to stay in a processor's cache while all rows of products pass by. */
    private void addChunk(float[] vectors, int from, int n) {
        double[][] u = new double[n][size];
        for (int v = 0; v < n; v++) {
            for (int i = 0; i < size; i++) {
                u[v][i] = vectors[from + v * size + i] - origin[i];
                sum[i] += u[v][i];
            }
        }
        // one from either end: both threads get as many short rows as long ones
        IntStream pairs = IntStream.range(0, (size + 1) / 2);
        (size < PARALLEL ? pairs : pairs.parallel()).forEach(i -> {
            addProducts(u, i);
            if (size - 1 - i != i) {
                addProducts(u, size - 1 - i);
            }
        });
        count += n;
    }

    private void addProducts(double[][] u, int i) {
        double[] row = products[i];
        int v = 0;
        for (; v + 4 <= u.length; v += 4) {
            addFour(row, u[v], u[v + 1], u[v + 2], u[v + 3], i);
        }
        for (; v < u.length; v++) {
            double[] a = u[v];
            double ai = a[i];
            for (int j = 0; j <= i; j++) {
                row[j] += ai * a[j];
            }
        }
    }

    /** Four vectors at a time, in the order of one at a time: the same bits with a quarter of the memory traffic. */
    private static void addFour(double[] row, double[] a, double[] b, double[] c, double[] d, int i) {
        double ai = a[i];
        double bi = b[i];
        double ci = c[i];
        double di = d[i];
        for (int j = 0; j <= i; j++) {
            row[j] = row[j] + ai * a[j] + bi * b[j] + ci * c[j] + di * d[j];
        }
    }

    /**
     * Adds the vectors that {@code other} was given.
     *
     * @param other stays as it is
     * @throws IllegalArgumentException if its vectors have another length
     */
    public void merge(Moments other) {
        if (other.size != size) {
            throw new IllegalArgumentException("moments of vectors of " + size + " and " + other.size
                    + " numbers cannot be added: they are of different networks");
        }
        if (count == 0) {
            System.arraycopy(other.origin, 0, origin, 0, size);
        }
        double[] shift = new double[size];
        Arrays.setAll(shift, i -> other.origin[i] - origin[i]);
        if (other.count > 0) {
            for (int i = 0; i < size; i++) {
                for (int j = 0; j <= i; j++) {
                    products[i][j] += other.products[i][j] + (other.sum[i] * shift[j] + shift[i] * other.sum[j]
                            + other.count * shift[i] * shift[j]);
                }
            }
            for (int i = 0; i < size; i++) {
                sum[i] += other.sum[i] + other.count * shift[i];
            }
            count += other.count;
        }
    }

    /** The state as arrays, from which {@link #of} goes on with the same bits. */
    @Override
    public Map<String, NpyArray> arrays() {
        return Map.of("count", NpyArray.of(new long[] {count}, 1), "origin", NpyArray.of(origin, size),
                "sum", NpyArray.of(sum, size),
                "products", NpyArray.of(Arrays.stream(products).flatMapToDouble(Arrays::stream).toArray(), size, size));
    }

    /**
     * Takes up sums.
     *
     * @param arrays finds what {@link #arrays()} gave
     * @throws IllegalArgumentException if the arrays do not belong together, or hold what no sum of features is
     */
    public static Moments of(Function<String, NpyArray> arrays) {
        double[] origin = arrays.apply("origin").doubles();
        double[] sum = arrays.apply("sum").doubles();
        double[] products = arrays.apply("products").doubles();
        Moments moments = new Moments(origin.length);
        if (sum.length != moments.size || products.length != (long) moments.size * moments.size) {
            throw new IllegalArgumentException("moments of vectors of " + origin.length + " numbers cannot have "
                    + sum.length + " sums and " + products.length + " sums of products");
        }
        if (!Stream.of(origin, sum, products).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("sums of feature vectors hold a number that is not finite");
        }
        System.arraycopy(origin, 0, moments.origin, 0, moments.size);
        System.arraycopy(sum, 0, moments.sum, 0, moments.size);
        for (int i = 0; i < moments.size; i++) {
            System.arraycopy(products, i * moments.size, moments.products[i], 0, moments.size);
        }
        long[] count = arrays.apply("count").longs();
        if (count.length != 1 || count[0] < 0) {
            throw new IllegalArgumentException("the count of moments is " + Arrays.toString(count) + ", not one number from 0");
        }
        if (!Stream.of(origin, sum, products).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)) {
            throw new IllegalArgumentException("the sums of moments hold a number that is not finite");
        }
        moments.count = count[0];
        return moments;
    }

    /** How many vectors were added. */
    @Override
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
     * @param count number of vectors behind them; 0 where nobody says, as in the reference files of FID scripts
     */
    public record Gaussian(double[] mean, RealMatrix covariance, long count) {
        /** What a covariance may miss its properties by: files of others may come from sums in float32. */
        static final double ROUNDING = 1e-5;

        /**
         * Checks that there can be such moments, but for eigenvalues, which {@link Frechet} computes anyway.
         *
         * @throws IllegalArgumentException if the shapes do not fit, a number is not finite or beyond those of float32 features,
         *         or {@code covariance} is not symmetric, has a negative variance, or a covariance beyond its variances, each by
         *         more than rounding
         */
        public Gaussian {
            int d = mean.length;
            if (d == 0 || covariance.getRowDimension() != d || covariance.getColumnDimension() != d) {
                throw new IllegalArgumentException("a mean of " + d + " numbers needs a square covariance of that size");
            }
            double most = Float.MAX_VALUE;
            double largest = 0;
            for (int i = 0; i < d; i++) {
                largest = Math.max(largest, Math.abs(covariance.getEntry(i, i)));
                for (int j = 0; j < d; j++) {
                    // not >, which is false of NaN
                    if (!(Math.abs(covariance.getEntry(i, j)) <= most * most) || !(Math.abs(mean[j]) <= most)) {
                        throw new IllegalArgumentException("mean or covariance holds a number that is not finite, or beyond"
                                + " what features in float32 have");
                    }
                }
            }
            for (int i = 0; i < d; i++) {
                double variance = covariance.getEntry(i, i);
                if (variance < -ROUNDING * largest) {
                    throw new IllegalArgumentException("the variance of number " + i + " is " + variance
                            + ", and none is negative: this is no covariance");
                }
                for (int j = 0; j < i; j++) {
                    double a = covariance.getEntry(i, j);
                    double b = covariance.getEntry(j, i);
                    double bound = Math.sqrt(Math.max(0, variance) * Math.max(0, covariance.getEntry(j, j)));
                    double rounding = ROUNDING * bound + ROUNDING * ROUNDING * largest;
                    if (Math.abs(a - b) > rounding) {
                        throw new IllegalArgumentException("elements [" + i + ", " + j + "] and [" + j + ", " + i + "] are " + a
                                + " and " + b + ": this is no covariance, it is not symmetric");
                    }
                    if (Math.abs(a) > bound + ROUNDING * largest) {
                        throw new IllegalArgumentException("element [" + i + ", " + j + "] is " + a + ", more than the"
                                + " variances " + variance + " and " + covariance.getEntry(j, j) + " allow: this is no"
                                + " covariance");
                    }
                }
            }
        }

        /** Whether the vectors are too few for a covariance of full rank. */
        public boolean deficient() {
            return count > 0 && count <= mean.length;
        }
    }
}
