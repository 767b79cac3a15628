package s4s.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.sampling.Adjoint;
import s4s.sampling.Backpropagation;
import s4s.sampling.BatchLoop;
import s4s.sampling.DifferentiableProgram;
import s4s.sampling.DivergedException;
import s4s.sampling.Executor;
import s4s.sampling.Program;

/**
 * How far the samples of a family's solvers lie from a teacher's, with exact gradients, and what was paid for it.
 *
 * <p>The Gauss-Newton matrix of the mean distance, {@code 2 / n sum_i J_i^T J_i} with {@code J_i} the derivative of pair i's
 * {@link Distance.Measured#embedding}, comes from one more sweep with normal random cotangents {@code v_i}: the rows
 * {@code J_i^T v_i} have the second moment {@code J_i^T J_i}. With few parameters some dozen pairs give a good estimate, for the
 * price of a gradient. A distance without embedding has {@link Secants} instead.
 */
final class Objective {

    /** A step that shows the derivative of samples of float32, whose parameters are in units of a first-order step. */
    private static final double STEP = 0x1p-7;

    private final Family family;
    private final DiffusionModel model;
    private final Distance distance;
    private final Adjoint.Graphs graphs;
    private int batch;
    private long evaluations;
    private long products;

    /**
     * @param batch most pairs in a network call; fewer once a device had no memory for so many
     */
    Objective(Family family, DiffusionModel model, Distance distance, Adjoint.Graphs graphs, int batch) {
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
     * @throws DivergedException if the parameters give no solver, or a state or a distance is not finite
     */
    double[] losses(double[] theta, Batch pairs) {
        Program program = program(theta);
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

    /** The mean distance of the targets from numbers that are larger than theirs by some roundings of float32. */
    double rounding(Batch pairs) {
        double[] losses = new double[pairs.size()];
        batch = BatchLoop.over(0, losses.length, batch, (from, to) -> {
            try (NDManager scope = pairs.noise.getManager().newSubManager()) {
                NDArray targets = slice(pairs.targets, from, to, scope);
                copy(distance.measure(targets.mul(1 + 0x1p-17f), targets).values(), losses, from);
            }
        });
        return Linearization.mean(losses);
    }

    private Program program(double[] theta) {
        return Program.of(made(family::solver, theta), model.schedule(), model.prediction());
    }

    private static <T> T made(Function<double[], T> solver, double[] theta) {
        try {
            return solver.apply(theta);
        } catch (IllegalArgumentException e) {
            throw new DivergedException("The parameters give no solver: " + e.getMessage(), e);
        }
    }

    /** Around all parameters. */
    Linearization linearize(double[] theta, Batch pairs, Optional<SplittableRandom> random) {
        return linearize(theta, IntStream.range(0, theta.length).toArray(), pairs, random);
    }

    /**
     * Distances, and by the free parameters the gradient, and the curvature if asked for.
     *
     * @param free indices of parameters
     * @param random makes the curvature's estimate
     * @throws DivergedException if the parameters give no solver, or a state, a distance or its gradient is not finite
     */
    Linearization linearize(double[] theta, int[] free, Batch pairs, Optional<SplittableRandom> random) {
        DifferentiableProgram program =
                DifferentiableProgram.of(made(family::trace, theta), model.schedule(), model.prediction());
        int count = pairs.size();
        double[] losses = new double[count];
        double[][] gradients = new double[count][];
        double[][] noise = new double[count][];
        float[][] cotangents = new float[count][];
        double[][] curvature = new double[free.length][free.length];
        boolean[] embedded = new boolean[1];
        double[] squares = new double[count];
        batch = BatchLoop.over(0, count, batch, (from, to) -> {
            try (NDManager scope = pairs.noise.getManager().newSubManager();
                    Adjoint sweep = Adjoint.run(program.program(), pairs.network(model, from, to),
                            slice(pairs.noise, from, to, scope), graphs)) {
                sweep.sample().attach(scope);
                NDArray x = sweep.sample().toType(DataType.FLOAT32, false);
                NDArray targets = slice(pairs.targets, from, to, scope);
                Distance.Measured measured = Backpropagation.record(() -> distance.measure(x, targets), x);
                copy(measured.values(), losses, from);
                Adjoint.Gradient exact = sweep.pullback(gradient(measured, x, true, scope));
                double[][] rows = {};
                if (random.isPresent() && measured.embedding().isPresent()) {
                    NDArray embedding = measured.embedding().get();
                    NDArray v = normal(cotangents, from, to, embedding.getShape(), random.get(), scope);
                    rows = columns(program.parameters(sweep.pullback(
                            Backpropagation.pullback(embedding, v, false, scope, x)[0]).numbers()), free);
                }
                // sums only from here on, where nothing asks a device for memory any more
                System.arraycopy(columns(program.parameters(exact.numbers()), free), 0, gradients, from, to - from);
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
                embedded[0] = measured.embedding().isPresent();
                double[] some = x.sub(targets).reshape(to - from, -1).square().sum(new int[] {1})
                        .toType(DataType.FLOAT64, false).toDoubleArray();
                System.arraycopy(some, 0, squares, from, some.length);
            }
            long calls = (long) (to - from) * program.program().evaluations();
            int sweeps = random.isPresent() && embedded[0] ? 2 : 1;
            evaluations += calls * (graphs == Adjoint.Graphs.KEPT ? 1 : 1 + sweeps);
            products += calls * sweeps;
        });
        if (!Arrays.stream(gradients).flatMapToDouble(Arrays::stream).allMatch(Double::isFinite)) {
            throw new DivergedException("The gradient of the distance to the teacher is not finite.");
        }
        if (random.isEmpty() || embedded[0]) {
            return new Linearization(losses, gradients, random.map(r -> new Curvature(curvature, 1, false)), noise);
        }
        return new Linearization(losses, gradients, Optional.of(secants(theta, free, pairs, losses, squares, random.get())),
                noise);
    }

    private static double[][] columns(double[][] rows, int[] chosen) {
        return Arrays.stream(rows).map(row -> Arrays.stream(chosen).mapToDouble(i -> row[i]).toArray())
                .toArray(double[][]::new);
    }

    /**
     * Derivative of each pair's distance with respect to its sample. A distance of 0 is at its least, there the derivative is 0,
     * also that of a root, which has none.
     */
    private static NDArray gradient(Distance.Measured measured, NDArray x, boolean again, NDManager scope) {
        NDArray ones = scope.ones(measured.values().getShape(), measured.values().getDataType());
        NDArray gradient = Backpropagation.pullback(measured.values(), ones, again, scope, x)[0];
        double[] values = measured.values().toType(DataType.FLOAT64, false).toDoubleArray();
        for (int i = 0; i < values.length; i++) {
            if (values[i] == 0) {
                gradient.set(new NDIndex(i), 0);
            }
        }
        return gradient;
    }

    /**
     * The Gauss-Newton matrix by {@link Secants} of some pairs: of as many as make it about as dear as a sweep of all, drawn with
     * chances that are proportional to {@code d_i / |x_i - y_i|^2}, about the size of their share in it.
     */
    private Curvature secants(double[] theta, int[] free, Batch pairs, double[] losses, double[] squares,
            SplittableRandom random) {
        int some = Math.min(pairs.size(), Math.max(1, Math.round(2f * pairs.size() / free.length)));
        double[] weights = IntStream.range(0, losses.length)
                .mapToDouble(i -> squares[i] > 0 ? losses[i] / squares[i] : 0).toArray();
        double whole = Arrays.stream(weights).sum();
        if (!(whole > 0)) {
            return new Curvature(new double[free.length][free.length], 1, true);
        }
        int[] chosen = systematic(weights, some, random.nextDouble());
        long[] seeds = Arrays.stream(chosen).mapToLong(i -> pairs.seeds[i]).toArray();
        double[][] matrix = new double[free.length][free.length];
        try (NDManager outer = pairs.noise.getManager().newSubManager()) {
            Batch batchOf = new Batch(seeds, Learner.rows(pairs.noise, chosen, outer), Learner.rows(pairs.targets, chosen, outer));
            batch = BatchLoop.over(0, some, batch, (from, to) -> {
                double[][] sum;
                try (NDManager scope = outer.newSubManager()) {
                    NDArray noise = slice(batchOf.noise, from, to, scope);
                    NDArray targets = slice(batchOf.targets, from, to, scope);
                    NDArray here = Executor.run(program(theta), batchOf.network(model, from, to), noise);
                    NDList directions = new NDList();
                    for (int p : free) {
                        double[] moved = theta.clone();
                        moved[p] += STEP;
                        try (NDArray there = Executor.run(program(moved), batchOf.network(model, from, to), noise)) {
                            directions.add(there.sub(here).div(STEP));
                        }
                    }
                    double[] shares = IntStream.range(from, to)
                            .mapToDouble(i -> whole / pairs.size() / some / weights[chosen[i]]).toArray();
                    sum = Secants.sum(distance, directions, here, targets,
                            Arrays.stream(chosen, from, to).mapToDouble(i -> losses[i]).toArray(), shares, scope);
                }
                for (int p = 0; p < free.length; p++) {
                    add(matrix[p], sum[p], 1);
                }
            });
        }
        evaluations += (long) some * (free.length + 1) * program(theta).evaluations();
        return new Curvature(Secants.positive(matrix), whole / pairs.size(), true);
    }

    /** Indices at equal distances on the line of the weights laid end to end: each drawn by its weight. */
    private static int[] systematic(double[] weights, int count, double offset) {
        double whole = Arrays.stream(weights).sum();
        int[] drawn = new int[count];
        double passed = 0;
        int k = 0;
        for (int i = 0; i < weights.length; i++) {
            passed += weights[i];
            while (k < count && (k + offset) * whole / count < passed) {
                drawn[k++] = i;
            }
        }
        return Arrays.copyOf(drawn, k);
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
                throw new DivergedException("The distance to the teacher is " + loss + ".");
            }
        }
        System.arraycopy(some, 0, losses, from, some.length);
    }
}
