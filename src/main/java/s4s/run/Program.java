package s4s.run;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
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
     * The program of a solver.
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
        Traced whole = traced.substitute(network, i -> output(traced, i, schedule, network));
        Traced shorter = whole.withoutUnevaluated();
        Traced solver = shorter.terms() < whole.terms() ? shorter : whole;
        List<Node> nodes = new ArrayList<>();
        for (Traced.Node node : solver.nodes()) {
            Optional<Call> call = node.evaluateAt().map(tau ->
                    new Call(schedule.alpha(node.sigma()).getValue(), schedule.label(tau).getValue()));
            List<Term> terms = new ArrayList<>();
            node.row().states().forEach((i, a) -> terms.add(new Term(Source.STATE, i, a.getValue())));
            node.row().outputs().forEach((i, b) -> terms.add(new Term(Source.OUTPUT, i, b.getValue())));
            terms.removeIf(term -> term.weight() == 0);
            nodes.add(new Node(node.sigma().getValue(), call, List.copyOf(terms)));
        }
        return new Program(solver.name(), network, schedule.start(solver.nodes().get(0).sigma()).getValue(), nodes,
                schedule.alpha(solver.nodes().get(nodes.size() - 1).sigma()).getValue());
    }

    /** The solver's output at a node by the state and the network's output. */
    private static Row output(Traced solver, int i, NoiseSchedule schedule, Prediction network) {
        DerivativeStructure sigma = solver.nodes().get(i).sigma();
        DerivativeStructure tau = solver.nodes().get(i).evaluateAt().orElseThrow();
        DerivativeStructure one = sigma.getField().getOne();
        Row y = Row.state(i, one);
        Row f = Row.output(i, one);
        if (network == solver.prediction() && (network == Prediction.NOISE || tau.equals(sigma))) {
            return f;                                        // exactly, without rounding
        }
        DerivativeStructure r = schedule.alpha(sigma).divide(schedule.alpha(tau));
        Row noise = network == Prediction.NOISE ? f : y.times(r).minus(f).over(tau);
        return solver.prediction() == Prediction.NOISE ? noise : y.minus(noise.times(sigma));
    }

    /** Network evaluations in a run. */
    public int evaluations() {
        return (int) nodes.stream().filter(node -> node.call().isPresent()).count();
    }
}
