package s4s.run;

import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.model.DiffusionModel;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;
import s4s.solver.Row;
import s4s.solver.Solver;
import s4s.solver.Traced;

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
     */
    public record Node(double sigma, Optional<Call> call, List<Term> terms) {}

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
     * @param weight not 0
     */
    public record Term(Source source, int node, double weight) {}

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
