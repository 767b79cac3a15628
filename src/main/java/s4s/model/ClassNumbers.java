package s4s.model;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Classes by number, 0 to count - 1, and how they become a network's rows.
 *
 * @param count C, at least 1
 * @param encoding the rows of class numbers
 */
public record ClassNumbers(int count, Encoding encoding) implements ConditionEncoder {

    /** What a network is told of its classes. */
    public interface Encoding {

        /** The shape of a row. */
        Shape shape();

        /** The rows of class numbers, joined. */
        float[] rows(int[] classes);

        /**
         * The row of no class.
         *
         * @throws IllegalArgumentException if the network knows of none
         */
        float[] none();
    }

    /** Checks the range. */
    public ClassNumbers {
        if (count < 1) {
            throw new IllegalArgumentException("a conditional network has at least one class, not " + count);
        }
    }

    /** Rows with a one at the class, and zeros for no class, as EDM's networks have them. */
    public static ClassNumbers oneHot(int count) {
        return new ClassNumbers(count, new Encoding() {
            @Override
            public Shape shape() {
                return new Shape(count);
            }

            @Override
            public float[] rows(int[] classes) {
                float[] rows = new float[classes.length * count];
                IntStream.range(0, classes.length).forEach(i -> rows[i * count + classes[i]] = 1);
                return rows;
            }

            @Override
            public float[] none() {
                return new float[count];
            }
        });
    }

    @Override
    public Shape shape() {
        return encoding.shape();
    }

    @Override
    public float[] none() {
        return encoding.none();
    }

    @Override
    public float[] rows(List<String> requests) {
        return encoding.rows(requests.stream().mapToInt(this::number).toArray());
    }

    private int number(String request) {
        String text = request.strip();
        if (text.matches("[0-9]{1,9}") && Integer.parseInt(text) < count) {
            return Integer.parseInt(text);
        }
        throw new IllegalArgumentException("there is no class \"" + request + "\"; give a number from 0 to " + (count - 1));
    }

    @Override
    public int classes() {
        return count;
    }
}
