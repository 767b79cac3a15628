package s4s.metric;

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
     * @param features of the images, at least two
     * @param replicates how many times, at least 10
     * @param level probability of the band, above 0 and below 1
     * @param seed of the draws
     * @throws IllegalArgumentException if a number is out of range
     */
    public static Bootstrap of(Frechet reference, FeatureSet features, int replicates, double level, long seed) {
        if (replicates < 10 || !(level > 0 && level < 1)) {
            throw new IllegalArgumentException("a band needs 10 replicates and a probability below 1, not " + replicates
                    + " and " + level);
        }
        int n = (int) features.count();
        double distance = reference.to(features.moments());
        RandomGenerator random = new MersenneTwister(seed);
        int[][] drawn = IntStream.range(0, replicates)
                .mapToObj(r -> IntStream.range(0, n).map(i -> random.nextInt(n)).toArray()).toArray(int[][]::new);
        double[] values = Arrays.stream(drawn).parallel()
                .mapToDouble(some -> reference.to(features.some(some).moments())).toArray();
        double mean = StatUtils.mean(values);
        return new Bootstrap(distance, mean - distance, new StandardDeviation().evaluate(values),
                distance + StatUtils.percentile(values, 50 * (1 - level)) - mean,
                distance + StatUtils.percentile(values, 50 * (1 + level)) - mean);
    }
}
