package s4s.solver;

import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.schedule.VpLinear;

/** DEIS in VP time: Adams-Bashforth for the polynomial in time, instead of in the noise level, through the last outputs. */
public final class Deis {

    private static final int NODES = 10_000;

    private Deis() {}

    /** {@link #tAB(int, VpLinear)} in the time of the linear VP schedule from 0.002 to 80, which diff-sampler always takes. */
    public static Method tAB(int order) {
        return tAB(order, VpLinear.between(0.002, 80));
    }

    /**
     * tAB-DEIS of order q with q + 1 outputs; starts up with the lower orders. One evaluation a step.
     *
     * <pre>
     *   y_{i+1} = y_i + sum_j C_ij e_{i-j},   C_ij = int_{tau_i}^{tau_{i+1}} (d sigma / d tau) L_j(tau) d tau
     * </pre>
     *
     * with {@code L_j} the Lagrange basis on {@code tau_i, tau_{i-1}, ..}. The integral is taken by the official rule, 10000
     * nodes with both ends and divisor 10000, whose error of relative size 1e-4 belongs to the published numbers. The first
     * step and a step to noise level 0 are Euler's.
     *
     * @param order q, 1 or more
     * @param timeline the time
     * @throws IllegalArgumentException for an order below 1
     * @see <a href="https://arxiv.org/abs/2204.13902">Zhang and Chen 2023</a>
     */
    public static Method tAB(int order, VpLinear timeline) {
        Multistep.requireOrder("tAB-DEIS", order, Integer.MAX_VALUE);
        return new Method("deis-" + order, "DEIS tAB" + order, order + 1, Prediction.NOISE, StepCost.perStep(1),
                "Zhang and Chen 2023, arXiv:2204.13902", Multistep.steps((t, i, y, e) -> {
                    if (i == 0 || t.toZero(i)) {
                        return y.plus(e.get(0).times(t.step(i)));
                    }
                    DerivativeStructure from = timeline.time(t.sigma(i));
                    DerivativeStructure step = timeline.time(t.sigma(i + 1)).subtract(from);
                    DerivativeStructure[] nodes = IntStream.rangeClosed(0, Math.min(order, i))
                            .mapToObj(j -> timeline.time(t.sigma(i - j)).subtract(from).divide(step))
                            .toArray(DerivativeStructure[]::new);
                    return y.plus(Row.sum(Quadrature.weights(nodes, moments(timeline, from, step, nodes.length)), e));
                }));
    }

    /**
     * {@code step / M sum_m g(from + v_m step) v_m^k}, k = 0..count-1, with {@code g = d sigma / d tau}; the sums are plain
     * numbers, and derivatives by {@code from} and {@code step} are put together at the end.
     */
    private static DerivativeStructure[] moments(VpLinear time, DerivativeStructure from, DerivativeStructure step, int count) {
        double[][] sums = new double[2][count + 1];                                // of g and g' times powers of v
        for (int m = 0; m < NODES; m++) {
            double v = m / (NODES - 1.0);
            double u = from.getValue() + v * step.getValue();
            double rate = time.b0() + (time.b1() - time.b0()) * u;                 // sigma^2 = exp(q) - 1, rate = q'
            double q = (time.b0() + rate) * u / 2;
            double sigma = Math.sqrt(Math.expm1(q));
            double g = rate * Math.exp(q) / (2 * sigma);
            double bend = ((time.b1() - time.b0() + rate * rate) * Math.exp(q) - 2 * g * g) / (2 * sigma);
            for (int k = 0; k <= count; k++, g *= v, bend *= v) {
                sums[0][k] += g;
                sums[1][k] += bend;
            }
        }
        double weight = step.getValue() / NODES;
        DerivativeStructure byFrom = from.subtract(from.getValue());
        DerivativeStructure byStep = step.subtract(step.getValue());
        return IntStream.range(0, count).mapToObj(k -> byFrom.multiply(weight * sums[1][k])
                .add(byStep.multiply(sums[0][k] / NODES + weight * sums[1][k + 1]))
                .add(weight * sums[0][k])).toArray(DerivativeStructure[]::new);
    }
}
