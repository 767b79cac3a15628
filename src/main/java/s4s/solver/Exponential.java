package s4s.solver;

import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * The common frame of exponential integrators in both predictions. With {@code E(x) = exp(x) - 1},
 *
 * <pre>
 *   noise:  y+ = y - sigma+ E(h) e - ...,           hh = h,   scale = 1,              weight = sigma+
 *   data:   y+ = (sigma+ / sigma) y - E(-h) D - ..., hh = -h,  scale = sigma+ / sigma, weight = 1
 * </pre>
 *
 * that is, {@code y+ = scale y - weight (E(hh) f + ...)}.
 */
record Exponential(DerivativeStructure scale, DerivativeStructure weight, DerivativeStructure hh) {

    static Exponential of(Prediction prediction, Tracer t, int i) {
        DerivativeStructure one = t.constant(1);
        return prediction == Prediction.NOISE
                ? new Exponential(one, t.sigma(i + 1), t.h(i))
                : new Exponential(t.sigma(i + 1).divide(t.sigma(i)), one, t.h(i).negate());
    }

    /** The first-order step plus a correction: {@code scale y - weight (E(hh) f + correction)}. */
    Row step(Row y, Row f, Row correction) {
        return y.times(scale).minus(f.times(hh.expm1()).plus(correction).times(weight));
    }
}
