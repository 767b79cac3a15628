package s4s.metric;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.MersenneTwister;
import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.apache.commons.math3.util.MathArrays;

/**
 * FD-infinity: the Frechet distance extrapolated to infinitely many images. With n images it is too large by
 * nearly c / n. So the set, in random order, is cut into k = 1, 2, ... equal parts; the mean distance of the parts of n / k images
 * lies on a line over k / n, which is read off at 0: {@code d_k = limit + slope k / n}.
 *
 * @param limit d for many images
 * @param slope c
 * @param counts images of a part, n / k
 * @param distances mean distance of the k parts
 * @see <a href="https://arxiv.org/abs/1911.07023">Chong and Forsyth 2020, section 4</a>, with one random part of each size
 */
public record FdInfinity(double limit, double slope, int[] counts, double[] distances) {

    /**
     * @param reference distances to what
     * @param features of the images, at least two for each part
     * @param parts most parts that the set is cut into, at least 2
     * @param seed of the order of the images
     * @throws IllegalArgumentException if there are too few images or parts
     */
    public static FdInfinity of(Frechet reference, FeatureSet features, int parts, long seed) {
        int n = (int) features.count();
        if (parts < 2 || n < 2 * parts) {
            throw new IllegalArgumentException("a line needs 2 parts of 2 images, not " + parts + " parts of " + n + " images");
        }
        int[] order = MathArrays.natural(n);
        MathArrays.shuffle(order, new MersenneTwister(seed));
        int[] counts = IntStream.rangeClosed(1, parts).map(k -> n / k).toArray();
        double[] distances = new double[parts];
        SimpleRegression line = new SimpleRegression();
        for (int i = 0; i < parts; i++) {
            int count = counts[i];
            distances[i] = IntStream.rangeClosed(0, i).mapToObj(p -> Arrays.copyOfRange(order, p * count, (p + 1) * count))
                    .mapToDouble(some -> reference.to(features.some(some).moments())).average().orElseThrow();
            line.addData(1.0 / count, distances[i]);
        }
        return new FdInfinity(line.getIntercept(), line.getSlope(), counts, distances);
    }
}
