package s4s.model;

import ai.djl.ndarray.NDArray;
import java.util.function.BinaryOperator;
import s4s.model.mini.UNet;
import s4s.schedule.Discrete;
import s4s.solver.Prediction;

/**
 * A network that predicts the noise in {@code x = alpha_t x_0 + sigma_t e}, as latent diffusion models do:
 * {@code e = F(x; c_noise)}. Of the time t it is told {@code c_noise = r (M t - 1) / M}, the number of the training step scaled
 * to the range [0, r).
 *
 * @param schedule the noise levels of the M training steps
 * @param range r, positive
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022</a>
 */
public record NoisePrediction(Discrete schedule, double range) implements Preconditioning {

    /** The range for which {@link UNet}'s noise embedding is made. */
    private static final double OWN_RANGE = 3;

    /** Checks the range. */
    public NoisePrediction {
        if (!(range > 0) || Double.isInfinite(range)) {
            throw new IllegalArgumentException("The range of a network's noise labels must be positive, got " + range + ".");
        }
    }

    /** A {@link UNet} of this project: r = 3. */
    public NoisePrediction(Discrete schedule) {
        this(schedule, OWN_RANGE);
    }

    /** A published network, which is told the number itself, counted from 0 and not rounded: r = M. */
    public static NoisePrediction published(Discrete schedule) {
        return new NoisePrediction(schedule, schedule.count());
    }

    @Override
    public NDArray predict(NDArray x, NDArray time, BinaryOperator<NDArray> network) {
        return network.apply(x, noise(time));
    }

    /** c_noise of each time. */
    public NDArray noise(NDArray time) {
        return time.mul(Constant.like(time, range)).sub(range / schedule.count());
    }

    @Override
    public Prediction prediction() {
        return Prediction.NOISE;
    }
}
