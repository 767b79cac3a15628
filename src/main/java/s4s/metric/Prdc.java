package s4s.metric;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicIntegerArray;
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
        return of(real, fake, size, List.of(k)).get(0);
    }

    /**
     * For several numbers of neighbours at the cost of one.
     *
     * @param ks neighbours, each at least 1
     * @return one for each of {@code ks}
     */
    public static List<Prdc> of(float[] real, float[] fake, int size, List<Integer> ks) {
        int most = ks.stream().mapToInt(k -> k).max().orElseThrow();
        if (ks.stream().anyMatch(k -> k < 1)) {
            throw new IllegalArgumentException("the nearest neighbour is k = 1; there is no k = " + ks.stream().min(
                    Integer::compare).orElseThrow());
        }
        int n = FeatureSets.count(real, size, most + 1);
        int m = FeatureSets.count(fake, size, most + 1);
        Vectors reals = Vectors.of(real, size, n);
        Vectors fakes = Vectors.of(fake, size, m);
        double[][] realRadii = reals.radii(most);
        double[][] fakeRadii = fakes.radii(most);
        List<Counts> counts = ks.stream()
                .map(k -> new Counts(reals, fakes, column(realRadii, k), column(fakeRadii, k))).toList();
        PairBlocks.visit(real, fake, size, (i0, j0, products) -> {
            double[] p = products.toDoubleArray();
            int columns = (int) products.getShape().get(1);
            IntStream.range(0, p.length / columns).parallel().forEach(r -> {
                for (int c = 0; c < columns; c++) {
                    for (Counts count : counts) {
                        count.see(i0 + r, j0 + c, p[r * columns + c]);
                    }
                }
            });
        });
        return IntStream.range(0, ks.size()).mapToObj(i -> counts.get(i).result(ks.get(i))).toList();
    }

    private static double[] column(double[][] radii, int k) {
        return Arrays.stream(radii).mapToDouble(r -> r[k - 1]).toArray();
    }

    /**
     * A set of vectors. Squared distances come from inner products, |x|^2 + |y|^2 - 2 x.y; where rounding could decide, a
     * distance is computed from the vectors themselves.
     *
     * @param squares squared length of each
     */
    private record Vectors(float[] x, int size, double[] squares) {
        /** Of |x|^2 + |y|^2, far more than the rounding of some thousand products and far less than distances that matter. */
        private static final double ROUNDING = 1e-11;

        static Vectors of(float[] x, int size, int n) {
            return new Vectors(x, size, IntStream.range(0, n).parallel().mapToDouble(i -> {
                double square = 0;
                for (int k = i * size; k < (i + 1) * size; k++) {
                    square += (double) x[k] * x[k];
                }
                return square;
            }).toArray());
        }

        double distance(int i, Vectors other, int j) {
            double sum = 0;
            for (int k = 0; k < size; k++) {
                double gap = (double) x[i * size + k] - other.x[j * size + k];
                sum += gap * gap;
            }
            return sum;
        }

        /** Whether the squared distance of two vectors with inner product {@code product} is at most {@code radius}. */
        boolean within(int i, Vectors other, int j, double product, double radius) {
            double lengths = squares[i] + other.squares[j];
            double d = lengths - 2 * product;
            return Math.abs(d - radius) > ROUNDING * lengths ? d < radius : distance(i, other, j) <= radius;
        }

        /** Squared distance of each vector to its nearest other ones, ascending. */
        double[][] radii(int k) {
            int n = squares.length;
            double[][] nearest = new double[n][k];
            int[][] place = new int[n][k];
            Arrays.stream(nearest).forEach(row -> Arrays.fill(row, Double.POSITIVE_INFINITY));
            PairBlocks.visit(x, x, size, (i0, j0, products) -> {
                double[] p = products.toDoubleArray();
                int columns = (int) products.getShape().get(1);
                IntStream.range(0, p.length / columns).parallel().forEach(r -> {
                    for (int c = 0; c < columns; c++) {
                        if (i0 + r != j0 + c) {
                            insert(nearest[i0 + r], place[i0 + r], j0 + c,
                                    squares[i0 + r] + squares[j0 + c] - 2 * p[r * columns + c]);
                        }
                    }
                });
            });
            IntStream.range(0, n).parallel().forEach(i -> {
                Arrays.setAll(nearest[i], rank -> distance(i, this, place[i][rank]));
                Arrays.sort(nearest[i]);
            });
            return nearest;
        }

        private static void insert(double[] nearest, int[] place, int j, double d) {
            for (int rank = nearest.length - 1; rank >= 0 && d < nearest[rank]; rank--) {
                if (rank < nearest.length - 1) {
                    nearest[rank + 1] = nearest[rank];
                    place[rank + 1] = place[rank];
                }
                nearest[rank] = d;
                place[rank] = j;
            }
        }
    }

    /** Who lies in whose ball. Rows of real vectors are seen by one thread each, fake ones by several at a time. */
    private static final class Counts {
        private final Vectors real;
        private final Vectors fake;
        private final double[] realRadius;
        private final double[] fakeRadius;
        private final boolean[] recalled;
        private final boolean[] covered;
        private final AtomicIntegerArray balls;

        Counts(Vectors real, Vectors fake, double[] realRadius, double[] fakeRadius) {
            this.real = real;
            this.fake = fake;
            this.realRadius = realRadius;
            this.fakeRadius = fakeRadius;
            this.recalled = new boolean[realRadius.length];
            this.covered = new boolean[realRadius.length];
            this.balls = new AtomicIntegerArray(fakeRadius.length);
        }

        void see(int i, int j, double product) {
            if (real.within(i, fake, j, product, realRadius[i])) {
                covered[i] = true;
                balls.incrementAndGet(j);
            }
            recalled[i] = recalled[i] || real.within(i, fake, j, product, fakeRadius[j]);
        }

        Prdc result(int k) {
            int n = recalled.length;
            int m = balls.length();
            return new Prdc((double) IntStream.range(0, m).filter(j -> balls.get(j) > 0).count() / m, share(recalled),
                    (double) IntStream.range(0, m).mapToLong(balls::get).sum() / k / m, share(covered));
        }

        private static double share(boolean[] flags) {
            return (double) IntStream.range(0, flags.length).filter(i -> flags[i]).count() / flags.length;
        }
    }
}
