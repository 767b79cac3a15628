package s4s.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import s4s.model.Denoiser;
import s4s.model.DenoiserDecorator;

/**
 * A run of a program that can be differentiated: the exact gradient of a loss of the sample with respect to every number of the
 * program and to the starting noise, from vector-Jacobian products of single network evaluations.
 *
 * <p>With {@code ybar_M = dL/dx}, going down the nodes k = M..0:
 *
 * <pre>
 *   where the network was called:  (xbar, tbar) = VJP of f at (alpha y_k, time) with fbar_k
 *                                  ybar_k += alpha xbar,  dL/dalpha = &lt;xbar, y_k&gt;,  dL/dlabel = tbar
 *   for each term of the row:      dL/da_ki = &lt;ybar_k, y_i&gt;,  ybar_i += a_ki ybar_k
 *                                  dL/db_ki = &lt;ybar_k, f_i&gt;,  fbar_i += b_ki ybar_k
 * </pre>
 *
 * All products are kept apart for each image. Memory is the states and outputs, and the graph of one network evaluation or of
 * all; see {@link Graphs}. The object holds native memory until closed, but for the sample, which is the caller's.
 */
public final class Adjoint implements AutoCloseable {

    /** What is kept of the network's graphs. The gradient is the same. */
    public enum Graphs {
        /** One graph at a time, recomputed in each sweep: memory does not grow with NFE, one more forward pass a sweep. */
        RECOMPUTED,
        /** The graphs of all evaluations: fastest, memory grows with NFE. */
        KEPT
    }

    private final Program program;
    private final NDManager manager;
    private final NDArray sample;
    private final List<Call> calls;
    private final int[] first;
    private final int count;

    /** One evaluation: what the sweep needs of it, by node of the program. */
    private record Call(NDArray state, NDArray output, Link link) {}

    private Adjoint(Program program, NDManager manager, NDArray sample, List<Call> calls) {
        this.program = program;
        this.manager = manager;
        this.sample = sample;
        this.calls = calls;
        this.first = new int[program.nodes().size()];
        int next = 1;
        for (int k = 0; k < first.length; k++) {
            Program.Node node = program.nodes().get(k);
            first[k] = next;
            next += (node.call().isPresent() ? 2 : 0) + node.terms().size();
        }
        this.count = next + 1;
    }

    /**
     * Runs a program with {@link Executor} and remembers what a sweep needs.
     *
     * @param program of which every node but the last is evaluated; see {@link DifferentiableProgram}
     * @param denoiser the network; its arithmetic must be differentiable array operations
     * @param noise unit normal numbers, shape (batch, sample shape...)
     * @param graphs what is kept
     * @throws IllegalArgumentException for another kind of program
     */
    public static Adjoint run(Program program, Denoiser denoiser, NDArray noise, Graphs graphs) {
        int last = program.nodes().size() - 1;
        if (!program.nodes().subList(0, last).stream().allMatch(node -> node.call().isPresent())) {
            throw new IllegalArgumentException("The program of solver " + program.solver() + " cannot be differentiated: it has"
                    + " nodes without evaluation.");
        }
        NDManager manager = noise.getManager().newSubManager();
        try {
            Tape tape = new Tape(denoiser, manager, graphs);
            List<Call> calls = new ArrayList<>();
            NDArray sample = Executor.run(program, tape, noise, evaluation -> calls.add(new Call(
                    CachingDenoiser.copy(evaluation.state(), manager), CachingDenoiser.copy(evaluation.output(), manager), tape.last)));
            return new Adjoint(program, manager, sample, calls);
        } catch (RuntimeException e) {
            manager.close();
            throw e;
        }
    }

    /** The samples, as {@link Executor#run} gives them. */
    public NDArray sample() {
        return sample;
    }

    /**
     * A gradient.
     *
     * @param numbers {@code dL/dc} of each image's loss, shape [images][numbers], numbered as {@link DifferentiableProgram}
     * @param noise {@code dL/dz}, float64, of the shape of the noise, in the manager of the cotangent
     */
    public record Gradient(double[][] numbers, NDArray noise) {}

