package s4s.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.schedule.NoiseSchedule;

/** Multistep methods whose weights are given, for instance because they are learned. One evaluation a step. */
public final class WeightedMultistep {

    /** Weights of a method by step and by how far back the thing lies that they weigh. */
    @FunctionalInterface
    public interface Weights {
        /**
         * One weight.
         *
         * @param t the tracer, whose {@link Tracer#constant} lifts plain numbers
         * @param step step, 0..N-1
         * @param back 0 is the current state or the newest output
         */
        DerivativeStructure at(Tracer t, int step, int back);

        /**
         * Plain numbers.
         *
         * @param weights by step, then by distance back; a step may have fewer at the start, where there is less to weigh
         */
        static Weights of(double[][] weights) {
            return (t, step, back) -> t.constant(weights[step][back]);
        }

        /** Parameters, over the same parameters as the grid; by step, then by distance back. */
        static Weights of(DerivativeStructure[][] weights) {
            return (t, step, back) -> weights[step][back];
        }

        /** No weight at all. */
        static Weights zero() {
            return (t, step, back) -> t.constant(0);
        }
    }

    private WeightedMultistep() {}

    /**
     * The linear multistep student of S4S. With {@code m_j} the output j steps back and {@code h} the step in {@code lambda}:
     *
     * <pre>
     *   noise:  y_{i+1} = y_i + (sigma_{i+1} - sigma_i) sum_j b_ij m_j
     *   data:   y_{i+1} = (sigma_{i+1} / sigma_i) y_i - (e^{-h} - 1) sum_j b_ij m_j
     * </pre>
     *
     * j = 0..min(order, i + 1)-1. Weights that sum to 1 make it consistent.
     *
     * @param order how many outputs a step weighs at most, 1 or more
     * @param prediction what the weights apply to
     * @param b the weights
     * @throws IllegalArgumentException for an order below 1
     * @see <a href="https://arxiv.org/abs/2502.17423">Frankel et al. 2025</a>
     */
    public static Method s4s(int order, Prediction prediction, Weights b) {
        Multistep.requireOrder("S4S", order, Integer.MAX_VALUE);
        String form = prediction == Prediction.DATA ? "-data" : "";
        return new Method("s4s-lms-" + order + form, "S4S LMS-" + order + form.replace('-', ' '), order, prediction,
                StepCost.perStep(1), "Frankel et al. 2025, arXiv:2502.17423", Multistep.steps((t, i, y, m) -> {
                    Row mean = Row.ZERO;
                    for (int j = 0; j < Math.min(order, i + 1); j++) {
                        mean = mean.plus(m.get(j).times(b.at(t, i, j)));
                    }
                    return Exponential.of(prediction, t, i, i + 1).step(y, mean);
                }));
    }

    /**
     * The Generalized Solver: DPM-Solver++ multistep without lower orders at the end, plus given corrections {@code a} to the
     * weights of the last states and {@code c} to those of outputs or of their differences. In {@code x = alpha y}, with
     * {@code k = min(order, i + 1)} and {@code d}, {@code d_1}, {@code d_2} as in {@link Multistep#dpmSolverPP}:
     *
     * <pre>
     *   x_{i+1} = DPM-Solver++ of order min(k, 3) + sum_{j&lt;k} a_j x_{i-j} - c_0 D_i + ...
     *     k = 2:   - c_1 d
     *     k &gt; 2:   + c_1 d_1 - c_2 d_2 + sum_{2&lt;j&lt;k} c_j D_{i-j}
     * </pre>
     *
     * Its evaluation levels are added with {@link Method#withLabelOffsets}.
     *
     * @param order how far back a step looks, 1 or more
     * @param schedule the schedule whose alpha scales x
     * @param a corrections for states
     * @param c corrections for outputs
     * @throws IllegalArgumentException for an order below 1
     * @see <a href="https://arxiv.org/abs/2510.17699">Oganov et al. 2025</a>
     */
    public static Method generalized(int order, NoiseSchedule schedule, Weights a, Weights c) {
        Multistep.requireOrder("The Generalized Solver", order, Integer.MAX_VALUE);
        return new Method("gs-" + order, "GS-" + order, Math.min(order, 3), Prediction.DATA, StepCost.perStep(1),
                "Oganov et al. 2025, arXiv:2510.17699", t -> {
            List<Row> x = new ArrayList<>();
            List<Row> m = new ArrayList<>();
            Row y = t.start();
            for (int i = 0; i < t.steps(); i++) {
                x.add(0, y.times(schedule.alpha(t.sigma(i))));
                m.add(0, t.evaluate(y));
                y = t.node(i + 1, generalized(t, i, Math.min(order, i + 1), y, m)
                        .plus(corrections(t, i, Math.min(order, i + 1), x, m, a, c).over(schedule.alpha(t.sigma(i + 1)))));
            }
        });
    }

