package s4s.schedule;

import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * The variance-preserving cosine schedule, {@code t} in [t0, t1]:
 *
 * <pre>
 *   alpha_t      = cos(c (t + s)) / cos(c s),    c = pi / (2 (1 + s)),    alpha_t^2 + sigma_t^2 = 1
 *   sigma(t)     = sqrt(1 / alpha_t^2 - 1)
 *   t(sigma)     = acos(cos(c s) / sqrt(1 + sigma^2)) / c - s
 *   alpha(sigma) = 1 / sqrt(1 + sigma^2)
 * </pre>
 *
 * Sampling starts from unit noise, {@code x_T = z}, below t = 1, where alpha vanishes.
 *
 * @param s offset, positive, which keeps the first noise rates from vanishing
 * @param t0 time at which sampling ends, in (0, t1)
 * @param t1 time at which sampling starts, below 1
 * @see <a href="https://arxiv.org/abs/2102.09672">Nichol and Dhariwal 2021, equation 17</a>
 * @see <a href="https://arxiv.org/abs/2206.00927">Lu et al. 2022, whose code starts at t1 = 0.9946</a>
 */
public record VpCosine(double s, double t0, double t1) implements VariancePreserving {

    /** The usual schedule: offset 0.008, t from 0.9946 to 0.001. */
    public VpCosine() {
        this(0.008, 1e-3, 0.9946);
    }

    public VpCosine {
        if (!(s > 0 && s < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The offset of a cosine schedule is positive and finite, not " + s + ".");
        }
        if (!(t0 > 0 && t1 > t0 && t1 < 1)) {
            throw new IllegalArgumentException(
                    "The times of a cosine schedule run from below 1 down to above 0, not from " + t1 + " to " + t0 + ".");
        }
    }

    @Override
    public DerivativeStructure time(DerivativeStructure sigma) {
        return alpha(sigma).multiply(Math.cos(frequency() * s)).acos().divide(frequency()).subtract(s);
    }

    /** Written by {@code alpha_t - 1 = -2 sin(c (t/2 + s)) sin(c t/2) / cos(c s)}, which keeps small noise levels exact. */
    @Override
    public DerivativeStructure sigma(DerivativeStructure time) {
        double c = frequency();
        DerivativeStructure half = time.multiply(c / 2);
        DerivativeStructure drop = half.add(c * s).sin().multiply(half.sin()).multiply(-2 / Math.cos(c * s));
        return drop.log1p().multiply(-2).expm1().sqrt();
    }

    @Override
    public double sigmaMin() {
        return sigma(t0);
    }

    @Override
    public double sigmaMax() {
        return sigma(t1);
    }

    private double frequency() {
        return Math.PI / (2 * (1 + s));
    }
}
