package s4s.learn;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.function.IntUnaryOperator;
import java.util.function.Supplier;
import s4s.sampling.Adjoint;

/**
 * How a family is learned.
 *
 * @param phases one after the other, each from the best parameters so far
 * @param batch most pairs in a network call
 * @param graphs what of the network's graphs is kept
 * @param radius of the ball around each training pair's starting noise in which the relaxed objective moves it, in units of the
 *     noise's standard deviation for the whole sample (not for each element); 0: the hard objective
 * @param validateEvery steps between validations, at least 1
 * @param patience validations without a better one that end a phase
 * @param average decay of the parameters' moving average, which is validated instead of them; 0: none
 */
public record Plan(List<Phase> phases, int batch, Adjoint.Graphs graphs, double radius, int validateEvery, int patience,
        double average) {

    /**
     * Some steps on some kinds of parameters; the others stay.
     *
     * @param name in progress and tables
     * @param blocks what is learned
     * @param steps how many, at most
     * @param pairs pairs of each step, by its number in the phase; at most the training pairs there are
     * @param optimizer makes the rule, new for each phase
     */
    public record Phase(String name, Set<Block> blocks, int steps, IntUnaryOperator pairs, Supplier<Optimizer> optimizer) {}

    /** Checks ranges. */
    public Plan {
        phases = List.copyOf(phases);
        if (phases.isEmpty() || batch < 1 || validateEvery < 1 || patience < 1 || !(radius >= 0 && average >= 0 && average < 1)) {
            throw new IllegalArgumentException("A plan has phases, a batch, validations and patience of at least 1, a radius of"
                    + " at least 0 and an average in [0, 1).");
        }
    }

    /** Damped Gauss-Newton on all parameters together, batches of 64, then 128 pairs: the default. */
    public static Plan gaussNewton(int steps) {
        return gaussNewton(List.of(gaussNewton("all", EnumSet.allOf(Block.class), steps)));
    }

    /**
     * S4S-Alt: weights with the times fixed, then times with the weights fixed, in rounds.
     *
     * @param rounds K
     * @param steps of each block in each round
     */
    public static Plan alternating(int rounds, int steps) {
        List<Phase> phases = new ArrayList<>();
        for (int round = 1; round <= rounds; round++) {
            phases.add(gaussNewton("weights " + round, EnumSet.of(Block.WEIGHTS), steps));
            phases.add(gaussNewton("times " + round, EnumSet.of(Block.TIMES, Block.OFFSETS), steps));
        }
        return gaussNewton(phases);
    }

    private static Plan gaussNewton(List<Phase> phases) {
        return new Plan(phases, 32, Adjoint.Graphs.KEPT, 0, 2, 8, 0);
    }

    private static Phase gaussNewton(String name, Set<Block> blocks, int steps) {
        return new Phase(name, blocks, steps, growing(64, 128, 12), () -> new GaussNewton(0.1));
    }

    /** GS's published recipe: Adam 1e-3 on 24 pairs a step, gradient of length 1 at most, moving average 0.999. */
    public static Plan gs(int steps) {
        return new Plan(List.of(new Phase("all", EnumSet.allOf(Block.class), steps, n -> 24,
                () -> GradientDescent.adam(1e-3, 1))), 24, Adjoint.Graphs.KEPT, 0, 100, 1000, 0.999);
    }

    /** Adam on 32 pairs a step, gradient of length 1 at most. */
    public static Plan adam(int steps, double rate) {
        if (!(rate > 0 && Double.isFinite(rate))) {
            throw new IllegalArgumentException("Adam's learning rate is positive and finite, not " + rate + ".");
        }
        return new Plan(List.of(new Phase("all", EnumSet.allOf(Block.class), steps, n -> 32,
                () -> GradientDescent.adam(rate, 1))), 32, Adjoint.Graphs.KEPT, 0, 10, 100, 0);
    }

    /** LD3's rules on 32 pairs a step; see {@link GradientDescent#ld3}. */
    public static Plan ld3(int steps) {
        return new Plan(List.of(new Phase("all", EnumSet.allOf(Block.class), steps, n -> 32, GradientDescent::ld3)), 32,
                Adjoint.Graphs.KEPT, 0, 10, 100, 0);
    }

    /** This plan with a relaxed objective. */
    public Plan relaxed(double newRadius) {
        return new Plan(phases, batch, graphs, newRadius, validateEvery, patience, average);
    }

    /** This plan with another choice of what is kept in memory. */
    public Plan with(Adjoint.Graphs kept) {
        return new Plan(phases, batch, kept, radius, validateEvery, patience, average);
    }

    /**
     * LD3's radius, {@code 0.001 C H W / N^2}.
     *
     * @param elements of a sample, C H W
     * @param nfe N
     * @see <a href="https://arxiv.org/abs/2405.15506">Tong et al. 2025</a>
     */
    public static double ld3Radius(long elements, int nfe) {
        return 0.001 * elements / ((double) nfe * nfe);
    }

    /** Batches that double every {@code period} steps. */
    static IntUnaryOperator growing(int from, int to, int period) {
        return step -> (int) Math.min(to, from * Math.pow(2, step / period));
    }
}
