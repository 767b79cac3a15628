package s4s.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * Records a method's update formulas on a time grid, node by node.
 *
 * <p>A method states its steps in the order in which it would run them; a state that later formulas refer to, or that the
 * network is evaluated at, is placed with {@link #node(int, Row)}, and {@link #evaluate(Row)} is one network evaluation. The
 * last node placed is the sample. Nothing is computed but weights.
 */
public final class Tracer {

    private final String name;
    private final DerivativeStructure[] sigmas;
    private final DerivativeStructure[] evaluateAt;
    private final List<TracedSolver.Node> nodes;
    private final List<DerivativeStructure> taus;

    private Tracer(String name, DerivativeStructure[] sigmas, DerivativeStructure[] evaluateAt, List<TracedSolver.Node> nodes,
            List<DerivativeStructure> taus) {
        this.name = name;
        this.sigmas = sigmas.clone();
        this.evaluateAt = evaluateAt.clone();
        this.nodes = nodes;
        this.taus = taus;
        place(sigmas[0], evaluateAt[0], Row.ZERO);
    }

    /**
     * Writes the table of a method's formulas. Weights that the formulas bring along, as learned methods do, must be over the
     * same parameters as the grid.
     *
     * @param name name of the solver
     * @param prediction the prediction that the formulas are written in
     * @param sigmas N + 1 noise levels, strictly decreasing
     * @param evaluateAt N conditioning times, as noise levels, at the grid points 0..N-1
     * @param formulas the method
     * @throws IllegalArgumentException if the grid does not decrease
     */
    public static TracedSolver trace(String name, Prediction prediction, DerivativeStructure[] sigmas,
            DerivativeStructure[] evaluateAt, Consumer<Tracer> formulas) {
        requireGrid(sigmas, evaluateAt);
        Tracer tracer = new Tracer(name, sigmas, evaluateAt, new ArrayList<>(), new ArrayList<>());
        formulas.accept(tracer);
        return new TracedSolver(name, prediction, tracer.nodes);
    }

    private static void requireGrid(DerivativeStructure[] sigmas, DerivativeStructure[] evaluateAt) {
        if (sigmas.length < 2 || evaluateAt.length != sigmas.length - 1) {
            throw new IllegalArgumentException("A grid has at least two noise levels and one evaluation level less, not "
                    + sigmas.length + " and " + evaluateAt.length + ".");
        }
        for (int i = 1; i < sigmas.length; i++) {
            if (!(sigmas[i].getValue() < sigmas[i - 1].getValue())) {
                throw new IllegalArgumentException("Noise levels must decrease strictly; number " + i + " ("
                        + sigmas[i].getValue() + ") follows " + sigmas[i - 1].getValue() + ".");
            }
        }
    }

    /**
     * The same pen on another grid, for methods that move their nodes or evaluation levels before they start; whatever was
     * placed before is dropped.
     *
     * @param levels N + 1 noise levels, strictly decreasing
     * @param told N conditioning times, as noise levels, at the grid points 0..N-1
     * @throws IllegalArgumentException if the grid does not decrease
     */
    public Tracer on(DerivativeStructure[] levels, DerivativeStructure[] told) {
        requireGrid(levels, told);
        nodes.clear();
        taus.clear();
        return new Tracer(name, levels, told, nodes, taus);
    }

    /** N, the number of grid intervals. */
    public int steps() {
        return sigmas.length - 1;
    }

    /**
     * The noise levels as plain numbers, for a method whose times nobody learns: the weights that are made of them do not know how
     * they depend on the grid.
     *
     * @return N + 1 levels
     * @throws IllegalArgumentException if the grid depends on parameters, as where times are learned
     */
    public double[] sigmas() {
        if (Arrays.stream(sigmas).anyMatch(Tracer::varies)) {
            throw new IllegalArgumentException("The times of solver " + name + " cannot be learned, for its formulas are in plain"
                    + " numbers; written on sigma(i), step(i) and h(i) of Tracer instead of sigmas(), they can.");
        }
        return Arrays.stream(sigmas).mapToDouble(DerivativeStructure::getValue).toArray();
    }

    private static boolean varies(DerivativeStructure number) {
        return Arrays.stream(number.getAllDerivatives()).skip(1).anyMatch(d -> d != 0);
    }

    /** Noise level {@code sigma_i}, i = 0..N. */
    public DerivativeStructure sigma(int i) {
        return sigmas[i];
    }

    /** The conditioning time at a grid point, i = 0..N-1. */
    public DerivativeStructure evaluateAt(int i) {
        return evaluateAt[i];
    }

    /** Whether the step from grid point i leads to noise level 0, where {@code lambda} is infinite. */
    public boolean toZero(int i) {
        return sigmas[i + 1].getValue() == 0;
    }

    /** Half the log SNR at a grid point, {@code lambda_i = -log(sigma_i)}. */
    public DerivativeStructure lambda(int i) {
        return sigmas[i].log().negate();
    }

    /** {@code sigma_{i+1} - sigma_i}. */
    public DerivativeStructure step(int i) {
        return sigmas[i + 1].subtract(sigmas[i]);
    }

    /** {@code h_i = lambda_{i+1} - lambda_i}, positive. */
    public DerivativeStructure h(int i) {
        return h(i, i + 1);
    }

    /** {@code lambda_to - lambda_from}, positive for a step forward. */
    public DerivativeStructure h(int from, int to) {
        return sigmas[from].divide(sigmas[to]).log();
    }

    /** A number that does not depend on parameters. */
    public DerivativeStructure constant(double value) {
        return sigmas[0].getField().getOne().multiply(value);
    }

    /** The starting state {@code y_0}. */
    public Row start() {
        return Row.state(0, constant(1));
    }

    /**
     * Places a state at a grid point. A grid point may hold several states, for instance a predicted and a corrected one.
     *
     * @param i grid point, 1..N
     * @param y the state by earlier ones
     * @return the new state, for use in later formulas
     */
    public Row node(int i, Row y) {
        return place(sigmas[i], i < evaluateAt.length ? evaluateAt[i] : sigmas[i], y);
    }

    /**
     * Places a state between grid points.
     *
     * @param sigma its noise level
     * @param y the state by earlier ones
     * @return the new state, for use in later formulas
     */
    public Row node(DerivativeStructure sigma, Row y) {
        return node(sigma, sigma, y);
    }

    /**
     * Places a state between grid points.
     *
     * @param sigma its noise level
     * @param told the conditioning time if it is evaluated there
     * @param y the state by earlier ones
     * @return the new state, for use in later formulas
     */
    public Row node(DerivativeStructure sigma, DerivativeStructure told, Row y) {
        return place(sigma, told, y);
    }

    /**
     * Evaluates the network once.
     *
     * @param node a state returned by {@link #start()} or {@code node(...)}, not evaluated before
     * @return the output, for use in later formulas
     */
    public Row evaluate(Row node) {
        int k = node.states().size() == 1 && node.outputs().isEmpty() ? node.states().keySet().iterator().next() : -1;
        if (k < 0 || node.states().get(k).getValue() != 1 || nodes.get(k).evaluateAt().isPresent()) {
            throw new IllegalArgumentException("The network can be evaluated once at each placed state; place this one first.");
        }
        TracedSolver.Node old = nodes.get(k);
        nodes.set(k, new TracedSolver.Node(old.sigma(), Optional.of(taus.get(k)), old.row()));
        return Row.output(k, constant(1));
    }

    /**
     * Replaces an output in everything that is written so far; the network is no longer evaluated there.
     *
     * @param node the node of the output
     * @param by the output by states and other outputs
     */
    public void replace(int node, Row by) {
        for (int k = 0; k < nodes.size(); k++) {
            TracedSolver.Node old = nodes.get(k);
            nodes.set(k, new TracedSolver.Node(old.sigma(), k == node ? Optional.empty() : old.evaluateAt(),
                    old.row().substitute(i -> i == node ? by : Row.output(i, constant(1)))));
        }
    }

    private Row place(DerivativeStructure sigma, DerivativeStructure tau, Row y) {
        nodes.add(new TracedSolver.Node(sigma, Optional.empty(), y));
        taus.add(tau);
        return Row.state(nodes.size() - 1, constant(1));
    }
}
