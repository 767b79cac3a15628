package s4s.learn;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;

/**
 * First-order rules, as the papers use them: SGD, RMSprop and Adam, with clipping of the gradient's length and decay of the
 * learning rate.
 */
public final class GradientDescent implements Optimizer {

    /** How a gradient becomes a step. */
    public sealed interface Rule {
        /** {@code -rate g}. */
        record Sgd(double rate) implements Rule {}

        /**
         * {@code v = 0.99 v + 0.01 g^2},  {@code m = momentum m + g / (sqrt v + 1e-8)},  step {@code -rate m}.
         */
        record RmsProp(double rate, double momentum) implements Rule {}

        /**
         * Adam with decays 0.9 and 0.999 and bias correction.
         *
         * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba 2015</a>
         */
        record Adam(double rate) implements Rule {}
    }

    private static final double EPSILON = 1e-8;

    private final Function<Block, Rule> rules;
    private final double clip;
    private final double decay;
    private double steps;
    private double[] mean = {};
    private double[] square = {};

    /**
     * @param rules the rule of each kind of parameter
     * @param clip longest gradient; longer ones are shortened to it. Infinite: no clipping
     * @param decay factor of the learning rate after each step, 1: none
     */
    public GradientDescent(Function<Block, Rule> rules, double clip, double decay) {
        if (!(clip > 0 && decay > 0 && decay <= 1)) {
            throw new IllegalArgumentException("Clipping must be positive and decay in (0, 1], not " + clip + " and " + decay + ".");
        }
        this.rules = rules;
        this.clip = clip;
        this.decay = decay;
    }

    /** Adam alone. */
    public static GradientDescent adam(double rate, double clip) {
        return new GradientDescent(block -> new Rule.Adam(rate), clip, 1);
    }

    /**
     * LD3's rules: RMSprop for weights and times, SGD for the offsets of the conditioning times, gradient of length
     * 1 at most.
     *
     * @see <a href="https://arxiv.org/abs/2405.15506">Tong et al. 2025</a>
     */
    public static GradientDescent ld3() {
        return new GradientDescent(block -> block == Block.OFFSETS ? new Rule.Sgd(0.1) : new Rule.RmsProp(0.005, 0.9), 1, 1);
    }

    @Override
    public double[] step(double[] theta, Block[] blocks, Sample sample) {
        double[] g = sample.linearize(false).gradient();
        double length = Math.sqrt(Arrays.stream(g).map(v -> v * v).sum());
        double shortened = length > clip ? clip / length : 1;
        if (mean.length == 0) {
            mean = new double[g.length];
            square = new double[g.length];
        }
        double rate = Math.pow(decay, steps);
        steps++;
        double[] next = theta.clone();
        for (int i = 0; i < g.length; i++) {
            next[i] -= rate * move(rules.apply(blocks[i]), i, g[i] * shortened);
        }
        return next;
    }

    private double move(Rule rule, int i, double g) {
        if (rule instanceof Rule.Sgd sgd) {
            return sgd.rate() * g;
        }
        if (rule instanceof Rule.RmsProp rms) {
            square[i] = 0.99 * square[i] + 0.01 * g * g;
            mean[i] = rms.momentum() * mean[i] + g / (Math.sqrt(square[i]) + EPSILON);
            return rms.rate() * mean[i];
        }
        mean[i] = 0.9 * mean[i] + 0.1 * g;
        square[i] = 0.999 * square[i] + 0.001 * g * g;
        double m = mean[i] / (1 - Math.pow(0.9, steps));
        double v = square[i] / (1 - Math.pow(0.999, steps));
        return ((Rule.Adam) rule).rate() * m / (Math.sqrt(v) + EPSILON);
    }

    @Override
    public Map<String, double[]> state() {
        return new HashMap<>(Map.of("steps", new double[] {steps}, "mean", mean, "square", square));
    }

    @Override
    public void restore(Map<String, double[]> state) {
        steps = state.get("steps")[0];
        mean = state.get("mean").clone();
        square = state.get("square").clone();
    }
}
