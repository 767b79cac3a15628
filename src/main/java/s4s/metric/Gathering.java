package s4s.metric;

import java.util.Map;
import s4s.io.NpyArray;

/** What feature vectors are gathered in, one batch after another; can be stored and taken up again. */
interface Gathering {
    /**
     * Adds vectors stored one after another.
     *
     * @throws IllegalArgumentException if they are no whole vectors, or a number is not finite
     */
    void add(float[] vectors);

    /** How many vectors were added. */
    long count();

    /** The state as arrays, from which the class' {@code of} goes on with the same bits. */
    Map<String, NpyArray> arrays();
}
