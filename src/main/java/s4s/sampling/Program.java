package s4s.sampling;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;
import org.apache.commons.math3.util.Precision;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Stage;

/**
 * A solver compiled for a kind of network: all numbers that the {@link Executor} needs, and no others.
 *
 * <p>The network is fed {@code x = alpha(sigma_i) y_i} and {@code time(tau_i)}. A network that predicts data {@code N} at level
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
     * @param time the schedule's time of {@code tau_i}
     */
    public record Call(double scale, double time) {}

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

    /** {@link #of(Solver, DiffusionModel)} of a network. */
    public static Program of(Solver solver, Denoiser network) {
        return of(solver, DiffusionModel.of(network));
    }

    /**
     * The program of a solver, wherever its levels lie.
     *
     * @param solver the numbers
     * @param schedule the network's schedule
     * @param network what the network predicts
     */
    public static Program of(Solver solver, NoiseSchedule schedule, Prediction network) {
        List<Stage> whole = overNetwork(solver, schedule, network);
        List<Stage> shorter = withoutUnevaluated(whole);
        List<Stage> stages = terms(shorter) < terms(whole) ? shorter : whole;
        List<Node> nodes = new ArrayList<>();
        for (Stage stage : stages) {
            Optional<Call> call = stage.evaluated()
                    ? Optional.of(new Call(schedule.alpha(stage.sigma()), schedule.time(stage.evaluateAt()))) : Optional.empty();
            List<Term> terms = new ArrayList<>();
            terms(Source.STATE, stage.states(), terms);
            terms(Source.OUTPUT, stage.outputs(), terms);
            nodes.add(new Node(stage.sigma(), call, List.copyOf(terms)));
        }
        return new Program(solver.name(), network, schedule.start(stages.get(0).sigma()), nodes,
                schedule.alpha(stages.get(stages.size() - 1).sigma()));
    }

    /** The table over what the network returns: each output is {@code state y_i + output N_i}. */
    private static List<Stage> overNetwork(Solver solver, NoiseSchedule schedule, Prediction network) {
        boolean data = solver.prediction() == Prediction.DATA;
        List<Stage> stages = new ArrayList<>();
        for (Stage stage : solver.stages()) {
            double[] states = stage.states();
            double[] outputs = stage.outputs();
            for (int i = 0; i < outputs.length; i++) {
                double sigma = solver.stages().get(i).sigma();
                double tau = solver.stages().get(i).evaluateAt();
                if (outputs[i] == 0 || network == solver.prediction() && (!data || Precision.equals(tau, sigma))) {
                    continue;                                // without rounding; levels may differ by one unit of it
                }
                double state = 0;                            // of the noise
                double output = 1;
                if (network == Prediction.DATA) {
                    state = schedule.alpha(sigma) * (1 / schedule.alpha(tau)) * (1 / tau);
                    output = -1 / tau;
                }
                if (data) {
                    state = 1 - state * sigma;
                    output = -output * sigma;
                }
                states[i] += state * outputs[i];
                outputs[i] *= output;
            }
            stages.add(new Stage(stage.sigma(), stage.evaluateAt(), states, outputs));
        }
        return stages;
    }

    /** The table with the rows of nodes that are neither the start, evaluated, nor the sample in place of their states. */
    private static List<Stage> withoutUnevaluated(List<Stage> stages) {
        int last = stages.size() - 1;
        int[] place = new int[last + 1];
        double[][] a = new double[last + 1][last + 1];       // what stands for the state of each node
        double[][] b = new double[last + 1][last + 1];
        List<Stage> fewer = new ArrayList<>();
        for (int k = 0; k <= last; k++) {
            Stage stage = stages.get(k);
            double[] states = stage.states();
            double[] outputs = stage.outputs();
            for (int i = 0; i < k; i++) {
                b[k][place[i]] += outputs[i];
            }
            for (int i = 0; i < k; i++) {
                for (int j = 0; j < fewer.size(); j++) {
                    a[k][j] += states[i] * a[i][j];
                    b[k][j] += states[i] * b[i][j];
                }
            }
            if (k == 0 || k == last || stage.evaluated()) {
                place[k] = fewer.size();
                fewer.add(new Stage(stage.sigma(), stage.evaluateAt(), Arrays.copyOf(a[k], place[k]),
                        Arrays.copyOf(b[k], place[k])));
                Arrays.fill(a[k], 0);
                Arrays.fill(b[k], 0);
                a[k][place[k]] = 1;
            }
        }
        return fewer;
    }

    private static long terms(List<Stage> stages) {
        return stages.stream().flatMapToDouble(stage ->
                DoubleStream.concat(Arrays.stream(stage.states()), Arrays.stream(stage.outputs()))).filter(w -> w != 0).count();
    }

    private static void terms(Source source, double[] weights, List<Term> terms) {
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] != 0) {
                terms.add(new Term(source, i, weights[i]));
            }
        }
    }

    /** Network evaluations in a run. */
    public int evaluations() {
        return (int) nodes.stream().filter(node -> node.call().isPresent()).count();
    }
}
