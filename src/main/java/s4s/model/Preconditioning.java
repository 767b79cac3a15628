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
     * @param label the schedule's label, [1] or [B]
     * @param network F: from an input of the shape of {@code x} and noise labels of the shape of {@code label}
     */
    NDArray predict(NDArray x, NDArray label, BinaryOperator<NDArray> network);

    /** What {@link #predict} returns. */
    Prediction prediction();

    /** The schedule of the labels. */
    NoiseSchedule schedule();
}
