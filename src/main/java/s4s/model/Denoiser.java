package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.BinaryOperator;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** What a solver calls: a network, with a batch's conditions, that predicts the noise, or the clean sample, in a noisy one. */
public interface Denoiser {

    /**
     * One network evaluation.
     *
     * @param x noisy samples {@code x = alpha y}, shape (batch, sample shape...), of {@link #dataType()}
     * @param time the schedule's time, one number for all samples or one for each: shape (1) or (batch)
     * @return the prediction, of the shape and type of {@code x}, attached to the manager of {@code x}
     */
    NDArray predict(NDArray x, NDArray time);

    /** What {@link #predict} returns. */
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

    /**
     * A denoiser in float32 that is a function of Java: of a network that lives elsewhere, or of a formula.
     *
     * @param function {@link #predict}: from x and the time to the prediction. Solvers learn by its gradients where it is made of
     *     the engine's operations; any other can be sampled from
     */
    static Denoiser of(NoiseSchedule schedule, Prediction prediction, Shape sampleShape, BinaryOperator<NDArray> function) {
        return new FunctionDenoiser(function, prediction, schedule, DataType.FLOAT32, sampleShape);
    }
}
