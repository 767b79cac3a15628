package s4s.solver;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * DPM-Solver-v3. Without model statistics ({@code l = 1}, {@code s = b = 0}) it is a multistep method in data prediction whose
 * integrals are sums over 1200 equal cells of log SNR, and whose grid points are moved to the nearest cell: {@link #method()}.
 *
 * @param order order of the predictor, 1 or more
 * @param corrected whether the corrector is used
 * @param derivatives choice of the derivatives
 */
public record DpmSolverV3(int order, boolean corrected, Derivatives derivatives) {

    private static final int CELLS = 1200;

    /** How derivatives of the model are taken from its outputs. */
    public enum Derivatives {
        /** Of the polynomial through all nodes, at the step's start. */
        INTERPOLATED,
        /** "Pseudo": the k-th one from the divided difference of the first k + 1 nodes alone. */
        PSEUDO
    }

    /**
     * A step from grid point {@code from} to the next one, with the outputs of these grid points; the first is {@code from}.
     * Where the next one is among them, this is a corrector.
     */
    private record Step(int from, List<Integer> nodes) {

        int to() {
            return from + 1;
        }

        /** The latest grid point whose output is needed. */
        int latest() {
            return Collections.max(nodes);
        }
    }

    /**
     * @throws IllegalArgumentException for an order below 1
     */
    public DpmSolverV3 {
        Multistep.requireOrder("DPM-Solver-v3", order, Integer.MAX_VALUE);
    }

    /** {@link #method()} of a variant. */
    public static Method of(int order, boolean corrected, Derivatives derivatives) {
        return new DpmSolverV3(order, corrected, derivatives).method();
    }

    /** {@code dpmv3-}, order, {@code c} if corrected, {@code -pseudo} for pseudo derivatives. */
    public String name() {
        return "dpmv3-" + variant();
    }

    private String variant() {
        return order + (corrected ? "c" : "") + (derivatives == Derivatives.PSEUDO ? "-pseudo" : "");
    }

    /**
     * The method without statistics; one evaluation a step. In a step of length h in log SNR, with nodes
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
     * @see <a href="https://arxiv.org/abs/2310.13268">Zheng et al. 2023</a>
     */
    public Method method() {
        return new Method(name(), "DPM-Solver-v3 " + variant(), order, Prediction.DATA, StepCost.perStep(1),
                "Zheng et al. 2023, arXiv:2310.13268", t -> run(snapped(t)));
    }

    /** All steps in their order. An output is evaluated when it is first needed, at the state that its grid point then has. */
    private List<Step> steps(int intervals) {
        List<Step> steps = new ArrayList<>();
        for (int i = 0; i < intervals; i++) {
            if (corrected && i > 0) {
                int last = LowerOrderFinal.ALWAYS.orderOf(order, i - 1, intervals);
                int count = Math.min(derivatives == Derivatives.PSEUDO ? last + 1 : last, i + 1);
                List<Integer> nodes = new ArrayList<>(List.of(i - 1, i));
                for (int j = i - 2; j >= 0; j--) {
                    nodes.add(j);
                }
                if (count > 1) {
                    steps.add(new Step(i - 1, nodes.subList(0, count)));
                }
            }
            int i0 = i;
            steps.add(new Step(i, IntStream.range(0, LowerOrderFinal.ALWAYS.orderOf(order, i, intervals))
                    .mapToObj(j -> i0 - j).toList()));
        }
        return steps;
    }

    /**
     * {@code w} with {@code sum_j w_j D_j = sum_k q_k c_k}.
     *
     * @param x nodes, the first 0
     * @param q at least as many moments
     */
    private DerivativeStructure[] weights(DerivativeStructure[] x, DerivativeStructure[] q) {
        if (derivatives == Derivatives.INTERPOLATED) {
            return Quadrature.weights(x, q);
        }
        DerivativeStructure[] weights = new DerivativeStructure[x.length];
        for (int j = 0; j < x.length; j++) {
            DerivativeStructure product = x[j].getField().getOne();
            weights[j] = x[j].getField().getZero();
            for (int k = 0; k < x.length; k++) {            // D[x_0..x_k] = sum_j D_j / prod_{i<=k, i != j} (x_j - x_i)
                product = k == j ? product : product.multiply(x[j].subtract(x[k]));
                weights[j] = k < j ? weights[j] : weights[j].add(q[k].divide(product));
            }
        }
        return weights;
    }

    private void run(Tracer t) {
        List<Row> y = new ArrayList<>(List.of(t.start()));
        List<Row> data = new ArrayList<>();
        for (Step step : steps(t.steps())) {
            if (step.latest() == data.size()) {
                data.add(t.evaluate(y.get(step.latest())));
            }
            Row next = t.node(step.to(), row(t, step, y.get(step.from()), data));
            if (step.to() < y.size()) {
                y.set(step.to(), next);
            } else {
                y.add(next);
            }
        }
    }

    private Row row(Tracer t, Step step, Row y, List<Row> data) {
        int i = step.from();
        DerivativeStructure h = t.h(i);
        DerivativeStructure[] x = step.nodes().stream().map(j -> t.h(i, j).divide(h)).toArray(DerivativeStructure[]::new);
        DerivativeStructure[] w = weights(x, integrals(h, cell(t, i + 1) - cell(t, i), x.length));
        return y.plus(Row.sum(w, step.nodes().stream().map(data::get).toList())).times(h.negate().exp());
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
