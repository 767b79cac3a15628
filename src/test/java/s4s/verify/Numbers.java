package s4s.verify;

import java.util.Arrays;
import java.util.stream.LongStream;

/**
 * An array of the vectors in float64.
 *
 * @param values in C order; not to be changed
 * @param shape lengths of the axes
 */
record Numbers(double[] values, long[] shape) {

    /** The part with this index of the first axis. */
    Numbers row(int i) {
        if (shape.length == 0 || i < 0 || i >= shape[0]) {
            throw new IllegalArgumentException("there is no row " + i + " in an array of shape " + Arrays.toString(shape));
        }
        long[] rest = Arrays.copyOfRange(shape, 1, shape.length);
        int size = Math.toIntExact(LongStream.of(rest).reduce(1, Math::multiplyExact));
        return new Numbers(Arrays.copyOfRange(values, i * size, (i + 1) * size), rest);
    }

    /** The length of the first axis. */
    int rows() {
        return shape.length == 0 ? 1 : Math.toIntExact(shape[0]);
    }

    /** The length of the last axis. */
    int width() {
        return shape.length == 0 ? 1 : Math.toIntExact(shape[shape.length - 1]);
    }

    /** The values before the first NaN: rows of unequal length are padded with it. */
    double[] unpadded() {
        int length = 0;
        while (length < values.length && !Double.isNaN(values[length])) {
            length++;
        }
        return Arrays.copyOf(values, length);
    }

    /** The only value. */
    double number() {
        if (values.length != 1) {
            throw new IllegalArgumentException("one number is expected, not an array of shape " + Arrays.toString(shape));
        }
        return values[0];
    }
}
