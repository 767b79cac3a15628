package s4s.eval;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.MersenneTwister;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.stat.StatUtils;
import org.apache.commons.math3.stat.descriptive.moment.StandardDeviation;

/**
 * How far a Frechet distance d of n images would have moved with n other images: it is computed again from n images drawn with
 * replacement from them, many times. The drawn sets repeat images, which raises d about as much as n images raise it above its
 * limit for many images; so the replicates tell the spread and the bias, and the band is that spread around d itself.
 *
 * @param distance d of the images
 * @param bias mean of the replicates less d: roughly what d would lose with many more images
 * @param deviation standard deviation of the replicates
 * @param low lower end of the band, {@code d + (quantile - mean of the replicates)}
 * @param high upper end of the band
 * @see <a href="https://doi.org/10.1201/9780429246593">Efron and Tibshirani 1993</a>
 */
public record Bootstrap(double distance, double bias, double deviation, double low, double high) {

    /**
     * @param reference distances to what
     * @param features of the images, vectors stored one after another
     * @param size length of a vector
     * @param replicates how many times, at least 10
     * @param level probability of the band, above 0 and below 1
     * @param seed of the draws
     * @throws IllegalArgumentException if a number is out of range, or there are fewer than two vectors
     */
    public static Bootstrap of(Frechet reference, float[] features, int size, int replicates, double level, long seed) {
        if (replicates < 10 || !(level > 0 && level < 1)) {
            throw new IllegalArgumentException("a band needs 10 replicates and a probability below 1, not " + replicates
                    + " and " + level);
        }
        int n = FeatureSets.count(features, size, 2);
        double distance = distance(reference, features, size);
        RandomGenerator random = new MersenneTwister(seed);
        int[][] drawn = IntStream.range(0, replicates)
                .mapToObj(r -> IntStream.range(0, n).map(i -> random.nextInt(n)).toArray()).toArray(int[][]::new);
        double[] values = Arrays.stream(drawn).parallel()
                .mapToDouble(some -> distance(reference, FeatureSets.rows(features, size, some), size)).toArray();
        double mean = StatUtils.mean(values);
        return new Bootstrap(distance, mean - distance, new StandardDeviation().evaluate(values),
                distance + StatUtils.percentile(values, 50 * (1 - level)) - mean,
                distance + StatUtils.percentile(values, 50 * (1 + level)) - mean);
    }

    private static double distance(Frechet reference, float[] features, int size) {
        Moments moments = new Moments(size);
        moments.add(features);
        return reference.to(moments.gaussian());
    }
}
