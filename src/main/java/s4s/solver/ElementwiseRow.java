package s4s.solver;

import java.io.Serializable;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;

/**
 * A combination of a solver's states {@code y_i} and outputs {@code f_i} in which every element of a sample has weights and a
 * constant of its own: {@code sum_i a_i y_i + sum_i b_i f_i + c}, all products elementwise. Immutable.
 *
 * @param states weights of states by node; absent means 0
 * @param outputs weights of outputs by node; absent means 0
 * @param constant {@code c}
 */
public record ElementwiseRow(Map<Integer, Weight> states, Map<Integer, Weight> outputs, Weight constant)
        implements Serializable {

    /** The empty combination. */
    public static final ElementwiseRow ZERO = new ElementwiseRow(Map.of(), Map.of(), Weight.ZERO);

    public ElementwiseRow {
        states = Collections.unmodifiableMap(new TreeMap<>(states));
        outputs = Collections.unmodifiableMap(new TreeMap<>(outputs));
    }

    /** {@code weight y_node}. */
    public static ElementwiseRow state(int node, Weight weight) {
        return new ElementwiseRow(Map.of(node, weight), Map.of(), Weight.ZERO);
    }

    /** {@code weight f_node}. */
    public static ElementwiseRow output(int node, Weight weight) {
        return new ElementwiseRow(Map.of(), Map.of(node, weight), Weight.ZERO);
    }

    /** {@code this + other}. */
    public ElementwiseRow plus(ElementwiseRow other) {
        return new ElementwiseRow(
                sum(states, other.states), sum(outputs, other.outputs), constant.plus(other.constant));
    }

    /** {@code this + number}, a constant. */
    public ElementwiseRow plus(Weight number) {
        return new ElementwiseRow(states, outputs, constant.plus(number));
    }

    /** {@code factor * this}. */
    public ElementwiseRow times(Weight factor) {
        return new ElementwiseRow(scaled(states, factor), scaled(outputs, factor), constant.times(factor));
    }

    private static Map<Integer, Weight> sum(Map<Integer, Weight> a, Map<Integer, Weight> b) {
        Map<Integer, Weight> sum = new TreeMap<>(a);
        b.forEach((node, weight) -> sum.merge(node, weight, Weight::plus));
        return sum;
    }

    private static Map<Integer, Weight> scaled(Map<Integer, Weight> weights, Weight factor) {
        Map<Integer, Weight> scaled = new TreeMap<>();
        weights.forEach((node, weight) -> scaled.put(node, weight.times(factor)));
        return scaled;
    }
}
