package s4s.model;

import ai.djl.ndarray.NDArray;
import java.util.function.BinaryOperator;
import s4s.schedule.Discrete;
import s4s.solver.Prediction;

/**
 * A network that predicts the noise in {@code x = alpha_t x_0 + sigma_t e}, as latent diffusion models do:
 * {@code e = F(x; c_noise)}. Of the time t it is told {@code c_noise = 3 (M t - 1) / M}, the number of the training step scaled
 * to the range [0, 3) for which {@link UNet}'s noise embedding is made.
 *
 * @param schedule the noise levels of the M training steps
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022</a>
 */
public record NoisePrediction(Discrete schedule) implements Preconditioning {

    private static final double RANGE = 3;

    @Override
    public NDArray predict(NDArray x, NDArray time, BinaryOperator<NDArray> network) {
        return network.apply(x, noise(time));
    }

    /** c_noise of each time. */
    public NDArray noise(NDArray time) {
        return time.mul(Constant.like(time, RANGE)).sub(RANGE / schedule.count());
    }

    @Override
    public Prediction prediction() {
        return Prediction.NOISE;
    }
}
