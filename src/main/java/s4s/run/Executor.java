package s4s.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import s4s.model.Denoiser;
import s4s.solver.Weight;

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
     * @param label what the network was told
     * @param state {@code y}, float64, shape (batch, sample shape...)
     * @param input {@code x = alpha y} as the network got it
     * @param output as the network returned it
     */
    public record Evaluation(int number, int node, double sigma, double label, NDArray state, NDArray input, NDArray output) {}

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
     * @throws IllegalStateException if a state is not finite; the message names the node
     * @throws CancellationException if the thread is interrupted
     */
    public static NDArray run(Program program, Denoiser denoiser, NDArray noise, Observer observer) {
        requireFit(program, denoiser, noise);
        List<Program.Node> nodes = program.nodes();
        int[] stateUse = lastUse(nodes, Program.Source.STATE);
        int[] outputUse = lastUse(nodes, Program.Source.OUTPUT);
        int last = nodes.size() - 1;
        NDManager caller = noise.getManager();
        try (NDManager scope = caller.newSubManager()) {
            NDArray[] states = new NDArray[nodes.size()];
            NDArray[] outputs = new NDArray[nodes.size()];
            int number = 0;
            for (int k = 0; k <= last; k++) {
                if (Thread.interrupted()) {
                    throw new CancellationException("Sampling was interrupted.");
                }
                Program.Node node = nodes.get(k);
                states[k] = k == 0 ? start(program, noise, scope) : combine(node, states, outputs, noise.getShape(), scope);
                requireFinite(program, k, states[k]);
                if (node.call().isPresent()) {
                    outputs[k] = evaluate(denoiser, node, states[k], ++number, k, observer, scope);
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
            NDArray sample = states[last].muli(program.finish());
            sample.attach(caller);
            return sample;
        }
    }

    private static NDArray start(Program program, NDArray noise, NDManager scope) {
        // not by toType: it may share the caller's memory
        return scope.zeros(noise.getShape(), DataType.FLOAT64).addi(noise).muli(program.start());
    }

    private static NDArray combine(Program.Node node, NDArray[] states, NDArray[] outputs, Shape shape, NDManager scope) {
        List<Program.Term> terms = node.terms();
        NDArray sum = terms.isEmpty() ? scope.zeros(shape, DataType.FLOAT64)
                : times(source(terms.get(0), states, outputs), terms.get(0).weight(), scope);
        for (Program.Term term : terms.subList(Math.min(1, terms.size()), terms.size())) {
            NDArray source = source(term, states, outputs);
            if (term.weight().isOne()) {
                sum.addi(source);
            } else {
                try (NDArray part = times(source, term.weight(), scope)) {
                    sum.addi(part);
                }
            }
        }
        if (node.constant().isPresent()) {
            try (NDArray constant = array(node.constant().get(), scope)) {
                sum.addi(constant);
            }
        }
        return sum;
    }

    private static NDArray source(Program.Term term, NDArray[] states, NDArray[] outputs) {
        return (term.source() == Program.Source.STATE ? states : outputs)[term.node()];
    }

    private static NDArray times(NDArray source, Weight weight, NDManager scope) {
        if (weight.isNumber()) {
            return source.mul(weight.number());
        }
        try (NDArray factors = array(weight, scope)) {       // every weight stands in one row, so it is needed once in a run
            return source.mul(factors);
        }
    }

    private static NDArray array(Weight weight, NDManager scope) {
        Shape shape = new Shape(LongStream.concat(LongStream.of(1), LongStream.of(weight.shape())).toArray());
        return scope.create(weight.values(), shape);
    }

    private static NDArray evaluate(
            Denoiser denoiser, Program.Node node, NDArray state, int number, int k, Observer observer, NDManager scope) {
        Program.Call call = node.call().orElseThrow();
        try (NDManager step = scope.newSubManager()) {
            NDArray x = state;
            if (call.scale() != 1) {
                x = state.mul(call.scale());
                x.attach(step);
            }
            NDArray input = x.toType(denoiser.dataType(), x == state);
            input.attach(step);
            NDArray label = step.create(new double[] {call.label()}).toType(denoiser.dataType(), false);
            NDArray output = denoiser.predict(input, label);
            if (!output.getShape().equals(state.getShape())) {
                throw new IllegalArgumentException(
                        "The network returned shape " + output.getShape() + " for input of shape " + state.getShape() + ".");
            }
            observer.evaluated(new Evaluation(number, k, node.sigma(), call.label(), state, input, output));
            NDArray wide = output.toType(DataType.FLOAT64, false);
            wide.attach(scope);
            return wide;
        }
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

    private static void requireFinite(Program program, int k, NDArray state) {
        try (NDArray sum = state.sum()) {
            if (!Double.isFinite(sum.getDouble())) {
                throw new IllegalStateException("Solver " + program.solver() + " left the finite numbers at node " + k
                        + " (noise level " + program.nodes().get(k).sigma()
                        + "); look for NaN in the noise or the network, or for weights that blow up.");
            }
        }
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
        Optional<Weight> misfit = program.nodes().stream()
                .flatMap(node -> Stream.concat(node.terms().stream().map(Program.Term::weight), node.constant().stream()))
                .filter(weight -> !weight.isNumber() && !new Shape(weight.shape()).equals(denoiser.sampleShape())).findFirst();
        if (misfit.isPresent()) {
            throw new IllegalArgumentException("The network samples arrays of shape " + denoiser.sampleShape() + ", but solver "
                    + program.solver() + " has weights for elements of shape " + new Shape(misfit.get().shape()) + ".");
        }
    }
}
