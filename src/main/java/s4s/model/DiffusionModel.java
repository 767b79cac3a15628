package s4s.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/**
 * What samples are drawn from, one for each seed. A seed decides its sample's starting noise and, where there are conditions,
 * its condition, so that no sample depends on the others of its batch. A {@link Denoiser} is a diffusion model whose network is
 * the same for all seeds and whose samples are images.
 */
public interface DiffusionModel {

    /**
     * The network for a batch.
     *
     * @param seeds one for each sample of the batch, in their order
     */
    Denoiser denoiser(long... seeds);

    /** From samples to images. */
    default Decoder decoder() {
        return Decoder.none();
    }

    /** Which condition a seed has, and the guidance, in words; empty where there are no conditions. */
    default Optional<String> conditions() {
        return Optional.empty();
    }

    /** What the network predicts. */
    Prediction prediction();

    /** The schedule whose times the network understands. */
    NoiseSchedule schedule();

    /** The number type in which the network computes. */
    DataType dataType();

    /** The shape of one sample, without the batch: (channels, height, width). */
    Shape sampleShape();

    /**
     * Forward passes of the network behind one prediction: 1, or 2 where guidance asks with and without a condition. One
     * prediction is one NFE whatever it costs, as papers count it.
     */
    default int forwardsPerCall() {
        return 1;
    }
}
