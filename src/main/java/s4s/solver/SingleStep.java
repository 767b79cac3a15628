package s4s.solver;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import s4s.grid.StepLayout;

/**
 * Methods without memory: every step makes its own evaluations and forgets them. A step of order k spans k grid intervals, its
 * inner nodes are grid points; see {@link StepLayout}.
 */
public final class SingleStep {

    private static final String DPM = "Lu et al. 2022, arXiv:2206.00927";
    private static final String DPMPP = "Lu et al. 2022, arXiv:2211.01095";

    private SingleStep() {}

    /**
     * Heun's method: Euler's step, then the trapezoidal rule with the slope at its end.
     *
     * <pre>
     *   u = y_i + (sigma_{i+1} - sigma_i) e(y_i, sigma_i)
     *   y_{i+1} = y_i + (sigma_{i+1} - sigma_i) (e(y_i, sigma_i) + e(u, sigma_{i+1})) / 2;   u itself if sigma_{i+1} = 0
     * </pre>
     *
     * Two evaluations a step, one for a step to noise level 0: NFE is 2N, or 2N - 1 on a grid that ends at 0.
     *
     * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, algorithm 1</a>
     */
    public static Method heun() {
        StepCost cost = new StepCost("2 per step, 1 to level 0", nfe -> StepLayout.steps((nfe + 1) / 2));
        return new Method("heun", "Heun", 2, Prediction.NOISE, cost, "Karras et al. 2022, arXiv:2206.00364", t -> {
            Row y = t.start();
            for (int i = 0; i < t.steps(); i++) {
                Row e = t.evaluate(y);
                Row u = t.node(i + 1, y.plus(e.times(t.step(i))));
                y = t.toZero(i) ? u : t.node(i + 1, y.plus(e.plus(t.evaluate(u)).times(t.step(i)).times(0.5)));
            }
        });
    }

    /**
     * The single-step DPM-Solver-2 and -3, noise prediction, with the official step orders and inner nodes: order 2 takes steps
     * 2, .., 2 and a last one of order 1 if NFE is odd; order 3 takes steps 3, .., 3 that end with 2, 1 or 1 or 2. NFE is the
     * sum of the step orders. With {@code E(x) = exp(x) - 1}, {@code h} the step in {@code lambda}, {@code r_j} the part of it
     * before inner node j at {@code s_j}, {@code e_j} the noise there:
     *
     * <pre>
     *   u_1 = y + (s_1 - s) e,    u_2 = y + (s_2 - s) e - (r_2 / r_1) s_2 (E(r_2 h) / (r_2 h) - 1) (e_1 - e)
     *   order 1:  y+ = y + (s+ - s) e
     *   order 2:  y+ = y + (s+ - s) (e + (e_1 - e) / (2 r_1))
     *   order 3:  y+ = y + (s+ - s) e - (s+ / r_2) (E(h) / h - 1) (e_2 - e)
     * </pre>
     *
     * A step to noise level 0 gives up its last order, which becomes an Euler step of its own. On the log SNR grid, order 3 is
     * k-diffusion's {@code dpm_fast}.
     *
     * @param order 1 to 3; 1 is {@link Multistep#ddim()}
     * @throws IllegalArgumentException for another order
     * @see <a href="https://arxiv.org/abs/2206.00927">Lu et al. 2022, algorithms 1 and 2, appendix D</a>
     */
    public static Method dpmSolver(int order) {
        Multistep.requireOrder("Single-step DPM-Solver", order, 3);
        return order == 1 ? Multistep.ddim()
                : of("dpm-" + order + "s", "DPM-Solver-" + order, order, Prediction.NOISE, Optional.empty(), DPM);
    }

    /**
     * DPM-Solver-2 with its inner node at {@code s_1 = s+^r s^{1-r}} in steps of the grid; see {@link #dpmSolver(int)} for the
     * formulas. NFE is 2N, or 2N - 1 where the last step is one of Euler.
     *
     * @param r where the inner node lies in log SNR, in (0, 1); 1/2 is LD3's DPM_Solver, k-diffusion's and diff-sampler's dpm_2
     * @throws IllegalArgumentException for another r
     */
    public static Method dpmSolver2(double r) {
        if (!(r > 0 && r < 1)) {
            throw new IllegalArgumentException("The inner node of DPM-Solver-2 lies between 0 and 1, not at " + r + ".");
        }
        return of(r == 0.5 ? "dpm-2s-ld3" : "dpm-2s-r" + r, "DPM-Solver-2 r=" + r, 2, Prediction.NOISE,
                Optional.of((order, j) -> r), DPM);
    }

