package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import s4s.image.ImageSet;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;

/** What a training run minimises: a network's architecture and its loss on a batch; and what its card says about it. */
public interface Objective {
    /** Name and shape of every weight. */
    Map<String, Shape> weightShapes();

    /** Weights to start from. */
    Weights initial(NDManager manager, long seed);

    /** Shape of one example. */
    Shape sampleShape();

    /**
     * The loss, a scalar in the manager of {@code examples}.
     *
     * @param weights the network's numbers
     * @param examples float32 [B, sample shape...]; images are in [-1, 1]
     * @param indices which of the data these are
     * @param random source of everything random in this step
     */
    NDArray loss(Weights weights, NDArray examples, int[] indices, SplittableRandom random);

    /** What kind of model comes out. */
    ModelCard.Kind kind();

    /** The network's architecture. */
    Record network();

    /** What the card says of the training beside data and configuration; plain values. */
    Map<String, Object> settings();

    /** What a training elsewhere needs to know of this objective beside data, architecture and configuration; plain values. */
    default Map<String, Object> plan() {
        return settings();
    }

    /**
     * What else the model consists of, see {@link ModelCard.Kind}; plain values.
     *
     * @param weights the final ones
     * @param examples the training data
     */
    default Map<String, Object> details(Weights weights, Examples examples) {
        return Map.of();
    }

    /**
     * Measures of the model's quality; plain values.
     *
     * @param weights the final ones
     * @param heldOut images that it was not trained on
     */
    default Map<String, Object> evaluate(Weights weights, Pixels heldOut) {
        return Map.of();
    }

    /** An image of how far the training is, if there is one to be seen. */
    default Optional<ImageSet> preview(Weights weights, Examples examples) {
        return Optional.empty();
    }
}
