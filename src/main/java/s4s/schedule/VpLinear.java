package s4s.schedule;

import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * The variance-preserving schedule with a linear noise rate {@code beta(t) = b0 + (b1 - b0) t}, {@code t} in [t0, 1]:
 *
 * <pre>
 *   log alpha_t = -b0 t / 2 - (b1 - b0) t^2 / 4,    alpha_t^2 + sigma_t^2 = 1
 *   sigma(t)    = sqrt(exp(b0 t + (b1 - b0) t^2 / 2) - 1)
 *   t(sigma)    = 2 log(1 + sigma^2) / (b0 + sqrt(b0^2 + 2 (b1 - b0) log(1 + sigma^2)))
 *   alpha(sigma) = 1 / sqrt(1 + sigma^2)
 * </pre>
 *
 * Sampling starts from unit noise, {@code x_T = z}.
 *
 * @param b0 noise rate at t = 0; may be slightly negative as long as the rate is positive on [t0, 1]
 * @param b1 noise rate at t = 1
 * @param t0 time at which sampling ends, in (0, 1)
 * @see <a href="https://arxiv.org/abs/2011.13456">Song et al. 2021, appendix C</a>
 */
public record VpLinear(double b0, double b1, double t0) implements VariancePreserving {

    private static final double T0 = 1e-3;

    /** The usual schedule: rates 0.1 to 20, sampling ends at t = 0.001. */
    public VpLinear() {
        this(0.1, 20, T0);
    }

    public VpLinear {
        if (!(t0 > 0 && t0 < 1)) {
            throw new IllegalArgumentException("The last time of a VP schedule lies between 0 and 1, not at " + t0 + ".");
        }
        if (!(b1 > 0 && b0 + (b1 - b0) * t0 > 0 && Double.isFinite(b0) && Double.isFinite(b1))) {
            throw new IllegalArgumentException(
                    "The noise rate of a VP schedule must be positive at all times; b0 = " + b0 + ", b1 = " + b1 + " is not.");
        }
    }

    /**
     * The schedule that reaches {@code sigmaMax} at t = 1 and {@code sigmaMin} at t = 0.001, as diff-sampler and GAS fit it to
     * EDM networks.
     */
    public static VpLinear between(double sigmaMin, double sigmaMax) {
        LevelRange.requireFalling(sigmaMax, sigmaMin);
        double end = Math.log1p(sigmaMin * sigmaMin);
        double begin = Math.log1p(sigmaMax * sigmaMax);
        double slope = 2 * (end / T0 - begin) / (T0 - 1);
        double b0 = begin - slope / 2;
        return new VpLinear(b0, b0 + slope, T0);
    }

    /**
     * EDM networks run as variance preserving, GAS's convention: noise level 80 at t = 1 and that of the usual linear schedule,
     * 0.0105, at t = 0.001. The network is the same, asked for the same noise levels with {@code y = x / alpha}; what differs
     * from {@link Edm} is the start, {@code x_T = z} where EDM has {@code 80 z}, and the level at which sampling ends.
     *
     * @see <a href="https://arxiv.org/abs/2510.17699">Oganov et al. 2025</a>
     */
    public static VpLinear edmAsVp() {
        return between(new VpLinear().sigmaMin(), 80);
    }

    @Override
    public DerivativeStructure time(DerivativeStructure sigma) {
        DerivativeStructure q = sigma.multiply(sigma).log1p();
        return q.multiply(2).divide(q.multiply(2 * (b1 - b0)).add(b0 * b0).sqrt().add(b0));
    }

    @Override
    public DerivativeStructure sigma(DerivativeStructure time) {
        return time.multiply((b1 - b0) / 2).add(b0).multiply(time).expm1().sqrt();
    }

    @Override
    public double sigmaMin() {
        return sigma(t0);
    }

    @Override
    public double sigmaMax() {
        return sigma(1.0);
    }
}
