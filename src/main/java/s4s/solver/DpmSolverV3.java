package s4s.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * DPM-Solver-v3 without model statistics ({@code l = 1}, {@code s = b = 0}): a multistep method in data prediction whose
 * integrals are sums over 1200 equal cells of log SNR, and whose grid points are moved to the nearest cell.
 */
public final class DpmSolverV3 {

    private static final int CELLS = 1200;

    /** How derivatives of the model are taken from its outputs. */
    public enum Derivatives {
        /** Of the polynomial through all nodes, at the step's start. */
        INTERPOLATED,
        /** "Pseudo": the k-th one from the divided difference of the first k + 1 nodes alone. */
        PSEUDO
    }

    private DpmSolverV3() {}

    /**
     * The method with or without corrector; one evaluation a step. In a step of length h in log SNR, with nodes
     * {@code x_j = (lambda_j - lambda_i) / h} and {@code [..]} divided differences in x:
     *
     * <pre>
     *   y+ = e^{-h} (y_i + sum_k Q_k c_k),   Q_k = int_0^h e^u (u/h)^k du  by the trapezoidal rule on the cells
     *   interpolated:  sum_k c_k x^k passes through D_j at x_j;     pseudo:  c_k = D[x_0, .., x_k]
     *   predictor: nodes i, i-1, ..  as many as the step's order
     *   corrector: the step to i once more when D_i is known, nodes i-1, i, i-2, ..  as many as the predictor had, pseudo one
     *              more; left out where that is one. D_i is not evaluated again
     * </pre>
     *
     * The order starts at 1 and falls again towards the end; the last step is not corrected.
     *
     * @param order 1 or more
     * @param corrected whether the corrector is used
     * @param derivatives choice of the derivatives
     * @throws IllegalArgumentException for an order below 1
     * @see <a href="https://arxiv.org/abs/2310.13268">Zheng et al. 2023</a>
     */
    public static Method of(int order, boolean corrected, Derivatives derivatives) {
        Multistep.requireOrder("DPM-Solver-v3", order, Integer.MAX_VALUE);
        String variant = order + (corrected ? "c" : "") + (derivatives == Derivatives.PSEUDO ? "-pseudo" : "");
        return new Method("dpmv3-" + variant, "DPM-Solver-v3 " + variant, order, Prediction.DATA, Cost.perStep(1),
                "Zheng et al. 2023, arXiv:2310.13268", t -> run(snapped(t), order, corrected, derivatives));
    }

    private static void run(Tracer t, int order, boolean corrected, Derivatives derivatives) {
        Row y = t.start();
        Row before = y;
        List<Row> data = new ArrayList<>();
        for (int i = 0; i < t.steps(); i++) {
            data.add(t.evaluate(y));
            if (corrected && i > 0) {
                int last = LowerOrderFinal.ALWAYS.orderOf(order, i - 1, t.steps());
                int count = Math.min(derivatives == Derivatives.PSEUDO ? last + 1 : last, i + 1);
                List<Integer> nodes = new ArrayList<>(List.of(i - 1, i));
                IntStream.rangeClosed(2, i).forEach(back -> nodes.add(data.size() - 1 - back));
                y = count > 1 ? t.node(i, step(t, i - 1, before, nodes.subList(0, count), data, derivatives)) : y;
            }
            before = y;
            int i0 = i;
            List<Integer> nodes = IntStream.range(0, LowerOrderFinal.ALWAYS.orderOf(order, i, t.steps()))
                    .mapToObj(j -> i0 - j).toList();
            y = t.node(i + 1, step(t, i, y, nodes, data, derivatives));
        }
    }

    private static Row step(Tracer t, int i, Row y, List<Integer> nodes, List<Row> data, Derivatives derivatives) {
        DerivativeStructure h = t.h(i);
        int n = nodes.size();
        DerivativeStructure[] x = nodes.stream().map(j -> t.h(i, j).divide(h)).toArray(DerivativeStructure[]::new);
        DerivativeStructure[] q = integrals(h, cell(t, i + 1) - cell(t, i), n);
        List<Row> c = new ArrayList<>(nodes.stream().map(data::get).toList());
        if (derivatives == Derivatives.INTERPOLATED) {
            return y.plus(Row.sum(Quadrature.weights(x, q), c)).times(h.negate().exp());
        }
        for (int k = 1; k < n; k++) {
            for (int j = n - 1; j >= k; j--) {
                c.set(j, c.get(j).minus(c.get(j - 1)).over(x[j].subtract(x[j - k])));
            }
        }
        return y.plus(Row.sum(q, c)).times(h.negate().exp());
    }

    /** {@code Q_k}, k = 0..count-1. */
    private static DerivativeStructure[] integrals(DerivativeStructure h, int cells, int count) {
        DerivativeStructure width = h.divide(cells);
        DerivativeStructure[] sums = new DerivativeStructure[count];
        for (int m = 0; m <= cells; m++) {
            DerivativeStructure term = width.multiply(m).exp().multiply(width).multiply(m == 0 || m == cells ? 0.5 : 1);
            for (int k = 0; k < count; k++) {
                DerivativeStructure value = term.multiply(Math.pow((double) m / cells, k));
                sums[k] = m == 0 ? value : sums[k].add(value);
            }
        }
        return sums;
    }

    private static Tracer snapped(Tracer t) {
        int n = t.steps();
        if (t.toZero(n - 1)) {
            throw new IllegalArgumentException("DPM-Solver-v3 cuts log SNR into cells, so its grid cannot end at level 0.");
        }
        DerivativeStructure[] levels = new DerivativeStructure[n + 1];
        for (int i = 0; i <= n; i++) {
            if (i > 0 && cell(t, i) == cell(t, i - 1)) {
                throw new IllegalArgumentException("DPM-Solver-v3 has " + CELLS + " cells, and grid points " + (i - 1)
                        + " and " + i + " fall into one; take fewer steps.");
            }
            double part = (double) cell(t, i) / CELLS;
            levels[i] = i == 0 || i == n ? t.sigma(i) : t.sigma(0).multiply(t.h(0, n).multiply(-part).exp());
        }
        DerivativeStructure[] told = IntStream.range(0, n)
                .mapToObj(i -> t.evaluateAt(i).divide(t.sigma(i)).multiply(levels[i])).toArray(DerivativeStructure[]::new);
        return t.on(levels, told);
    }

    private static int cell(Tracer t, int i) {
        return (int) Math.round(CELLS * t.h(0, i).getValue() / t.h(0, t.steps()).getValue());
    }
}
