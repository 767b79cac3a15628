package s4s.model;

import ai.djl.ndarray.NDArray;

/** A network that predicts the noise, or the clean sample, in a noisy one. */
public interface Denoiser extends DiffusionModel {

    /**
     * One network evaluation.
     *
     * @param x noisy samples {@code x = alpha y}, shape (batch, sample shape...), of {@link #dataType()}
     * @param time the schedule's time, one number for all samples or one for each: shape (1) or (batch)
     * @return the prediction, of the shape and type of {@code x}, attached to the manager of {@code x}
     */
    NDArray predict(NDArray x, NDArray time);

    /** This network, whatever the seeds. */
    @Override
    default Denoiser denoiser(long... seeds) {
        return this;
    }
}
