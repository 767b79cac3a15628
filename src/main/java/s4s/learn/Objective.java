package s4s.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.run.Backpropagation;
import s4s.run.BatchLoop;
import s4s.run.DifferentiableProgram;
import s4s.run.Executor;
import s4s.run.Program;
import s4s.run.ReverseSweep;
import s4s.solver.Solver;

/**
 * How far the samples of a family's solvers lie from a teacher's, with exact gradients, and what was paid for it.
 *
 * <p>The Gauss-Newton matrix of the mean distance, {@code 2 c / n sum_i J_i^T J_i} with {@code J_i} the derivative of pair i's
 * {@link Distance.Measured#embedding}, comes from one more sweep with normal random cotangents {@code v_i}: the rows
 * {@code J_i^T v_i} have the second moment {@code J_i^T J_i}. With few parameters some dozen pairs give a good estimate, for the
 * price of a gradient.
 */
final class Objective {

    private final Family family;
    private final DiffusionModel model;
    private final Distance distance;
    private final ReverseSweep.Graphs graphs;
    private int batch;
    private long evaluations;
    private long products;

    /**
     * @param batch most pairs in a network call; fewer once a device had no memory for so many
     */
    Objective(Family family, DiffusionModel model, Distance distance, ReverseSweep.Graphs graphs, int batch) {
        this.family = family;
        this.model = model;
        this.distance = distance;
        this.graphs = graphs;
        this.batch = batch;
    }

    /** Pairs in memory: seeds, which decide conditions, starting noise and the teacher's samples. */
    record Batch(long[] seeds, NDArray noise, NDArray targets) {
        int size() {
            return seeds.length;
        }

        /** The network for pairs {@code from} to {@code to} (exclusive). */
        private Denoiser network(DiffusionModel model, int from, int to) {
            return model.denoiser(Arrays.copyOfRange(seeds, from, to));
        }
    }

    /** Network evaluations so far, each of one image. */
    long evaluations() {
        return evaluations;
    }

    /** Vector-Jacobian products of the network so far, each of one image; one costs about two evaluations. */
    long products() {
        return products;
    }

    /** Takes up the counts of an earlier run. */
    void count(long evaluations, long products) {
        this.evaluations += evaluations;
        this.products += products;
    }

    /**
     * The distances of some pairs.
     *
     * @throws IllegalArgumentException if the parameters give no solver
     * @throws IllegalStateException if a state or a distance is not finite
     */
    double[] losses(double[] theta, Batch pairs) {
        Solver solver = family.solver(theta);
        Program program = Program.of(solver, model.schedule(), model.prediction());
        double[] losses = new double[pairs.size()];
        batch = BatchLoop.over(0, losses.length, batch, (from, to) -> {
            try (NDManager scope = pairs.noise.getManager().newSubManager()) {
                NDArray x = Executor.run(program, pairs.network(model, from, to), slice(pairs.noise, from, to, scope));
                NDArray targets = slice(pairs.targets, from, to, scope);
                copy(distance.measure(x.toType(DataType.FLOAT32, false), targets).values(), losses, from);
            }
            evaluations += (long) (to - from) * program.evaluations();
        });
        return losses;
    }

    /**
     * Distances, gradient, and the curvature if asked for.
     *
     * @param random makes the cotangents of the curvature
     * @throws IllegalArgumentException if the parameters give no solver
     * @throws IllegalStateException if a state or a distance is not finite
     */
    Linearization linearize(double[] theta, Batch pairs, Optional<SplittableRandom> random) {
        DifferentiableProgram program =
                DifferentiableProgram.of(family.trace(theta), model.schedule(), model.prediction());
        int count = pairs.size();
        double[] losses = new double[count];
        double[] gradient = new double[theta.length];
        double[][] noise = new double[count][];
        float[][] cotangents = new float[count][];
        double[][] curvature = new double[theta.length][theta.length];
        batch = BatchLoop.over(0, count, batch, (from, to) -> {
            try (NDManager scope = pairs.noise.getManager().newSubManager();
                    ReverseSweep sweep = ReverseSweep.run(program.program(), pairs.network(model, from, to),
                            slice(pairs.noise, from, to, scope), graphs)) {
                sweep.sample().attach(scope);
                NDArray x = sweep.sample().toType(DataType.FLOAT32, false);
                NDArray targets = slice(pairs.targets, from, to, scope);
                Distance.Measured measured = Backpropagation.record(() -> distance.measure(x, targets), x);
                copy(measured.values(), losses, from);
                NDArray ones = scope.ones(measured.values().getShape(), measured.values().getDataType());
                ReverseSweep.Gradient exact =
                        sweep.pullback(Backpropagation.pullback(measured.values(), ones, true, scope, x)[0]);
                double[][] rows = {};
                if (random.isPresent()) {
                    NDArray v = normal(cotangents, from, to, measured.embedding().getShape(), random.get(), scope);
                    rows = program.parameters(sweep.pullback(
                            Backpropagation.pullback(measured.embedding(), v, false, scope, x)[0]).numbers());
                }
                // sums only from here on, where nothing asks a device for memory any more
                for (double[] row : program.parameters(exact.numbers())) {
                    add(gradient, row, 1.0 / count);
                }
                for (double[] row : rows) {
                    for (int p = 0; p < row.length; p++) {
                        add(curvature[p], row, 2 * row[p] / count);
                    }
                }
                double[] flat = exact.noise().toDoubleArray();
                int size = flat.length / (to - from);
                for (int i = from; i < to; i++) {
                    noise[i] = Arrays.copyOfRange(flat, (i - from) * size, (i - from + 1) * size);
                }
            }
            long calls = (long) (to - from) * program.program().evaluations();
            int sweeps = random.isPresent() ? 2 : 1;
            evaluations += calls * (graphs == ReverseSweep.Graphs.KEPT ? 1 : 1 + sweeps);
            products += calls * sweeps;
        });
        return new Linearization(losses, gradient, random.map(r -> curvature), noise);
    }

    private static void add(double[] sum, double[] row, double factor) {
        for (int i = 0; i < sum.length; i++) {
            sum[i] += factor * row[i];
        }
    }

    /** Normal numbers for pairs {@code from} to {@code to}: those that were drawn, if the batch is tried again. */
    private static NDArray normal(float[][] drawn, int from, int to, Shape shape, SplittableRandom random, NDManager scope) {
        FloatBuffer values = FloatBuffer.allocate(Math.toIntExact(shape.size()));
        for (int i = from; i < to; i++) {
            if (drawn[i] == null) {
                drawn[i] = new float[values.capacity() / (to - from)];
                for (int k = 0; k < drawn[i].length; k++) {
                    drawn[i][k] = (float) random.nextGaussian();
                }
            }
            values.put(drawn[i]);
        }
        return scope.create(values.array(), shape);
    }

    private static NDArray slice(NDArray array, int from, int to, NDManager scope) {
        NDArray slice = array.get(from + ":" + to);
        slice.attach(scope);
        return slice;
    }

    private static void copy(NDArray values, double[] losses, int from) {
        double[] some = values.toType(DataType.FLOAT64, false).toDoubleArray();
        for (double loss : some) {
            if (!Double.isFinite(loss)) {
                throw new IllegalStateException("The distance to the teacher is " + loss + ".");
            }
        }
        System.arraycopy(some, 0, losses, from, some.length);
    }
}
