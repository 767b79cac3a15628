package s4s.solver;

import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * The common frame of exponential integrators in both predictions, for a step from one grid point to a later one. With
 * {@code E(x) = exp(x) - 1} and {@code h} the step in {@code lambda},
 *
 * <pre>
 *   noise:  y+ = y - sigma+ E(h) e - ...,            hh = h,   scale = 1,              weight = sigma+
 *   data:   y+ = (sigma+ / sigma) y - E(-h) D - ..., hh = -h,  scale = sigma+ / sigma, weight = 1
 * </pre>
 *
 * that is, {@code y+ = scale y - weight (E(hh) f + ...)}. All numbers know their derivatives with respect to the grid.
 *
 * @param scale weight of the state
 * @param first {@code weight E(hh)} written without {@code h}, so that it is also right for a step to noise level 0, where
 *     {@code h} is infinite: {@code sigma - sigma+} or {@code sigma+ / sigma - 1}
 * @param weight weight of corrections
 * @param hh signed step
 */
public record Exponential(
        DerivativeStructure scale, DerivativeStructure first, DerivativeStructure weight, DerivativeStructure hh) {

    /**
     * The frame of a step.
     *
     * @param prediction what {@code f} means
     * @param t the grid
     * @param from grid point where the step starts, 0..N-1
     * @param to grid point where it ends, above {@code from}
     */
    public static Exponential of(Prediction prediction, Tracer t, int from, int to) {
        DerivativeStructure one = t.constant(1);
        DerivativeStructure change = t.sigma(to).subtract(t.sigma(from));
        return prediction == Prediction.NOISE
                ? new Exponential(one, change.negate(), t.sigma(to), t.h(from, to))
                : new Exponential(t.sigma(to).divide(t.sigma(from)), change.divide(t.sigma(from)), one, t.h(from, to).negate());
    }

    /** The first-order step, {@code scale y - weight E(hh) f}; right for a step to noise level 0 as well. */
    public Row step(Row y, Row f) {
        return y.times(scale).minus(f.times(first));
    }

    /** The first-order step plus a correction: {@code scale y - weight (E(hh) f + correction)}. */
    public Row step(Row y, Row f, Row correction) {
        return step(y, f).minus(correction.times(weight));
    }

    /** {@code E(hh) = exp(hh) - 1}. */
    public DerivativeStructure phi1() {
        return hh.expm1();
    }

    /** {@code E(hh) / hh - 1}. */
    public DerivativeStructure phi2() {
        return phi1().divide(hh).subtract(1);
    }

    /** {@code phi2 / hh - 1/2}. */
    public DerivativeStructure phi3() {
        return phi2().divide(hh).subtract(0.5);
    }
}
