package s4s.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.model.DiffusionModel;
import s4s.schedule.NoiseSchedule;
import s4s.solver.ElementwiseRow;
import s4s.solver.ElementwiseSolver;
import s4s.solver.Prediction;
import s4s.solver.Row;
import s4s.solver.Solver;
import s4s.solver.Traced;
import s4s.solver.Weight;

/**
 * A solver compiled for a kind of network: all numbers that the {@link Executor} needs, and no others.
 *
 * <p>The network is fed {@code x = alpha(sigma_i) y_i} and {@code label(tau_i)}. A network that predicts data {@code N} at level
 * {@code tau} sees noise {@code e = (r y - N) / tau}, {@code r = alpha(sigma) / alpha(tau)}; this is folded into the weights, so
 * that they apply to what the network returns.
 *
 * @param solver name of the solver
 * @param prediction what the network returns
 * @param start {@code y_0 / z} for unit noise {@code z}
 * @param nodes the nodes, the last one the sample: those of the solver, or fewer where it takes less arithmetic to write states
 *     that are not evaluated into the rows that use them
 * @param finish {@code alpha(sigma_M)}, the factor from the last state to the sample
 */
public record Program(String solver, Prediction prediction, double start, List<Node> nodes, double finish) {

    /**
     * One node.
     *
     * @param sigma noise level
     * @param call what the network is asked here; empty: nothing
     * @param terms the state by earlier states and outputs
     * @param constant added to the terms, not 0; empty: nothing
     */
    public record Node(double sigma, Optional<Call> call, List<Term> terms, Optional<Weight> constant) {}

    /**
     * One network evaluation.
     *
     * @param scale {@code alpha(sigma_i)}
     * @param label the schedule's label of {@code tau_i}
     */
    public record Call(double scale, double label) {}

    /**
     * One term of a linear combination.
     *
     * @param source a state or an output
     * @param node of this earlier node
     * @param weight not 0; the same for all elements of a sample, or one for each
     */
    public record Term(Source source, int node, Weight weight) {}

    /** What a term refers to. */
    public enum Source {
        /** A state {@code y_i}. */
        STATE,
        /** A network output. */
        OUTPUT
    }

    public Program {
        nodes = List.copyOf(nodes);
    }

    /**
     * The program of a solver for a model.
     *
     * @throws IllegalArgumentException if the model was not trained where the solver asks it, see {@link Solver#requireRange}
     */
    public static Program of(Solver solver, DiffusionModel model) {
        solver.requireRange(model.schedule());
        return of(solver, model.schedule(), model.prediction());
    }

    /**
     * The program of a solver, wherever its levels lie.
     *
     * @param solver the numbers
     * @param schedule the network's schedule
     * @param network what the network predicts
     */
    public static Program of(Solver solver, NoiseSchedule schedule, Prediction network) {
        return of(Traced.of(solver), schedule, network);
    }

    /** The program of a traced solver. */
    public static Program of(Traced traced, NoiseSchedule schedule, Prediction network) {
        Traced whole = compiled(traced, schedule, network);
        Traced shorter = whole.withoutUnevaluated();
        return DifferentiableProgram.ofCompiled(shorter.terms() < whole.terms() ? shorter : whole, schedule).program();
    }

    /** The table over what the network returns. */
    static Traced compiled(Traced traced, NoiseSchedule schedule, Prediction network) {
        return traced.substitute(network, i -> output(traced.prediction(), traced.nodes().get(i).sigma(),
                traced.nodes().get(i).evaluateAt().orElseThrow(), i, schedule, network));
    }

    /** The program of a solver with weights of each element's own. */
    public static Program of(ElementwiseSolver solver, NoiseSchedule schedule, Prediction network) {
        List<Node> nodes = new ArrayList<>();
        for (ElementwiseSolver.Node node : solver.nodes()) {
            Optional<Call> call = node.evaluated()
                    ? Optional.of(new Call(schedule.alpha(node.sigma()), schedule.label(node.sigma()))) : Optional.empty();
            ElementwiseRow row = new ElementwiseRow(node.row().states(), Map.of(), node.row().constant());
            for (Map.Entry<Integer, Weight> used : node.row().outputs().entrySet()) {
                DerivativeStructure sigma = new DerivativeStructure(0, 1, solver.nodes().get(used.getKey()).sigma());
                Row output = output(solver.prediction(), sigma, sigma, used.getKey(), schedule, network);
                for (Map.Entry<Integer, DerivativeStructure> part : output.states().entrySet()) {
                    row = row.plus(ElementwiseRow.state(part.getKey(), used.getValue().times(part.getValue().getValue())));
                }
                for (Map.Entry<Integer, DerivativeStructure> part : output.outputs().entrySet()) {
                    row = row.plus(ElementwiseRow.output(part.getKey(), used.getValue().times(part.getValue().getValue())));
                }
            }
            List<Term> terms = new ArrayList<>();
            row.states().forEach((i, a) -> terms.add(new Term(Source.STATE, i, a)));
            row.outputs().forEach((i, b) -> terms.add(new Term(Source.OUTPUT, i, b)));
            terms.removeIf(term -> term.weight().isZero());
            nodes.add(new Node(node.sigma(), call, List.copyOf(terms),
                    Optional.of(row.constant()).filter(constant -> !constant.isZero())));
        }
        return new Program(solver.name(), network,
                schedule.start(new DerivativeStructure(0, 1, nodes.get(0).sigma())).getValue(), nodes,
                schedule.alpha(nodes.get(nodes.size() - 1).sigma()));
    }

    /** A solver's output at node i by the state and the network's output. */
    private static Row output(Prediction solver, DerivativeStructure sigma, DerivativeStructure tau, int i,
            NoiseSchedule schedule, Prediction network) {
        DerivativeStructure one = sigma.getField().getOne();
        Row y = Row.state(i, one);
        Row f = Row.output(i, one);
        if (network == solver && (network == Prediction.NOISE || tau.equals(sigma))) {
            return f;                                        // exactly, without rounding
        }
        DerivativeStructure r = schedule.alpha(sigma).divide(schedule.alpha(tau));
        Row noise = network == Prediction.NOISE ? f : y.times(r).minus(f).over(tau);
        return solver == Prediction.NOISE ? noise : y.minus(noise.times(sigma));
    }

    /** Network evaluations in a run. */
    public int evaluations() {
        return (int) nodes.stream().filter(node -> node.call().isPresent()).count();
    }
}
