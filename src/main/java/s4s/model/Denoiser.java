package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** A diffusion model: predicts the noise, or the clean sample, in a noisy one. */
public interface Denoiser {

    /**
     * One network evaluation.
     *
     * @param x noisy samples {@code x = alpha y}, shape (batch, sample shape...), of {@link #dataType()}
     * @param label the schedule's label, one number for all samples or one for each: shape (1) or (batch)
     * @return the prediction, of the shape and type of {@code x}, attached to the manager of {@code x}
     */
    NDArray predict(NDArray x, NDArray label);

    /** What {@link #predict} returns. */
    Prediction prediction();

    /** The schedule whose labels the model understands. */
    NoiseSchedule schedule();

    /** The number type in which the model computes. */
    DataType dataType();

    /** The shape of one sample, without the batch: (channels, height, width). */
    Shape sampleShape();

    /**
     * Forward passes of the network behind one {@link #predict}: 1, or 2 where guidance asks with and without a condition. One
     * prediction is one NFE whatever it costs.
     */
    default int forwardsPerCall() {
        return 1;
    }
}
