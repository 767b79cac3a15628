package s4s.eval;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.MersenneTwister;
import org.apache.commons.math3.random.RandomGenerator;
import org.apache.commons.math3.stat.regression.SimpleRegression;
import org.apache.commons.math3.util.MathArrays;

/**
 * The Frechet distance that a set of images would approach if there were ever more of them. With n images it is too large by
 * nearly c / n, so a line through distances of parts of the set, over 1 / n, is read off at 0:
 * {@code d_n = limit + slope / n}.
 *
 * @param limit d for many images
 * @param slope c
 * @param counts numbers of images of the parts
 * @param distances d of the parts
 * @see <a href="https://arxiv.org/abs/1911.07023">Chong and Forsyth 2020, section 4</a>
 */
public record ManyImages(double limit, double slope, int[] counts, double[] distances) {

    /**
     * @param reference distances to what
     * @param features of the images, at least 20
     * @param parts how many numbers of images, from a tenth of all up to all, at least 3
     * @param seed of the choice of images
     * @throws IllegalArgumentException if there are fewer than 20 images, or too few parts
     */
    public static ManyImages of(Frechet reference, FeatureSet features, int parts, long seed) {
        int n = (int) features.count();
        if (parts < 3 || n < 20) {
            throw new IllegalArgumentException("a line needs 3 parts of 20 images, not " + parts + " of " + n);
        }
        RandomGenerator random = new MersenneTwister(seed);
        int[] counts = IntStream.range(0, parts).map(i -> n / 10 + (int) ((long) (n - n / 10) * i / (parts - 1))).toArray();
        double[] distances = new double[parts];
        SimpleRegression line = new SimpleRegression();
        for (int i = 0; i < parts; i++) {
            int[] order = MathArrays.natural(n);
            MathArrays.shuffle(order, random);
            distances[i] = reference.to(features.some(Arrays.copyOf(order, counts[i])).moments());
            line.addData(1.0 / counts[i], distances[i]);
        }
        return new ManyImages(line.getIntercept(), line.getSlope(), counts, distances);
    }
}
