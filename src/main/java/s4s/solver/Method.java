package s4s.solver;

import java.util.Arrays;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.grid.GridType;
import s4s.grid.StepLayout;
import s4s.schedule.NoiseSchedule;

/**
 * A solver before its grid is chosen: what a paper describes. One of one's own is made by {@link #of}; {@link MethodProvider}
 * says how it gets a name on the command line.
 *
 * @param name name on the command line and in tables, for instance {@code dpmpp-3m}
 * @param label name in figures, for instance {@code DPM-Solver++ 3M}
 * @param order order of convergence that the paper claims
 * @param prediction the prediction that the formulas are written in
 * @param cost evaluations against grid intervals
 * @param reference paper
 * @param formulas the method, written on a {@link Tracer}
 */
public record Method(
        String name, String label, int order, Prediction prediction, StepCost cost, String reference, Consumer<Tracer> formulas) {

    private static final int MOST_EVALUATIONS = 5000;

    /**
     * A method of one's own, of order 1, with one evaluation a step, labelled by its name and without a reference; the methods
     * {@code with...} say otherwise.
     *
     * @param name name on the command line and in tables: letters, digits and {@code - + . _}
     * @param prediction the prediction that the formulas are written in
     * @param formulas the method, for instance {@link Multistep#steps}
     */
    public static Method of(String name, Prediction prediction, Consumer<Tracer> formulas) {
        return new Method(name, name, 1, prediction, StepCost.perStep(1), "", formulas);
    }

    /** This method with another label in figures. */
    public Method withLabel(String other) {
        return new Method(name, other, order, prediction, cost, reference, formulas);
    }

    /** This method, said to converge with another order; see {@code s4s solver order} for the measured one. */
    public Method withOrder(int other) {
        return new Method(name, label, other, prediction, cost, reference, formulas);
    }

    /** This method with other evaluations a step. */
    public Method withCost(StepCost other) {
        return new Method(name, label, order, prediction, other, reference, formulas);
    }

    /** This method with a reference. */
    public Method withReference(String other) {
        return new Method(name, label, order, prediction, cost, other, formulas);
    }

    /**
     * The steps for a number of evaluations.
     *
     * @param nfe number of function evaluations, at least 1
     * @throws IllegalArgumentException if this method cannot spend exactly {@code nfe}; the message says why
     */
    public StepLayout layout(int nfe) {
        if (nfe < 1) {
            throw new IllegalArgumentException("A solver needs at least one function evaluation, got NFE " + nfe + ".");
        }
        if (nfe > MOST_EVALUATIONS) {
            throw new IllegalArgumentException("A solver has a number for each pair of its nodes: at most " + MOST_EVALUATIONS
                    + " function evaluations, got NFE " + nfe + ".");
        }
        try {
            return cost.layout().apply(nfe);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("Solver " + name + " cannot run with NFE " + nfe + ": " + e.getMessage() + ".", e);
        }
    }

    /**
     * The solver on a named grid over a schedule's whole range.
     *
     * @param grid the grid type
     * @param schedule a network's schedule
     * @param nfe number of function evaluations, at least 1
     * @return the table of numbers, which takes exactly {@code nfe} evaluations
     * @throws IllegalArgumentException if this method cannot spend exactly {@code nfe} on this grid; the message says why
     */
    public Solver on(GridType grid, NoiseSchedule schedule, int nfe) {
        Solver solver = build(grid.levels(schedule, layout(nfe)));
        if (solver.evaluations() != nfe) {
            throw new IllegalArgumentException("Solver " + name + " on grid " + grid.id() + " cannot run with NFE " + nfe
                    + ": the nearest is " + solver.evaluations() + ".");
        }
        return solver;
    }

    /**
     * The solver on a grid.
     *
     * @param sigmas N + 1 noise levels, strictly decreasing
     * @return the table of numbers
     * @throws IllegalArgumentException if the grid does not decrease or the method is not defined on it
     */
    public Solver build(double[] sigmas) {
        return build(sigmas, Arrays.copyOf(sigmas, Math.max(0, sigmas.length - 1)));
    }

    /**
     * The solver on a grid, with evaluation levels of their own.
     *
     * @param sigmas N + 1 noise levels, strictly decreasing
     * @param evaluateAt N conditioning times, as noise levels, at the grid points 0..N-1
     * @return the table of numbers
     * @throws IllegalArgumentException if the grid does not decrease or the method is not defined on it
     */
    public Solver build(double[] sigmas, double[] evaluateAt) {
        return trace(constants(sigmas), constants(evaluateAt)).value();
    }

    /**
     * The solver on a grid that depends on parameters.
     *
     * @param sigmas N + 1 noise levels, strictly decreasing, all over the same parameters
     * @param evaluateAt N conditioning times, as noise levels, at the grid points 0..N-1
     * @return the table with derivatives
     * @throws IllegalArgumentException if the grid does not decrease, or depends on parameters where the formulas are in plain
     *     numbers, see {@link Tracer#sigmas}
     */
    public TracedSolver trace(DerivativeStructure[] sigmas, DerivativeStructure[] evaluateAt) {
        return Tracer.trace(name, prediction, sigmas, evaluateAt, formulas);
    }

    /**
     * This method with the analytic first step: the first evaluation, at the highest noise level, is replaced by what any
     * network says there about data that are small against the noise, {@code e_0 = y_0 / sqrt(1 + sigma_0^2)}. One evaluation
     * is saved, so at the same NFE there is one more to spend. The name gains {@code -afs}.
     *
     * @see <a href="https://arxiv.org/abs/2210.05475">Dockhorn et al. 2022</a>
     */
    public Method analyticFirstStep() {
        StepCost saved = new StepCost(cost.rule() + ", first free", nfe -> cost.layout().apply(nfe + 1));
        return new Method(name + "-afs", label + " AFS", order, prediction, saved, reference, t -> {
            formulas.accept(t);
            Row y = t.start();
            Row e = y.over(t.sigma(0).multiply(t.sigma(0)).add(1).sqrt());
            t.replace(0, prediction == Prediction.NOISE ? e : y.minus(e.times(t.sigma(0))));
        });
    }

    /**
     * This method with decoupled evaluation levels: at grid point i the conditioning time is {@code time(sigma_i) + offsets[i]}.
     *
     * @param schedule whose labels the offsets are added to
     * @param offsets one for each grid point 0..N-1, in units of the label
     */
    public Method withLabelOffsets(NoiseSchedule schedule, double[] offsets) {
        double[] copy = offsets.clone();
        return new Method(name, label, order, prediction, cost, reference, t -> {
            if (copy.length != t.steps()) {
                throw new IllegalArgumentException("Solver " + name + " has " + copy.length
                        + " label offsets, but the grid has " + t.steps() + " steps.");
            }
            formulas.accept(t.on(
                    IntStream.rangeClosed(0, t.steps()).mapToObj(t::sigma).toArray(DerivativeStructure[]::new),
                    IntStream.range(0, t.steps()).mapToObj(i -> schedule.sigma(schedule.time(t.evaluateAt(i)).add(copy[i])))
                            .toArray(DerivativeStructure[]::new)));
        });
    }

    @Override
    public String toString() {
        return name;
    }

    private static DerivativeStructure[] constants(double[] values) {
        return Arrays.stream(values).mapToObj(v -> new DerivativeStructure(0, 1, v)).toArray(DerivativeStructure[]::new);
    }
}
