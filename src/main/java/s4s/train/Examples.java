package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;

/** What a network is trained on: numbered examples of one shape. */
public interface Examples {

    /** How many, at least one. */
    int count();

    /** Shape of one example. */
    Shape shape();

    /** Name of the data. */
    String source();

    /** Hash of the data's file; of several, joined by blanks. */
    String sha256();

    /**
     * A batch, float32 [indices, shape...], mirrored or otherwise varied at random.
     *
     * @param indices which examples
     * @param random source of the variation; the same calls give the same batch
     */
    NDArray batch(NDManager manager, int[] indices, SplittableRandom random);
}
