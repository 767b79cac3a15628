package s4s.benchmark;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.LongConsumer;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import s4s.solver.Solver;

/**
 * How a solver that depends on two numbers scores over a grid of them: an image of the loss that learning descends. Variations
 * that only differ in late weights share their earlier network calls, so that a surface over two weights of the last stage costs
 * hardly more than one solver.
 *
 * @param first values of the first number
 * @param second values of the second number
 * @param scores for each first value, one for each second value
 */
public record Surface(double[] first, double[] second, List<Comparison.Score> scores) {

    /** Makes a solver from the two numbers. */
    @FunctionalInterface
    public interface Variation {
        /** The solver at a point of the grid. */
        Solver at(double first, double second);
    }

    public Surface {
        first = first.clone();
        second = second.clone();
        scores = List.copyOf(scores);
    }

    /**
     * Measures every point.
     *
     * @param comparison network, teacher's images and features
     * @param manager parent of all working memory
     * @param first values of the first number
     * @param second values of the second number
     * @param variation the solver
     * @param progress told the number of images done, up to points times images
     */
    public static Surface of(Comparison comparison, NDManager manager, double[] first, double[] second, Variation variation,
            LongConsumer progress) {
        List<Entry> entries = new ArrayList<>();
        for (double a : first) {
            for (double b : second) {
                entries.add(new Entry(a + ", " + b, "", variation.at(a, b)));
            }
        }
        return new Surface(first, second, comparison.run(manager, entries, progress));
    }

    /** One score at every point: a row for each first value, a column for each second. */
    public double[][] values(ToDoubleFunction<Comparison.Score> score) {
        return IntStream.range(0, first.length).mapToObj(i -> IntStream.range(0, second.length)
                .mapToDouble(j -> score.applyAsDouble(scores.get(i * second.length + j))).toArray()).toArray(double[][]::new);
    }

    /** The point with the lowest score: first and second value. */
    public double[] lowest(ToDoubleFunction<Comparison.Score> score) {
        int best = IntStream.range(0, scores.size()).boxed()
                .min((i, j) -> Double.compare(score.applyAsDouble(scores.get(i)), score.applyAsDouble(scores.get(j)))).orElseThrow();
        return new double[] {first[best / second.length], second[best % second.length]};
    }

    /** {@code count} equally spaced values with the given middle and half width. */
    public static double[] around(double middle, double halfWidth, int count) {
        return IntStream.range(0, count).mapToDouble(i -> middle + halfWidth * (2.0 * i / (count - 1) - 1)).toArray();
    }

    /** The first values as text for a figure's rows. */
    public List<String> firstLabels() {
        return labels(first);
    }

    /** The second values as text for a figure's columns. */
    public List<String> secondLabels() {
        return labels(second);
    }

    private static List<String> labels(double[] values) {
        return Arrays.stream(values).mapToObj(v -> String.format(Locale.ROOT, "%.3g", v)).toList();
    }

    @Override
    public double[] first() {
        return first.clone();
    }

    @Override
    public double[] second() {
        return second.clone();
    }
}
