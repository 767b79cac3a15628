package s4s.schedule;

import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * The variance-preserving schedule of networks trained on M discrete times, such as latent diffusion and Stable Diffusion. From
 * noise rates {@code beta_1..beta_M},
 *
 * <pre>
 *   log alpha(t_n) = 1/2 sum_{i &lt;= n} log(1 - beta_i)    at t_n = n / M,    alpha_t^2 + sigma_t^2 = 1
 * </pre>
 *
 * between these times log alpha is linear in t, and beyond them it goes on along the end segments, as far down as alpha is at
 * most 1. With {@code a = log alpha},
 *
 * <pre>
 *   sigma(t)     = sqrt(exp(-2 a(t)) - 1)
 *   t(sigma)     = a^-1(-1/2 log(1 + sigma^2)),    the same line read backwards
 *   alpha(sigma) = 1 / sqrt(1 + sigma^2)
 * </pre>
 *
 * The time is {@code t} in [1/M, 1]; a network wants {@link #networkInput}. Sampling starts from unit noise,
 * {@code x_T = z}.
 *
 * @see <a href="https://arxiv.org/abs/2206.00927">Lu et al. 2022, whose code interpolates so</a>
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022, for the noise rates</a>
 */
public final class Discrete implements VariancePreserving {

    /** {@code -log alpha} at the times 1/M, 2/M, ..., 1: rising, so that it can be searched. */
    private final double[] decay;

    private Discrete(double[] decay) {
        this.decay = decay;
    }

    /** LSUN-bedroom, FFHQ and ImageNet-256 latent diffusion: {@link #squareRootLinear} of 0.0015 to 0.0195, 1000 times. */
    public static Discrete latentDiffusion() {
        return squareRootLinear(0.0015, 0.0195, 1000);
    }

    /** LSUN-church latent diffusion: {@link #squareRootLinear} of 0.0015 to 0.0155, 1000 times. */
    public static Discrete lsunChurch() {
        return squareRootLinear(0.0015, 0.0155, 1000);
    }

    /** Stable Diffusion 1: {@link #squareRootLinear} of 0.00085 to 0.012, 1000 times. */
    public static Discrete stableDiffusion() {
        return squareRootLinear(0.00085, 0.012, 1000);
    }

    /**
     * Rates whose square root rises linearly: {@code sqrt(beta_n) = sqrt(first) + (n - 1)/(M - 1) (sqrt(last) - sqrt(first))}.
     *
     * @param first rate of the first time, in (0, 1)
     * @param last rate of the last time, in (0, 1)
     * @param count M, at least 2
     */
    public static Discrete squareRootLinear(double first, double last, int count) {
        double from = Math.sqrt(first);
        double to = Math.sqrt(last);
        return of(count, n -> square(from + (to - from) * n / (count - 1)));
    }

    /**
     * Any rates.
     *
     * @param betas at least two rates, each in (0, 1)
     * @throws IllegalArgumentException if there are fewer, or one is out of range
     */
    public static Discrete of(double... betas) {
        return of(betas.length, n -> betas[n]);
    }

    private static Discrete of(int count, IntToDoubleFunction beta) {
        if (count < 2) {
            throw new IllegalArgumentException("A discrete schedule needs at least two noise rates, got " + count + ".");
        }
        double[] decay = new double[count];
        double sum = 0;
        for (int n = 0; n < count; n++) {
            double rate = beta.applyAsDouble(n);
            if (!(rate > 0 && rate < 1)) {
                throw new IllegalArgumentException(
                        "The noise rates of a discrete schedule lie between 0 and 1; number " + n + " is " + rate + ".");
            }
            sum -= Math.log1p(-rate) / 2;
            decay[n] = sum;
        }
        return new Discrete(decay);
    }

    /** M, the number of times that the network was trained on. */
    public int count() {
        return decay.length;
    }

    /** {@code log alpha} at the times 1/M, 2/M, ..., 1; a copy. */
    public double[] logAlphas() {
        return Arrays.stream(decay).map(d -> -d).toArray();
    }

    /** The noise rates {@code beta_1..beta_M} again. */
    public double[] betas() {
        return IntStream.range(0, count())
                .mapToDouble(n -> -Math.expm1(2 * ((n == 0 ? 0 : decay[n - 1]) - decay[n]))).toArray();
    }

    /**
     * What a published network is told for a time: the number of its training step, counted from 0 and not rounded,
     * {@code M t - 1}. For M = 1000 it is the same as {@code 1000 (t - 1/1000)}.
     *
     * @param time time {@code t}
     */
    public DerivativeStructure networkInput(DerivativeStructure time) {
        return time.multiply(count()).subtract(1);
    }

    /** {@link #networkInput(DerivativeStructure)} of a plain number. */
    public double networkInput(double time) {
        return time * count() - 1;
    }

    /**
     * A straight piece of log alpha.
     *
     * @param slope {@code d log alpha / dt}
     * @param offset {@code log alpha - slope t}
     */
    public record Line(double slope, double offset) {}

    /** The piece of log alpha on which a time lies. */
    public Line line(double time) {
        int n = segment((int) Math.floor(time * count()) - 1);
        return new Line(-slope(n), slope(n) * timeOf(n) - decay[n]);
    }

    @Override
    public DerivativeStructure time(DerivativeStructure sigma) {
        DerivativeStructure target = sigma.multiply(sigma).log1p().divide(2);
        int found = Arrays.binarySearch(decay, target.getValue());
        int n = segment(found < 0 ? -found - 2 : found);
        return target.subtract(decay[n]).divide(slope(n)).add(timeOf(n));
    }

    @Override
    public DerivativeStructure sigma(DerivativeStructure time) {
        int n = segment((int) Math.floor(time.getValue() * count()) - 1);
        return time.subtract(timeOf(n)).multiply(slope(n)).add(decay[n]).multiply(2).expm1().sqrt();
    }

    @Override
    public double sigmaMin() {
        return sigma(timeOf(0));
    }

    @Override
    public double sigmaMax() {
        return sigma(1.0);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Discrete that && Arrays.equals(decay, that.decay);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(decay);
    }

    @Override
    public String toString() {
        return "Discrete[" + count() + " times, noise levels " + sigmaMax() + " to " + sigmaMin() + "]";
    }

    private double timeOf(int n) {
        return (n + 1.0) / count();
    }

    /** {@code -d log alpha / dt} between a time and the next. */
    private double slope(int n) {
        return (decay[n + 1] - decay[n]) * count();
    }

    private int segment(int n) {
        return Math.max(0, Math.min(count() - 2, n));
    }

    private static double square(double x) {
        return x * x;
    }
}
