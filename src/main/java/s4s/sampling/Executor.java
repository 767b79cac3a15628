package s4s.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import s4s.model.Denoiser;

/**
 * Runs programs: one loop for all solvers. The state is float64, the network computes in its own type. Arrays live as long as a
 * later node needs them, and none outlives the run but the result.
 */
public final class Executor {

    private Executor() {}

    /** Sees every evaluation of a run, for progress, intermediate states and trajectories. */
    @FunctionalInterface
    public interface Observer {
        /** Called after each evaluation; the arrays are closed afterwards. */
        void evaluated(Evaluation evaluation);
    }

    /**
     * One network evaluation.
     *
     * @param number 1, 2, ... NFE
     * @param node node of the program
     * @param sigma noise level of the state
     * @param time its conditioning time
     * @param state {@code y}, float64, shape (batch, sample shape...)
     * @param input {@code x = alpha y} as the network got it
     * @param output as the network returned it
     */
    public record Evaluation(int number, int node, double sigma, double time, NDArray state, NDArray input, NDArray output) {}

    /** {@link #run(Program, Denoiser, NDArray, Observer)} without an observer. */
    public static NDArray run(Program program, Denoiser denoiser, NDArray noise) {
        return run(program, denoiser, noise, evaluation -> {});
    }

    /**
     * Samples.
     *
     * @param program a solver compiled for the denoiser's schedule and prediction
     * @param denoiser the network
     * @param noise unit normal numbers, shape (batch, sample shape...); not changed
     * @param observer sees every evaluation
     * @return the samples, float64, of the shape of {@code noise}, attached to its manager
     * @throws IllegalArgumentException if program, denoiser and noise do not fit together
     * @throws DivergedException if a state is not finite; the message names the node
     * @throws CancellationException if the thread is interrupted
     */
    public static NDArray run(Program program, Denoiser denoiser, NDArray noise, Observer observer) {
        return run(program, denoiser, noise, observer, DataType.FLOAT64);
    }

    /** {@link #run(Program, Denoiser, NDArray, Observer)}, the samples rounded to a type. */
    static NDArray run(Program program, Denoiser denoiser, NDArray noise, Observer observer, DataType type) {
        requireFit(program, denoiser, noise);
        List<Program.Node> nodes = program.nodes();
        int[] stateUse = lastUse(nodes, Program.Source.STATE);
        int[] outputUse = lastUse(nodes, Program.Source.OUTPUT);
        Shape shape = noise.getShape();
        NDManager caller = noise.getManager();
        try (NDManager scope = caller.newSubManager()) {
            NDArray[] states = new NDArray[nodes.size()];
            NDArray[] outputs = new NDArray[nodes.size()];
            int number = 0;
            for (int k = 0; ; k++) {
                if (Thread.interrupted()) {
                    throw new CancellationException("Sampling was interrupted.");
                }
                Program.Node node = nodes.get(k);
                Combination row = k == 0 ? start(program, noise, scope) : row(node, states, outputs);
                if (k == nodes.size() - 1) {
                    NDArray sample = scope.create(shape, type);
                    write(program, k, row, List.of(new Combination.Target(sample, program.finish())));
                    sample.attach(caller);
                    return sample;
                }
                states[k] = scope.create(shape, DataType.FLOAT64);
                Combination.Target state = new Combination.Target(states[k], 1);
                if (node.call().isEmpty()) {
                    write(program, k, row, List.of(state));
                } else {
                    Program.Call call = node.call().get();
                    try (NDManager step = scope.newSubManager()) {
                        NDArray input = step.create(shape, denoiser.dataType());
                        write(program, k, row, List.of(state, new Combination.Target(input, call.scale())));
                        NDArray output = evaluate(denoiser, call, input);
                        observer.evaluated(
                                new Evaluation(++number, k, node.sigma(), call.time(), states[k], input, output));
                        outputs[k] = rowMajor(output, scope);
                    }
                }
                for (int i = 0; i < k; i++) {
                    if (Math.max(stateUse[i], i + 1) == k) {
                        states[i].close();
                    }
                    if (outputUse[i] == k) {
                        outputs[i].close();
                    }
                }
            }
        }
    }

    private static Combination start(Program program, NDArray noise, NDManager scope) {
        return new Combination(List.of(new Combination.Part(program.start(), rowMajor(noise, scope))));
    }

    private static Combination row(Program.Node node, NDArray[] states, NDArray[] outputs) {
        List<Combination.Part> parts = new ArrayList<>();
        for (Program.Term term : node.terms()) {
            NDArray[] source = term.source() == Program.Source.STATE ? states : outputs;
            parts.add(new Combination.Part(term.weight(), source[term.node()]));
        }
        return new Combination(parts);
    }

    private static void write(Program program, int k, Combination row, List<Combination.Target> targets) {
        if (!row.write(targets)) {
            throw new DivergedException("Solver " + program.solver() + " has a state that is not finite at node " + k
                    + " (noise level " + program.nodes().get(k).sigma()
                    + "); look for NaN in the noise or the network, or for weights that blow up.");
        }
    }

    private static NDArray evaluate(Denoiser denoiser, Program.Call call, NDArray input) {
        NDArray time = denoiser.dataType() == DataType.FLOAT32
                ? input.getManager().create(new float[] {(float) call.time()})
                : input.getManager().create(new double[] {call.time()}).toType(denoiser.dataType(), false);
        NDArray output = denoiser.predict(input, time);
        if (!output.getShape().equals(input.getShape())) {
            throw new IllegalArgumentException(
                    "The network returned shape " + output.getShape() + " for input of shape " + input.getShape() + ".");
        }
        return output;
    }

    /** The elements in order, in the array's own memory if that holds them so. */
    private static NDArray rowMajor(NDArray array, NDManager scope) {
        NDArray flat = array.flatten();
        flat.attach(scope);
        return flat;
    }

    /** For each node, the last node whose row uses it, or 0. */
    private static int[] lastUse(List<Program.Node> nodes, Program.Source source) {
        int[] last = new int[nodes.size()];
        for (int k = 0; k < nodes.size(); k++) {
            for (Program.Term term : nodes.get(k).terms()) {
                if (term.source() == source) {
                    last[term.node()] = k;
                }
            }
        }
        return last;
    }

    private static void requireFit(Program program, Denoiser denoiser, NDArray noise) {
        if (program.prediction() != denoiser.prediction()) {
            throw new IllegalArgumentException("The program is compiled for a network that predicts " + program.prediction()
                    + ", but this one predicts " + denoiser.prediction() + ".");
        }
        Shape shape = noise.getShape();
        if (shape.dimension() < 2 || shape.get(0) < 1 || !shape.slice(1).equals(denoiser.sampleShape())) {
            throw new IllegalArgumentException("The network samples arrays of shape (batch, then " + denoiser.sampleShape()
                    + "), but the noise has shape " + shape + ".");
        }
    }
}