    /**
     * DyWeight: weights of outputs that need not sum to 1, and scaled evaluation levels. On the grid {@code s_0 > ... > s_N},
     *
     * <pre>
     *   c_0 = s_0,   tau_i = |q_i c_i|,   d_i = (tau_i / c_i) e(y_i; tau_i)
     *   y_{i+1} = y_i + (s_{i+1} - c_i) sum_{j &lt;= i} w_ij d_{i-j}
     *   c_{i+1} = c_i + (s_{i+1} - c_i) sum_{j &lt;= i} w_ij
     * </pre>
     *
     * so {@code c_i} is the level that the state has really reached, and node i lies at {@code |c_i|}: the last {@code c_N} can
     * be slightly negative, a step beyond clean data.
     *
     * @param order how many outputs a step weighs at most, 1 or more
     * @param w the weights
     * @param q factor of the conditioning time, at distance back 0 of each step
     * @throws IllegalArgumentException for an order below 1; {@link Method#build} throws it if level 0 is reached too early
     * @see <a href="https://arxiv.org/abs/2603.11607">Zhao et al. 2026</a>
     */
    public static Method dyWeight(int order, Weights w, Weights q) {
        Multistep.requireOrder("DyWeight", order, Integer.MAX_VALUE);
        return new Method("dyweight-" + order, "DyWeight-" + order, order, Prediction.NOISE, StepCost.perStep(1),
                "Zhao et al. 2026, arXiv:2603.11607", grid -> {
            Tracer t = toldAtStart(grid, q);
            List<Row> d = new ArrayList<>();
            Row y = t.start();
            DerivativeStructure c = t.sigma(0);
            DerivativeStructure told = t.evaluateAt(0);
            for (int i = 0; i < t.steps(); i++) {
                d.add(0, t.evaluate(y).times(told.divide(c)));
                DerivativeStructure step = t.sigma(i + 1).subtract(c);
                Row slope = Row.ZERO;
                DerivativeStructure sum = t.constant(0);
                for (int j = 0; j < Math.min(order, i + 1); j++) {
                    slope = slope.plus(d.get(j).times(w.at(t, i, j)));
                    sum = sum.add(w.at(t, i, j));
                }
                c = c.add(step.multiply(sum));
                if (i + 1 < t.steps() && c.getValue() == 0) {
                    throw new IllegalArgumentException(
                            "it reaches noise level 0 before its last evaluation, where no slope exists");
                }
                told = i + 1 < t.steps() ? c.multiply(q.at(t, i + 1, 0)).abs() : c.abs();
                y = t.node(c.abs(), told, y.plus(slope.times(step)));
            }
        });
    }

    private static Tracer toldAtStart(Tracer t, Weights q) {
        DerivativeStructure[] levels = IntStream.rangeClosed(0, t.steps()).mapToObj(t::sigma).toArray(DerivativeStructure[]::new);
        DerivativeStructure[] told = Arrays.copyOf(levels, t.steps());
        told[0] = levels[0].multiply(q.at(t, 0, 0)).abs();
        return t.on(levels, told);
    }

    private static Row generalized(Tracer t, int i, int k, Row y, List<Row> m) {
        Exponential form = Exponential.of(Prediction.DATA, t, i, i + 1);
        List<Row> d = Multistep.differences(t, i, order(t, i, k), m);
        return form.step(y, m.get(0), Multistep.correction(form, Multistep.Correction.PUBLISHED, d));
    }

    private static Row corrections(Tracer t, int i, int k, List<Row> x, List<Row> m, Weights a, Weights c) {
        List<Row> d = Multistep.differences(t, i, order(t, i, k), m);
        Row sum = m.get(0).times(c.at(t, i, 0)).times(-1);
        for (int j = 1; j < k; j++) {
            Row term = j > 2 ? m.get(j) : j > d.size() ? Row.ZERO : d.get(j - 1);
            boolean minus = j == 2 || j == 1 && k == 2;                            // the published signs
            sum = sum.plus(term.times(c.at(t, i, j)).times(minus ? -1 : 1));
        }
        for (int j = 0; j < k; j++) {
            sum = sum.plus(x.get(j).times(a.at(t, i, j)));
        }
        return sum;
    }

    private static int order(Tracer t, int i, int k) {
        return t.toZero(i) ? 1 : Math.min(k, 3);
    }
}