    /**
     * One sweep; there may be several.
     *
     * @param cotangent {@code dL/dx}, float64, of the shape of the sample
     */
    public Gradient pullback(NDArray cotangent) {
        List<Program.Node> nodes = program.nodes();
        int last = nodes.size() - 1;
        double[][] numbers = new double[(int) sample.getShape().get(0)][count];
        NDArray[] ybar = new NDArray[last + 1];
        NDArray[] fbar = new NDArray[last + 1];
        try (NDManager scope = manager.newSubManager()) {
            products(numbers, count - 1, cotangent, sample, 1 / program.finish(), scope);
            add(ybar, last, cotangent, program.finish(), scope);
            for (int k = last; k >= 0; k--) {
                int next = first[k];
                if (nodes.get(k).call().isPresent()) {
                    Program.Call call = nodes.get(k).call().get();
                    try (NDManager step = scope.newSubManager()) {
                        Link.Vjp vjp = calls.get(k).link.pullback(fbar[k], step);
                        products(numbers, next, vjp.x, calls.get(k).state, 1, step);
                        double[] time = vjp.time.toDoubleArray();
                        for (int i = 0; i < time.length; i++) {
                            numbers[i][next + 1] = time[i];
                        }
                        add(ybar, k, vjp.x, call.scale(), scope);
                    }
                    fbar[k].close();
                    next += 2;
                }
                for (Program.Term term : nodes.get(k).terms()) {
                    boolean state = term.source() == Program.Source.STATE;
                    Call source = calls.get(term.node());
                    products(numbers, next++, ybar[k], state ? source.state : source.output, 1, scope);
                    add(state ? ybar : fbar, term.node(), ybar[k], term.weight(), scope);
                }
                if (k > 0) {
                    ybar[k].close();
                }
            }
            products(numbers, 0, ybar[0], calls.get(0).state, 1 / program.start(), scope);
            NDArray noise = ybar[0].mul(program.start());
            noise.attach(cotangent.getManager());
            return new Gradient(numbers, noise);
        }
    }

    /** {@code sums[to] += factor from}. */
    private static void add(NDArray[] sums, int to, NDArray from, double factor, NDManager scope) {
        NDArray part = from.mul(factor);
        if (sums[to] == null) {
            part.attach(scope);
            sums[to] = part;
        } else {
            try (part) {
                sums[to].addi(part);
            }
        }
    }

    /** {@code numbers[image][column] = factor <a, b>}, for each image. */
    private static void products(double[][] numbers, int column, NDArray a, NDArray b, double factor, NDManager scope) {
        try (NDManager step = scope.newSubManager()) {
            step.tempAttachAll(a, b);
            NDArray product = a.mul(b);                      // float64 times float32 is float64
            double[] sums = product.reshape(numbers.length, -1).sum(new int[] {1}).toDoubleArray();
            for (int i = 0; i < numbers.length; i++) {
                numbers[i][column] = factor * sums[i];
            }
        }
    }

    /** Releases states and graphs. */
    @Override
    public void close() {
        manager.close();
    }

    /** What a network evaluation leaves behind for its vector-Jacobian product. */
    private interface Link {
        /** In float64: {@code x} of the input's shape, {@code time} one number for each image. */
        record Vjp(NDArray x, NDArray time) {}

        Vjp pullback(NDArray fbar, NDManager scope);
    }

    /** Hands evaluations on and leaves a link for each. */
    private static final class Tape extends DenoiserDecorator {
        private final NDManager manager;
        private final Graphs graphs;
        private Link last;

        Tape(Denoiser inner, NDManager manager, Graphs graphs) {
            super(inner);
            this.manager = manager;
            this.graphs = graphs;
        }

        @Override
        public NDArray predict(NDArray x, NDArray time) {
            NDArray input = CachingDenoiser.copy(x, manager);
            NDArray times = time.broadcast(new Shape(x.getShape().get(0))).duplicate();
            times.attach(manager);
            if (graphs == Graphs.KEPT) {
                Graph graph = Graph.of(inner, input, times);
                last = (fbar, scope) -> graph.pullback(fbar, scope, true);
                NDArray output = graph.output.stopGradient().duplicate();
                output.attach(x.getManager());
                return output;
            }
            last = (fbar, scope) -> {
                Graph graph = Graph.of(inner, CachingDenoiser.copy(input, scope), CachingDenoiser.copy(times, scope));
                return graph.pullback(fbar, scope, false);
            };
            return inner.predict(x, time);
        }
    }

    /** The graph of one evaluation. */
    private record Graph(NDArray x, NDArray time, NDArray output) {

        static Graph of(Denoiser denoiser, NDArray x, NDArray time) {
            return new Graph(x, time, Backpropagation.record(() -> denoiser.predict(x, time), x, time));
        }

        Link.Vjp pullback(NDArray fbar, NDManager scope, boolean again) {
            NDArray[] gradients = Backpropagation.pullback(output, fbar, again, scope, x, time);
            return new Link.Vjp(gradients[0], gradients[1]);
        }
    }
}
