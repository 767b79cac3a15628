package s4s.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/** Linear multistep methods: one evaluation a step, at the newest state; older outputs are used again. NFE = steps. */
public final class Multistep {

    private static final double[][] ADAMS_BASHFORTH = {
        {1},
        {3 / 2., -1 / 2.},
        {23 / 12., -16 / 12., 5 / 12.},
        {55 / 24., -59 / 24., 37 / 24., -9 / 24.}
    };

    private Multistep() {}

    /**
     * DDIM, which is Euler's method in the noise level.
     *
     * <pre>
     *   y_{i+1} = y_i + (sigma_{i+1} - sigma_i) e_i
     * </pre>
     *
     * @see <a href="https://arxiv.org/abs/2010.02502">Song et al. 2021</a>
     */
    public static Method ddim() {
        return new Method("ddim", "DDIM", 1, Prediction.NOISE, StepCost.perStep(1), "Song et al. 2021, arXiv:2010.02502",
                steps((t, i, y, e) -> y.plus(e.get(0).times(t.step(i)))));
    }

    /**
     * iPNDM: Adams-Bashforth weights for equal steps, used on any grid; starts up with the lower orders.
     *
     * <pre>
     *   y_{i+1} = y_i + (sigma_{i+1} - sigma_i) sum_j c_j e_{i-j}
     *   c = (1), (3, -1)/2, (23, -16, 5)/12, (55, -59, 37, -9)/24
     * </pre>
     *
     * @param order 1 to 4; 1 is {@link #ddim()}
     * @throws IllegalArgumentException for another order
     * @see <a href="https://arxiv.org/abs/2204.13902">Zhang and Chen 2023, appendix</a>
     */
    public static Method ipndm(int order) {
        requireOrder("iPNDM", order, 4);
        if (order == 1) {
            return ddim();
        }
        return new Method("ipndm-" + order, "iPNDM-" + order, order, Prediction.NOISE, StepCost.perStep(1),
                "Zhang and Chen 2023, arXiv:2204.13902", steps((t, i, y, e) -> {
                    double[] c = ADAMS_BASHFORTH[Math.min(order, i + 1) - 1];
                    Row slope = Row.ZERO;
                    for (int j = 0; j < c.length; j++) {
                        slope = slope.plus(e.get(j).times(c[j]));
                    }
                    return y.plus(slope.times(t.step(i)));
                }));
    }

    /**
     * Adams-Bashforth for the grid as it is: the polynomial in sigma through the last outputs, integrated exactly. This is
     * k-diffusion's LMS and rho-AB DEIS. Starts up with the lower orders.
     *
     * <pre>
     *   y_{i+1} = y_i + sum_j w_j e_{i-j},   w_j = int_{sigma_i}^{sigma_{i+1}} L_j(s) ds
     *   L_j(s) = prod_{m != j} (s - sigma_{i-m}) / (sigma_{i-j} - sigma_{i-m})
     * </pre>
     *
     * @param order 1 or more; 1 is {@link #ddim()}
     * @throws IllegalArgumentException for an order below 1
     * @see <a href="https://arxiv.org/abs/2204.13902">Zhang and Chen 2023</a>
     */
    public static Method adamsBashforth(int order) {
        requireOrder("Adams-Bashforth", order, Integer.MAX_VALUE);
        if (order == 1) {
            return ddim();
        }
        return new Method("ab-" + order, "Adams-Bashforth-" + order, order, Prediction.NOISE, StepCost.perStep(1),
                "Zhang and Chen 2023, arXiv:2204.13902", steps((t, i, y, e) -> {
                    int o = Math.min(order, i + 1);
                    DerivativeStructure[] nodes = new DerivativeStructure[o];
                    DerivativeStructure[] moments = new DerivativeStructure[o];
                    for (int j = 0; j < o; j++) {                                // in units of the step
                        nodes[j] = t.sigma(i - j).subtract(t.sigma(i)).divide(t.step(i));
                        moments[j] = t.constant(1.0 / (j + 1));
                    }
                    return y.plus(Row.sum(Quadrature.weights(nodes, moments), e).times(t.step(i)));
                }));
    }

