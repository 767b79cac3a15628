package s4s.schedule;

/**
 * The EDM schedule: {@code alpha = 1}, the time is the noise level, sampling starts from {@code sigmaMax} times unit noise.
 *
 * @param sigmaMin lowest noise level, positive
 * @param sigmaMax highest noise level
 * @see <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022</a>
 */
public record Edm(double sigmaMin, double sigmaMax) implements SigmaAsTime {

    /** The range of the published networks, 0.002 to 80. */
    public Edm() {
        this(0.002, 80);
    }

    public Edm {
        LevelRange.requireFalling(sigmaMax, sigmaMin);
    }

    /** The linear VP schedule with the same range: {@code t} runs from 1 at {@code sigmaMax} to 0.001 at {@code sigmaMin}. */
    @Override
    public NoiseSchedule timeline() {
        return VpLinear.between(sigmaMin, sigmaMax);
    }
}
