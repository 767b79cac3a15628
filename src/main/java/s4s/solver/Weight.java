package s4s.solver;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;

/**
 * A weight in a solver's row: one number for all elements of a sample, or a number for each element. Arithmetic is elementwise;
 * a number goes with any shape. Immutable.
 */
public final class Weight implements Serializable {

    /** The number 0. */
    public static final Weight ZERO = of(0);
    /** The number 1. */
    public static final Weight ONE = of(1);

    private final long[] shape;
    private final double[] values;

    private Weight(long[] shape, double[] values) {
        this.shape = shape;
        this.values = values;
    }

    /** The same number for all elements. */
    public static Weight of(double number) {
        return new Weight(new long[0], new double[] {number});
    }

    /**
     * A number for each element.
     *
     * @param values in row-major order
     * @param shape of a sample, without the batch; none at all means one number for all elements
     * @throws IllegalArgumentException if the shape does not hold just these values
     */
    public static Weight of(double[] values, long... shape) {
        if (Arrays.stream(shape).anyMatch(n -> n < 1) || Arrays.stream(shape).reduce(1, (a, n) -> a * n) != values.length) {
            throw new IllegalArgumentException(
                    "A weight of shape " + Arrays.toString(shape) + " does not hold " + values.length + " values.");
        }
        return new Weight(shape.clone(), values.clone());
    }

    /** Whether this is one number for all elements. */
    public boolean isNumber() {
        return shape.length == 0;
    }

    /**
     * The number for all elements.
     *
     * @throws IllegalStateException if the elements have numbers of their own
     */
    public double number() {
        if (!isNumber()) {
            throw new IllegalStateException("A weight of shape " + Arrays.toString(shape) + " is not one number.");
        }
        return values[0];
    }

    /** The values in row-major order; a single one for a number. */
    public double[] values() {
        return values.clone();
    }

    /** The shape of a sample; empty for a number. */
    public long[] shape() {
        return shape.clone();
    }

    /** Whether this is the number 1. */
    public boolean isOne() {
        return isNumber() && number() == 1;
    }

    /** Whether all values are 0. */
    public boolean isZero() {
        return Arrays.stream(values).allMatch(v -> v == 0);
    }

    /** Whether no value is infinite or NaN. */
    public boolean isFinite() {
        return Arrays.stream(values).allMatch(Double::isFinite);
    }

    /** Whether both can stand in one formula: a number with anything, else equal shapes. */
    public boolean fits(Weight other) {
        return isNumber() || other.isNumber() || Arrays.equals(shape, other.shape);
    }

    /** {@code this + other}. */
    public Weight plus(Weight other) {
        return combine(other, Double::sum);
    }

    /** {@code this - other}. */
    public Weight minus(Weight other) {
        return combine(other, (a, b) -> a - b);
    }

    /** {@code this * other}. */
    public Weight times(Weight other) {
        return combine(other, (a, b) -> a * b);
    }

    /** {@code factor * this}. */
    public Weight times(double factor) {
        return map(v -> v * factor);
    }

    /** {@code e^this}. */
    public Weight exp() {
        return map(Math::exp);
    }

    private Weight map(DoubleUnaryOperator function) {
        double[] result = new double[values.length];
        Arrays.setAll(result, i -> function.applyAsDouble(values[i]));
        return new Weight(shape, result);
    }

    private Weight combine(Weight other, DoubleBinaryOperator function) {
        if (!fits(other)) {
            throw new IllegalArgumentException("Weights of shapes " + Arrays.toString(shape) + " and "
                    + Arrays.toString(other.shape) + " do not go together.");
        }
        if (other.isNumber()) {
            return map(v -> function.applyAsDouble(v, other.values[0]));
        }
        if (isNumber()) {
            return other.map(v -> function.applyAsDouble(values[0], v));
        }
        double[] result = new double[values.length];
        Arrays.setAll(result, i -> function.applyAsDouble(values[i], other.values[i]));
        return new Weight(shape, result);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Weight that && Arrays.equals(shape, that.shape) && Arrays.equals(values, that.values);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(shape) + Arrays.hashCode(values);
    }

    @Override
    public String toString() {
        return isNumber() ? Double.toString(values[0]) : "Weight" + Arrays.toString(shape);
    }
}