    /** How DPM-Solver's and DPM-Solver++'s multistep formulas correct the first-order step. */
    public enum Correction {
        /** As published: order 2 by the midpoint rule, order 3 without a factor 2. */
        PUBLISHED(""),
        /** Order 2 by the Taylor expansion instead, {@code solver_type="taylor"} of the official code. */
        TAYLOR("-taylor"),
        /** Order 3 with the factor 2 on the second difference that makes it converge with order 3. */
        THIRD_ORDER("-third");

        private final String suffix;

        Correction(String suffix) {
            this.suffix = suffix;
        }
    }

    /** {@link #dpmSolverPP(int, LowerOrderFinal)} with the lower orders at the end. */
    public static Method dpmSolverPP(int order) {
        return dpmSolverPP(order, LowerOrderFinal.ALWAYS);
    }

    /** {@link #dpmSolverPP(int, LowerOrderFinal, Correction)} as published. */
    public static Method dpmSolverPP(int order, LowerOrderFinal lowerOrderFinal) {
        return dpmSolverPP(order, lowerOrderFinal, Correction.PUBLISHED);
    }

    /**
     * DPM-Solver++(2M) and (3M), data prediction. With {@code E(x) = exp(x) - 1}, {@code h = lambda_{i+1} - lambda_i},
     * {@code r_0 = h_{i-1} / h}, {@code r_1 = h_{i-2} / h}:
     *
     * <pre>
     *   order 1:  y_{i+1} = (sigma_{i+1} / sigma_i) y_i - E(-h) D_i
     *   order 2:  ... - p_1 / 2 a,                    a = (D_i - D_{i-1}) / r_0
     *     taylor: ... + p_2 a
     *   order 3:  ... + p_2 d_1 - p_3 d_2,            b = (D_{i-1} - D_{i-2}) / r_1
     *     third:  ... + p_2 d_1 - 2 p_3 d_2
     *             d_2 = (a - b) / (r_0 + r_1),        d_1 = a + r_0 d_2
     *             p_1 = E(-h), p_2 = p_1 / h + 1, p_3 = p_2 / h - 1/2
     * </pre>
     *
     * As published, order 3 lacks a factor 2 on {@code d_2}, which is half the second derivative times {@code h^2}, and
     * converges with order 2. Starts up with the lower orders; a step to noise level 0 has order 1.
     *
     * @param order 2 or 3 (1 is {@link #ddim()} in data form)
     * @param lowerOrderFinal whether the last steps use lower orders
     * @param correction which variant; {@code THIRD_ORDER} is for order 3
     * @throws IllegalArgumentException for another order
     * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022</a>
     */
    public static Method dpmSolverPP(int order, LowerOrderFinal lowerOrderFinal, Correction correction) {
        requireOrder("DPM-Solver++", order, 3);
        return dpm("dpmpp-", "DPM-Solver++ ", Prediction.DATA, order, lowerOrderFinal, correction,
                "Lu et al. 2022, arXiv:2211.01095");
    }

    /** {@link #dpmSolver(int, LowerOrderFinal, Correction)} as published. */
    public static Method dpmSolver(int order, LowerOrderFinal lowerOrderFinal) {
        return dpmSolver(order, lowerOrderFinal, Correction.PUBLISHED);
    }

