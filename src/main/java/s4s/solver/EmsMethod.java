package s4s.solver;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.schedule.GridType;
import s4s.schedule.NoiseSchedule;

/**
 * DPM-Solver-v3 in full, with {@link EmsStatistics}. All that follows is elementwise. The ODE is
 * {@code dy/dlambda = -l y - f} with {@code f = sigma e - l y = (1 - l) y - D}. In a step from s to t of length h
 *
 * <pre>
 *   y_t  = A (y_s - int_s^t E(r) B(r) dr - int_s^t E(r) g(r) dr)
 *   A    = exp(-int_s^t l),   E(r) = exp(int_s^r (l + s)),   B(r) = int_s^r exp(-int_s^q s) b dq
 *   g(r) = exp(-int_s^r s) f(r) - B(r)
 * </pre>
 *
 * is exact. Where {@code df/dlambda = s f + b} holds, g is constant and any step is exact; else g is a polynomial through its
 * values at grid points, so that {@code int E g} becomes {@code sum_j w_j g_j}, with the moments
 * {@code Q_k = int_s^t E(r) ((r - s) / h)^k dr}. Nodes, orders, corrector and the choice of derivatives are the variant's, see
 * {@link DpmSolverV3#method()}; f at a grid point stays as it was computed from the predicted state. All integrals are sums by
 * the trapezoidal rule on the cells of the statistics, and grid points are moved to the nearest node of the statistics. With
 * {@code l = 1}, {@code s = b = 0} and 1200 cells these are the numbers of the method without statistics.
 *
 * @param variant order, corrector, derivatives
 * @param statistics of the network that will be sampled from
 * @see <a href="https://arxiv.org/abs/2310.13268">Zheng et al. 2023, section 3 and appendix B</a>
 */
public record EmsMethod(DpmSolverV3 variant, EmsStatistics statistics) {

    /** How far the ends of a grid may lie from those of the statistics, in cells: what float32 or printed digits lose. */
    private static final double SLACK = 0.02;

    /** The integrals of l and s and {@code int exp(-int s) b}, all from the first node of the statistics to a grid point. */
    private record Integrals(Weight l, Weight s, Weight b) {}

    /** A step's {@code A}, {@code Q_k} and {@code int E B}. */
    private record Across(Weight decay, List<Weight> moments, Weight constant) {}

    /** {@code dpmv3-3c-ems} for instance. */
    public String name() {
        return variant.name() + "-ems";
    }

    /**
     * The solver on a named grid over a schedule's whole range.
     *
     * @param grid the grid type
     * @param schedule the network's schedule
     * @param nfe number of function evaluations, at least 1
     * @throws IllegalArgumentException as {@link #build}
     */
    public ElementwiseSolver on(GridType grid, NoiseSchedule schedule, int nfe) {
        ElementwiseSolver solver = build(grid.levels(schedule, variant.method().layout(nfe)));
        if (solver.evaluations() != nfe) {
            throw new IllegalArgumentException("Solver " + name() + " on grid " + grid.id() + " cannot run with NFE " + nfe
                    + ": the nearest is " + solver.evaluations() + ".");
        }
        return solver;
    }

    /**
     * The solver on a grid.
     *
     * @param sigmas N + 1 noise levels, strictly decreasing, from the first to the last of the statistics
     * @return the table of numbers; N evaluations
     * @throws IllegalArgumentException if the grid does not have the range of the statistics, two of its points fall to one
     *     node, or the statistics make weights that are not finite
     */
    public ElementwiseSolver build(double[] sigmas) {
        int[] cell = cells(sigmas);
        int n = cell.length - 1;
        List<Integrals> to = new ArrayList<>(List.of(new Integrals(Weight.ZERO, Weight.ZERO, Weight.ZERO)));
        List<Across> across = new ArrayList<>();
        for (int i = 0; i < n; i++) {
            integrate(cell[i], cell[i + 1], to, across);
        }
        List<ElementwiseSolver.Node> nodes = new ArrayList<>();
        Map<Integer, ElementwiseRow> y = new HashMap<>();
        List<ElementwiseRow> f = new ArrayList<>();
        place(sigmas, cell, 0, ElementwiseRow.ZERO, nodes, y, f);
        for (DpmSolverV3.Step step : variant.steps(n)) {
            ElementwiseRow row = y.get(step.from()).plus(across.get(step.from()).constant.times(-1));
            Integrals s = to.get(step.from());
            List<Weight> w = weights(step, cell, across.get(step.from()).moments);
            for (int k = 0; k < w.size(); k++) {
                int j = step.nodes().get(k);
                ElementwiseRow g = f.get(j).times(s.s.minus(to.get(j).s).exp())
                        .plus(s.s.exp().times(s.b.minus(to.get(j).b)));
                row = row.plus(g.times(w.get(k).times(-1)));
            }
            place(sigmas, cell, step.to(), row.times(across.get(step.from()).decay), nodes, y, f);
        }
        return new ElementwiseSolver(name(), Prediction.DATA, nodes);
    }

