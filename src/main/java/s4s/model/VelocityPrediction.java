package s4s.model;

import ai.djl.ndarray.NDArray;
import java.util.function.BinaryOperator;
import s4s.schedule.Discrete;
import s4s.solver.Prediction;

/**
 * A network of discrete times that predicts the velocity {@code v = alpha_t e - sigma_t x_0}, as Stable Diffusion 2 does. With
 * {@code x = alpha_t x_0 + sigma_t e} the noise is
 * \[ e = \alpha_t\, v + \sigma_t\, x,\quad v = F(x;\ M t - 1) \]
 *
 * @param schedule the noise levels of the M training steps
 * @see <a href="https://arxiv.org/abs/2202.00512">Salimans and Ho 2022, appendix D</a>
 */
public record VelocityPrediction(Discrete schedule) implements Preconditioning {

    @Override
    public NDArray predict(NDArray x, NDArray time, BinaryOperator<NDArray> network) {
        NDArray velocity = network.apply(x, NoisePrediction.published(schedule).noise(time));
        NDArray logAlpha = logAlpha(time).reshape(-1, 1, 1, 1);
        NDArray sigma = logAlpha.mul(Constant.like(x, 2)).exp().neg().add(1).sqrt();
        return velocity.mul(logAlpha.exp()).add(x.mul(sigma));
    }

    /** log alpha of each time: on the line of the schedule's segment in which it lies, so that it can be differentiated. */
    private NDArray logAlpha(NDArray time) {
        float[] times = time.toFloatArray();
        float[] slopes = new float[times.length];
        float[] offsets = new float[times.length];
        for (int i = 0; i < times.length; i++) {
            Discrete.Line line = schedule.line(times[i]);
            slopes[i] = (float) line.slope();
            offsets[i] = (float) line.offset();
        }
        return time.mul(own(time, slopes)).add(own(time, offsets));
    }

    private static NDArray own(NDArray like, float[] values) {
        try (NDArray shared = like.getManager().create(values)) {
            return shared.duplicate();
        }
    }

    @Override
    public Prediction prediction() {
        return Prediction.NOISE;
    }
}
