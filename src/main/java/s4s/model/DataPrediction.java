package s4s.model;

import ai.djl.ndarray.NDArray;
import java.util.function.BinaryOperator;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/**
 * A network that returns the clean sample itself, D = F(x; c_noise), its preconditioning inside: the networks of EDM, which are
 * told the noise level, and networks of discrete times, which are told the number of the training step, {@code M t - 1}.
 *
 * @param schedule {@link Edm} or {@link Discrete}
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022</a>
 */
public record DataPrediction(NoiseSchedule schedule) implements Preconditioning {

    @Override
    public NDArray predict(NDArray x, NDArray time, BinaryOperator<NDArray> network) {
        return network.apply(x, schedule instanceof Discrete discrete ? NoisePrediction.published(discrete).noise(time) : time);
    }

    @Override
    public Prediction prediction() {
        return Prediction.DATA;
    }
}