    /** Adds a node at a grid point; the first one there is evaluated. */
    private void place(double[] sigmas, int[] cell, int i, ElementwiseRow row, List<ElementwiseSolver.Node> nodes,
            Map<Integer, ElementwiseRow> y, List<ElementwiseRow> f) {
        int k = nodes.size();
        int n = cell.length - 1;
        boolean evaluated = i < n && i == f.size();
        double sigma = i == 0 || i == n ? sigmas[i] : Math.exp(-statistics.first() - cell[i] * statistics.width());
        nodes.add(new ElementwiseSolver.Node(sigma, evaluated, row));
        y.put(i, ElementwiseRow.state(k, Weight.ONE));
        if (evaluated) {
            f.add(ElementwiseRow.state(k, Weight.ONE.minus(statistics.l().get(cell[i])))
                    .plus(ElementwiseRow.output(k, Weight.of(-1))));
        }
    }

    /** {@code w_j} of a step: linear in the moments, with factors that do not depend on the element. */
    private List<Weight> weights(DpmSolverV3.Step step, int[] cell, List<Weight> moments) {
        int n = step.nodes().size();
        double h = cell[step.to()] - cell[step.from()];
        DerivativeStructure[] x =
                step.nodes().stream().map(j -> constant((cell[j] - cell[step.from()]) / h)).toArray(DerivativeStructure[]::new);
        Weight[] weights = new Weight[n];
        for (int k = 0; k < n; k++) {
            int k0 = k;
            DerivativeStructure[] unit = IntStream.range(0, n).mapToObj(m -> constant(m == k0 ? 1 : 0))
                    .toArray(DerivativeStructure[]::new);
            DerivativeStructure[] factors = variant.weights(x, unit);
            for (int j = 0; j < n; j++) {
                Weight part = moments.get(k).times(factors[j].getValue());
                weights[j] = k == 0 ? part : weights[j].plus(part);
            }
        }
        return List.of(weights);
    }

    private static DerivativeStructure constant(double value) {
        return new DerivativeStructure(0, 1, value);
    }

    /** Carries the integrals on from node {@code from} of the statistics to node {@code end}. */
    private void integrate(int from, int end, List<Integrals> to, List<Across> across) {
        double half = statistics.width() / 2;
        Integrals start = to.get(to.size() - 1);
        Weight l = start.l;
        Weight s = start.s;
        Weight b = start.b;
        int count = variant.order() + 1;                     // a pseudo corrector has one node more than the order
        List<Weight> moments = new ArrayList<>(Collections.nCopies(count, Weight.ZERO));
        Weight constant = Weight.ZERO;
        Weight slope = s.times(-1).exp().times(statistics.b().get(from));
        for (int m = from; m <= end; m++) {
            if (m > from) {
                l = l.plus(statistics.l().get(m - 1).plus(statistics.l().get(m)).times(half));
                s = s.plus(statistics.s().get(m - 1).plus(statistics.s().get(m)).times(half));
                Weight before = slope;
                slope = s.times(-1).exp().times(statistics.b().get(m));
                b = b.plus(before.plus(slope).times(half));
            }
            Weight e = l.minus(start.l).plus(s.minus(start.s)).exp().times(m == from || m == end ? half : 2 * half);
            double x = (double) (m - from) / (end - from);
            for (int k = 0; k < count; k++) {
                moments.set(k, moments.get(k).plus(e.times(Math.pow(x, k))));
            }
            constant = constant.plus(e.times(b.minus(start.b)));
        }
        to.add(new Integrals(l, s, b));
        across.add(new Across(start.l.minus(l).exp(), List.copyOf(moments), constant.times(start.s.exp())));
    }

    private int[] cells(double[] sigmas) {
        int n = sigmas.length - 1;
        if (n < 1 || !IntStream.rangeClosed(1, n).allMatch(i -> sigmas[i] < sigmas[i - 1]) || !(sigmas[n] > 0)) {
            throw new IllegalArgumentException("Solver " + name()
                    + " needs at least two noise levels, strictly decreasing and positive.");
        }
        double[] at = new double[n + 1];
        for (int i = 0; i <= n; i++) {
            at[i] = (-Math.log(sigmas[i]) - statistics.first()) / statistics.width();
        }
        if (Math.abs(at[0]) > SLACK || Math.abs(at[n] - statistics.cells()) > SLACK) {
            throw new IllegalArgumentException("The statistics reach from noise level " + (float) Math.exp(-statistics.first())
                    + " to " + (float) Math.exp(-statistics.last()) + ", but the grid from " + (float) sigmas[0] + " to "
                    + (float) sigmas[n] + "; take statistics of this model's range.");
        }
        int[] cell = IntStream.rangeClosed(0, n).map(i -> (int) Math.round(at[i])).toArray();
        for (int i = 1; i <= n; i++) {
            if (cell[i] == cell[i - 1]) {
                throw new IllegalArgumentException("The statistics have " + (statistics.cells() + 1)
                        + " nodes, too few for this grid: its points " + (i - 1) + " and " + i
                        + " fall to one of them; take fewer steps or finer statistics.");
            }
        }
        return cell;
    }
}
