package s4s.solver;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * A linear combination of a solver's states {@code y_i} and outputs {@code f_i}, with differentiable weights. The formulas of
 * methods are written in rows. Immutable.
 */
public final class Row {

    /** The empty combination. */
    public static final Row ZERO = new Row(Map.of(), Map.of());

    private final Map<Integer, DerivativeStructure> states;
    private final Map<Integer, DerivativeStructure> outputs;

    private Row(Map<Integer, DerivativeStructure> states, Map<Integer, DerivativeStructure> outputs) {
        this.states = states;
        this.outputs = outputs;
    }

    /** {@code weight y_node}. */
    public static Row state(int node, DerivativeStructure weight) {
        return new Row(Map.of(node, weight), Map.of());
    }

    /** {@code weight f_node}. */
    public static Row output(int node, DerivativeStructure weight) {
        return new Row(Map.of(), Map.of(node, weight));
    }

    /**
     * {@code sum_j weights[j] rows[j]}.
     *
     * @param weights the weights
     * @param rows at least as many rows; more do not count
     */
    public static Row sum(DerivativeStructure[] weights, List<Row> rows) {
        Row sum = ZERO;
        for (int j = 0; j < weights.length; j++) {
            sum = sum.plus(rows.get(j).times(weights[j]));
        }
        return sum;
    }

    /** {@link #sum(DerivativeStructure[], List)} with plain weights. */
    public static Row sum(double[] weights, List<Row> rows) {
        Row sum = ZERO;
        for (int j = 0; j < weights.length; j++) {
            sum = sum.plus(rows.get(j).times(weights[j]));
        }
        return sum;
    }

    /** {@code this + other}. */
    public Row plus(Row other) {
        return new Row(sum(states, other.states), sum(outputs, other.outputs));
    }

    /** {@code this - other}. */
    public Row minus(Row other) {
        return plus(other.times(-1));
    }

    /** {@code factor * this}. */
    public Row times(double factor) {
        return new Row(scaled(states, w -> w.multiply(factor)), scaled(outputs, w -> w.multiply(factor)));
    }

    /** {@code factor * this}. */
    public Row times(DerivativeStructure factor) {
        return new Row(scaled(states, w -> w.multiply(factor)), scaled(outputs, w -> w.multiply(factor)));
    }

    /** {@code this / divisor}. */
    public Row over(DerivativeStructure divisor) {
        return times(divisor.reciprocal());
    }

    /** {@code this / divisor}. */
    public Row over(double divisor) {
        return times(1 / divisor);
    }

    /** Weights of states by node; absent means 0. */
    public Map<Integer, DerivativeStructure> states() {
        return Collections.unmodifiableMap(states);
    }

    /** Weights of outputs by node; absent means 0. */
    public Map<Integer, DerivativeStructure> outputs() {
        return Collections.unmodifiableMap(outputs);
    }

    /** This row with every output {@code f_i} replaced by another row, {@code f_i = replacement(i)}. */
    public Row substitute(IntFunction<Row> replacement) {
        return substitute(new Row(states, Map.of()), outputs, replacement);
    }

    /** This row with every state {@code y_i} replaced by another row, {@code y_i = replacement(i)}. */
    public Row substituteStates(IntFunction<Row> replacement) {
        return substitute(new Row(Map.of(), outputs), states, replacement);
    }

    private static Row substitute(Row rest, Map<Integer, DerivativeStructure> weights, IntFunction<Row> replacement) {
        Row row = rest;
        for (Map.Entry<Integer, DerivativeStructure> weight : weights.entrySet()) {
            row = row.plus(replacement.apply(weight.getKey()).times(weight.getValue()));
        }
        return row;
    }

    private static Map<Integer, DerivativeStructure> sum(
            Map<Integer, DerivativeStructure> a, Map<Integer, DerivativeStructure> b) {
        Map<Integer, DerivativeStructure> sum = new TreeMap<>(a);
        b.forEach((node, weight) -> sum.merge(node, weight, DerivativeStructure::add));
        return sum;
    }

    private static Map<Integer, DerivativeStructure> scaled(
            Map<Integer, DerivativeStructure> weights, UnaryOperator<DerivativeStructure> factor) {
        Map<Integer, DerivativeStructure> scaled = new TreeMap<>();
        weights.forEach((node, weight) -> scaled.put(node, factor.apply(weight)));
        return scaled;
    }
}