    /**
     * DPM-Solver++(2S) and (3S), data prediction, with steps and inner nodes as in {@link #dpmSolver(int)}:
     *
     * <pre>
     *   u_1 = (s_1 / s) y - E(-r_1 h) D,   u_2 = (s_2 / s) y - E(-r_2 h) D + (r_2 / r_1) (E(-r_2 h) / (r_2 h) + 1) (D_1 - D)
     *   order 1:  y+ = (s+ / s) y - E(-h) D
     *   order 2:  y+ = (s+ / s) y - E(-h) (D + (D_1 - D) / (2 r_1))
     *   order 3:  y+ = (s+ / s) y - E(-h) D + (E(-h) / h + 1) (D_2 - D) / r_2
     * </pre>
     *
     * @param order 1 to 3; 1 is {@link Multistep#ddim()}
     * @throws IllegalArgumentException for another order
     * @see <a href="https://arxiv.org/abs/2211.01095">Lu et al. 2022, algorithm 1</a>
     */
    public static Method dpmSolverPP(int order) {
        Multistep.requireOrder("Single-step DPM-Solver++", order, 3);
        return order == 1 ? Multistep.ddim()
                : of("dpmpp-" + order + "s", "DPM-Solver++ " + order + "S", order, Prediction.DATA, Optional.empty(), DPMPP);
    }

    /** k-diffusion's DPM-Solver++(2S): the inner node in the middle of each step in log SNR; NFE as {@link #dpmSolver2}. */
    public static Method dpmSolverPP2Midpoint() {
        return of("dpmpp-2s-mid", "DPM-Solver++ 2S mid", 2, Prediction.DATA, Optional.of(StepLayout.Inner.UNIFORM), DPMPP);
    }

    private static Method of(
            String name, String label, int order, Prediction prediction, Optional<StepLayout.Inner> inner, String reference) {
        IntFunction<List<Integer>> orders = order == 2 ? SingleStep::orders2 : SingleStep::orders3;
        StepCost cost = new StepCost("sum of step orders", nfe -> new StepLayout(orders.apply(nfe), inner));
        return new Method(name, label, order, prediction, cost, reference, t -> {
            Row y = t.start();
            int from = 0;
            for (int o : endingAtZero(t, orders.apply(t.steps()))) {
                y = t.node(from + o, step(t, prediction, from, o, y));
                from += o;
            }
        });
    }

    private static Row step(Tracer t, Prediction prediction, int i, int order, Row y) {
        Row f = t.evaluate(y);
        Exponential last = Exponential.of(prediction, t, i, i + order);
        if (order == 1) {
            return last.step(y, f);
        }
        var r1 = t.h(i).divide(t.h(i, i + order));
        Row d1 = t.evaluate(t.node(i + 1, Exponential.of(prediction, t, i, i + 1).step(y, f))).minus(f);
        if (order == 2) {
            return last.step(y, f.plus(d1.over(r1).times(0.5)));
        }
        var r2 = t.h(i, i + 2).divide(t.h(i, i + order));
        Exponential second = Exponential.of(prediction, t, i, i + 2);
        Row d2 = t.evaluate(t.node(i + 2, second.step(y, f, d1.times(second.phi2().multiply(r2).divide(r1))))).minus(f);
        return last.step(y, f, d2.times(last.phi2().divide(r2)));
    }

    private static List<Integer> orders2(int nfe) {
        List<Integer> orders = new ArrayList<>(Collections.nCopies(nfe / 2, 2));
        if (nfe % 2 == 1) {
            orders.add(1);
        }
        return orders;
    }

    private static List<Integer> orders3(int nfe) {
        List<Integer> orders = new ArrayList<>(Collections.nCopies(nfe % 3 == 0 ? nfe / 3 - 1 : nfe / 3, 3));
        orders.addAll(nfe % 3 == 0 ? List.of(2, 1) : List.of(nfe % 3));
        return orders;
    }

    private static List<Integer> endingAtZero(Tracer t, List<Integer> orders) {
        int last = orders.size() - 1;
        if (!t.toZero(t.steps() - 1) || orders.get(last) == 1) {
            return orders;
        }
        List<Integer> split = new ArrayList<>(orders);
        split.set(last, orders.get(last) - 1);
        split.add(1);
        return split;
    }
}
