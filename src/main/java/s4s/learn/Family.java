package s4s.learn;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.grid.Grids;
import s4s.solver.Method;
import s4s.solver.Multistep;
import s4s.solver.Row;
import s4s.solver.Solver;
import s4s.solver.TracedSolver;
import s4s.solver.WeightedMultistep;

/**
 * A family of solvers that can be learned: a map from parameters to a solver. It starts at a known method on a known grid,
 * exactly.
 *
 * <p>A family is three choices: the method that it starts from, the times ({@link Times}: fixed or learned), and the weights that
 * gain a learned number ({@link Form}). The method's formulas are written again at the current times, so its theory goes along
 * when times move, and the learned numbers are added to it.
 */
public final class Family {

    private final String name;
    private final String base;
    private final Block[] blocks;
    private final double[] start;
    private final Solver.Bounds bounds;
    private final Function<DerivativeStructure[], TracedSolver> table;

    private Family(String name, String base, Block[] blocks, double[] start, Solver.Bounds bounds,
            Function<DerivativeStructure[], TracedSolver> table) {
        if (blocks.length == 0) {
            throw new IllegalArgumentException(name + " on " + base + " has nothing to learn: neither times nor weights.");
        }
        this.name = name;
        this.base = base;
        this.blocks = blocks;
        this.start = start;
        this.bounds = bounds;
        this.table = table;
    }

    /**
     * A method with learned weights, learned times, or both.
     *
     * @param name short name
     * @param base the start's method
     * @param times the start's grid and what of it is learned
     * @param form which weights are learned
     * @throws IllegalArgumentException if the method cannot be written in the form, or nothing is learned; the message says why
     */
    static Family of(String name, Method base, Times times, Form form) {
        Block[] moving = times.blocks();
        Function<DerivativeStructure[], TracedSolver> written = theta -> {
            DerivativeStructure one = theta.length == 0 ? new DerivativeStructure(0, 1, 1) : theta[0].getField().getOne();
            Times.Levels levels =
                    times.levels(one, Arrays.copyOfRange(theta, theta.length - moving.length, theta.length));
            return form.written().apply(base.trace(levels.sigmas(), levels.evaluateAt()));
        };
        int weights = form.places().apply(written.apply(variables(times.start()))).size();
        double[] begin = joined(weights, times.start());
        return new Family(name, base.name(), joined(weights, moving), begin, Solver.Bounds.RANGE, theta -> {
            TracedSolver start = written.apply(theta);
            List<Place> places = form.places().apply(start);
            List<Row> rows = new ArrayList<>(start.nodes().stream().map(TracedSolver.Node::row).toList());
            for (int j = 0; j < weights; j++) {
                Place place = places.get(j);
                rows.set(place.node(), rows.get(place.node()).plus(place.term(theta[j])));
            }
            return start.withRows(rows);
        });
    }

    /**
     * DyWeight's weights and scales of the conditioning times; see {@link WeightedMultistep#dyWeight}. It starts at
     * iPNDM; the parameters are what is added to its weights, and to the scales 1.
     *
     * @param order how many outputs a step weighs at most, 1 to 4
     * @param sigmas N + 1 noise levels, strictly decreasing
     */
    static Family dyWeight(int order, double[] sigmas) {
        double[] grid = Grids.of(sigmas);
        int steps = grid.length - 1;
        Times times = Times.fixed(grid);
        double[][] ipndm = slopes(Multistep.ipndm(order).build(grid), order);
        int weights = Arrays.stream(ipndm).mapToInt(row -> row.length).sum();
        int[] first = new int[steps];
        for (int i = 1; i < steps; i++) {
            first[i] = first[i - 1] + ipndm[i - 1].length;
        }
        Block[] scales = Stream.generate(() -> Block.OFFSETS).limit(steps).toArray(Block[]::new);
        double[] zeros = new double[weights + steps];
        return new Family("dyweight", "ipndm-" + order, joined(weights, scales), zeros, Solver.Bounds.TOLD_FREELY, theta -> {
            Times.Levels levels = times.levels(theta[0].getField().getOne(), new DerivativeStructure[0]);
            return WeightedMultistep.dyWeight(order, (t, i, back) -> theta[first[i] + back].add(ipndm[i][back]),
                    (t, i, back) -> theta[weights + i].add(1)).trace(levels.sigmas(), levels.evaluateAt());
        });
    }

    /** Weights of the last outputs in each step's slope. */
    private static double[][] slopes(Solver multistep, int order) {
        return IntStream.range(1, multistep.stages().size()).mapToObj(k -> {
            double step = multistep.stages().get(k).sigma() - multistep.stages().get(k - 1).sigma();
            return IntStream.rangeClosed(1, Math.min(order, k))
                    .mapToDouble(back -> multistep.stages().get(k).outputs()[k - back] / step).toArray();
        }).toArray(double[][]::new);
    }

    private static Block[] joined(int weights, Block[] moving) {
        return Stream.concat(Stream.generate(() -> Block.WEIGHTS).limit(weights), Arrays.stream(moving)).toArray(Block[]::new);
    }

    private static double[] joined(int weights, double[] moving) {
        return DoubleStream.concat(DoubleStream.generate(() -> 0).limit(weights), Arrays.stream(moving)).toArray();
    }

    private static DerivativeStructure[] constants(double[] theta) {
        return Arrays.stream(theta).mapToObj(v -> new DerivativeStructure(0, 1, v)).toArray(DerivativeStructure[]::new);
    }

    private static DerivativeStructure[] variables(double[] theta) {
        return IntStream.range(0, theta.length).mapToObj(i -> new DerivativeStructure(theta.length, 1, i, theta[i]))
                .toArray(DerivativeStructure[]::new);
    }

    /** Short name, for instance {@code s4s-lms-3}. */
    public String name() {
        return name;
    }

    /** Name of the method that the family starts from. */
    public String base() {
        return base;
    }

    /** Number of parameters. */
    public int size() {
        return start.length;
    }

    /** What kind of parameter each is: first weights, then times, then offsets. */
    public Block[] blocks() {
        return blocks.clone();
    }

    /** The parameters of the start. */
    public double[] start() {
        return start.clone();
    }

    /**
     * The solver of some parameters.
     *
     * @throws IllegalArgumentException if they give none, for instance because times coincide; the message says why
     */
    public Solver solver(double[] theta) {
        requireSize(theta);
        return table.apply(constants(theta)).value().named(name).bounded(bounds);
    }

    /** The solver of some parameters with its derivatives with respect to them. */
    public TracedSolver trace(double[] theta) {
        requireSize(theta);
        return table.apply(variables(theta));
    }

    private void requireSize(double[] theta) {
        if (theta.length != size()) {
            throw new IllegalArgumentException(name + " has " + size() + " parameters, not " + theta.length + ".");
        }
    }
}
