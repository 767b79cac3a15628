package s4s.schedule;

import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * Maps a network's time and scale to noise levels {@code sigma = sigma_t / alpha_t}.
 *
 * <p>The functions are written over {@link DerivativeStructure}, so that the numbers of a solver can be differentiated with
 * respect to its times; the {@code double} overloads are for everyday use. Implementations are immutable.
 */
public interface NoiseSchedule {

    /**
     * The factor between the state {@code y} and what the network sees, {@code x = alpha y}.
     *
     * @param sigma noise level, at least 0
     * @return {@code alpha_t}, in (0, 1]
     */
    DerivativeStructure alpha(DerivativeStructure sigma);

    /**
     * The network's conditioning time for a noise level: the schedule's own time.
     *
     * @param sigma noise level, positive
     * @return time {@code t} with {@code sigma_t / alpha_t = sigma}
     */
    DerivativeStructure time(DerivativeStructure sigma);

    /**
     * The noise level of a time; inverse of {@link #time(DerivativeStructure)}.
     *
     * @param time the schedule's time
     * @return {@code sigma_t / alpha_t}
     */
    DerivativeStructure sigma(DerivativeStructure time);

    /**
     * The factor that turns unit normal noise {@code z} into a starting state {@code y_0} at a noise level.
     *
     * @param sigma first noise level of a grid
     * @return {@code y_0 / z}
     */
    DerivativeStructure start(DerivativeStructure sigma);

    /** Lowest noise level, where sampling ends; positive. */
    double sigmaMin();

    /** Highest noise level, where sampling starts. */
    double sigmaMax();

    /**
     * The schedule in whose time the grids {@code time-...} are spaced: this one, unless its time is the noise level itself.
     */
    default NoiseSchedule timeline() {
        return this;
    }

    /** {@link #alpha(DerivativeStructure)} of a plain number. */
    default double alpha(double sigma) {
        return alpha(new DerivativeStructure(0, 1, sigma)).getValue();
    }

    /** {@link #time(DerivativeStructure)} of a plain number. */
    default double time(double sigma) {
        return time(new DerivativeStructure(0, 1, sigma)).getValue();
    }

    /** {@link #start(DerivativeStructure)} of a plain number. */
    default double start(double sigma) {
        return start(new DerivativeStructure(0, 1, sigma)).getValue();
    }

    /** {@link #sigma(DerivativeStructure)} of a plain number. */
    default double sigma(double time) {
        return sigma(new DerivativeStructure(0, 1, time)).getValue();
    }
}
