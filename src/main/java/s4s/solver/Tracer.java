package s4s.solver;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * What a method's formulas are written on: the grid, and a pen that numbers the nodes.
 *
 * <p>A method states its steps in the order in which it would run them; a state that later formulas refer to, or that the
 * network is evaluated at, is placed with {@link #node(int, Row)}, and {@link #evaluate(Row)} is one network evaluation. The
 * last node placed is the sample. Nothing is computed but weights.
 */
public final class Tracer {

    private final DerivativeStructure[] sigmas;
    private final DerivativeStructure[] evaluateAt;
    private final List<Traced.Node> nodes = new ArrayList<>();
    private final List<DerivativeStructure> labels = new ArrayList<>();

    private Tracer(DerivativeStructure[] sigmas, DerivativeStructure[] evaluateAt) {
        this.sigmas = sigmas.clone();
        this.evaluateAt = evaluateAt.clone();
        place(sigmas[0], evaluateAt[0], Row.ZERO);
    }

    /**
     * Writes the table of a method's formulas. Weights that the formulas bring along, as learned methods do, must be over the
     * same parameters as the grid.
     *
     * @param name name of the solver
     * @param prediction the prediction that the formulas are written in
     * @param sigmas N + 1 noise levels, strictly decreasing
     * @param evaluateAt N levels that the network is told at the grid points 0..N-1
     * @param formulas the method
     * @throws IllegalArgumentException if the grid does not decrease
     */
    public static Traced trace(String name, Prediction prediction, DerivativeStructure[] sigmas,
            DerivativeStructure[] evaluateAt, Consumer<Tracer> formulas) {
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
        Tracer tracer = new Tracer(sigmas, evaluateAt);
        formulas.accept(tracer);
        return new Traced(name, prediction, tracer.nodes);
    }

    /** N, the number of grid intervals. */
    public int steps() {
        return sigmas.length - 1;
    }

    /** Noise level {@code sigma_i}, i = 0..N. */
    public DerivativeStructure sigma(int i) {
        return sigmas[i];
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
        return sigmas[i].divide(sigmas[i + 1]).log();
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
        return place(sigma, sigma, y);
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
        Traced.Node old = nodes.get(k);
        nodes.set(k, new Traced.Node(old.sigma(), Optional.of(labels.get(k)), old.row()));
        return Row.output(k, constant(1));
    }

    private Row place(DerivativeStructure sigma, DerivativeStructure label, Row y) {
        nodes.add(new Traced.Node(sigma, Optional.empty(), y));
        labels.add(label);
        return Row.state(nodes.size() - 1, constant(1));
    }
}
