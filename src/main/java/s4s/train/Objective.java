package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.SplittableRandom;
import s4s.model.Weights;

/** What a training run minimises: a network's architecture and its loss on a batch. */
public interface Objective {
    /** Name and shape of every weight. */
    Map<String, Shape> weightShapes();

    /** Weights to start from. */
    Weights initial(NDManager manager, long seed);

    /** Shape of one image, (C, H, W). */
    Shape sampleShape();

    /**
     * The loss, a scalar in the manager of {@code pixels}.
     *
     * @param weights the network's numbers
     * @param pixels images in [-1, 1], float32 [B, C, H, W]
     * @param indices which images of the data these are
     * @param random source of everything random in this step
     */
    NDArray loss(Weights weights, NDArray pixels, int[] indices, SplittableRandom random);
}
