package s4s.model;

import ai.djl.ndarray.types.Shape;
import java.util.List;

/** What a conditional network can be asked for, and how a request becomes numbers: a row for each request. */
public interface ConditionEncoder {

    /** The shape of a row. */
    Shape shape();

    /**
     * The row of no request at all.
     *
     * @throws IllegalArgumentException if the network was not trained without requests
     */
    float[] none();

    /**
     * The rows of requests, joined.
     *
     * @throws IllegalArgumentException for a request that the network does not know; the message says which it knows
     */
    float[] rows(List<String> requests);

    /** Rows one after the other. */
    static float[] join(List<float[]> rows) {
        float[] all = new float[rows.stream().mapToInt(row -> row.length).sum()];
        int at = 0;
        for (float[] row : rows) {
            System.arraycopy(row, 0, all, at, row.length);
            at += row.length;
        }
        return all;
    }

    /** How many classes there are, which are asked for by their numbers 0, 1, ...; 0 where requests are texts. */
    int classes();
}