    /**
     * The multistep DPM-Solver of order 2 and 3, noise prediction: the formulas of
     * {@link #dpmSolverPP(int, LowerOrderFinal, Correction)} with {@code h} for {@code -h}, times {@code sigma_{i+1}}.
     *
     * @param order 2 or 3
     * @param lowerOrderFinal whether the last steps use lower orders
     * @param correction which variant; {@code THIRD_ORDER} is for order 3
     * @throws IllegalArgumentException for another order
     * @see <a href="https://arxiv.org/abs/2206.00927">Lu et al. 2022</a>
     */
    public static Method dpmSolver(int order, LowerOrderFinal lowerOrderFinal, Correction correction) {
        requireOrder("DPM-Solver", order, 3);
        return dpm("dpm-", "DPM-Solver ", Prediction.NOISE, order, lowerOrderFinal, correction,
                "Lu et al. 2022, arXiv:2206.00927");
    }

    private static Method dpm(String name, String label, Prediction prediction, int order, LowerOrderFinal lowerOrderFinal,
            Correction correction, String reference) {
        if (correction == Correction.THIRD_ORDER && order != 3) {
            throw new IllegalArgumentException("The third-order correction is for order 3, not " + order + ".");
        }
        String suffix = correction.suffix + switch (lowerOrderFinal) {
            case ALWAYS -> "";
            case BELOW_10 -> "-below10";
            case NEVER -> "-nolof";
        };
        return new Method(name + order + "m" + suffix, label + order + "M" + suffix.replace('-', ' '),
                order, prediction, StepCost.perStep(1), reference, steps((t, i, y, m) -> {
                    int o = t.toZero(i) ? 1 : lowerOrderFinal.orderOf(order, i, t.steps());
                    Exponential form = Exponential.of(prediction, t, i, i + 1);
                    return form.step(y, m.get(0), correction(form, correction, differences(t, i, o, m)));
                }));
    }

    /** What is added to {@code E(hh) m_0}, by the differences of the outputs. */
    static Row correction(Exponential form, Correction correction, List<Row> d) {
        return switch (d.size()) {
            case 0 -> Row.ZERO;
            case 1 -> d.get(0).times(correction == Correction.TAYLOR ? form.phi2() : form.phi1().multiply(0.5));
            default -> d.get(0).times(form.phi2())
                    .plus(d.get(1).times(form.phi3()).times(correction == Correction.THIRD_ORDER ? 2 : 1));
        };
    }

    /** Differences of the last outputs, newest first: none for order 1, {@code a} for 2, {@code d_1, d_2} for 3. */
    static List<Row> differences(Tracer t, int i, int order, List<Row> m) {
        if (order == 1) {
            return List.of();
        }
        DerivativeStructure r0 = t.h(i - 1).divide(t.h(i));
        Row a = m.get(0).minus(m.get(1)).over(r0);
        if (order == 2) {
            return List.of(a);
        }
        DerivativeStructure r1 = t.h(i - 2).divide(t.h(i));
        Row b = m.get(1).minus(m.get(2)).over(r1);
        Row d2 = a.minus(b).over(r0.add(r1));
        return List.of(a.plus(d2.times(r0)), d2);
    }

    /** One step of a multistep method. */
    @FunctionalInterface
    public interface Step {
        /**
         * The next state.
         *
         * @param t the grid
         * @param i step, 0..N-1, from grid point i to i + 1
         * @param y the current state
         * @param outputs those so far, newest first: i + 1 of them, the first at {@code y}
         * @return the state at grid point i + 1
         */
        Row next(Tracer t, int i, Row y, List<Row> outputs);
    }

    /** The formulas of a multistep method: one evaluation a step, at the newest state. */
    public static Consumer<Tracer> steps(Step step) {
        return t -> {
            Row y = t.start();
            List<Row> outputs = new ArrayList<>();
            for (int i = 0; i < t.steps(); i++) {
                outputs.add(0, t.evaluate(y));
                y = t.node(i + 1, step.next(t, i, y, outputs));
            }
        };
    }

    static void requireOrder(String method, int order, int highest) {
        if (order < 1 || order > highest) {
            String range = highest == Integer.MAX_VALUE ? "and up" : "to " + highest;
            throw new IllegalArgumentException(method + " has orders 1 " + range + ", not " + order + ".");
        }
    }
}
