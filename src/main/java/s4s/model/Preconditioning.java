package s4s.model;

import ai.djl.ndarray.NDArray;
import java.util.function.BinaryOperator;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** How a raw network F becomes a denoiser: what it is shown, what it is told, and what its output means. */
public interface Preconditioning {

    /**
     * The denoiser's prediction.
     *
     * @param x noisy samples, [B, C, H, W]
     * @param time the schedule's time, [1] or [B]
     * @param network F: from an input of the shape of {@code x} and conditioning times of the shape of {@code time}
     */
    NDArray predict(NDArray x, NDArray time, BinaryOperator<NDArray> network);

    /** What {@link #predict} returns. */
    Prediction prediction();

    /** The schedule of the times. */
    NoiseSchedule schedule();
}
