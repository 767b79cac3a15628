package s4s.schedule;

/**
 * A variance-preserving network run as variance exploding, diff-sampler's convention for latent and Stable Diffusion:
 * {@code alpha = 1}, the time is the noise level, and sampling starts from {@code sigmaMax} times unit noise, where the
 * variance-preserving convention, {@code x_T = z}, starts from {@code sqrt(1 + sigmaMax^2)} times unit noise. Both ask the same
 * network for the same noise levels: with {@code alpha} and {@code time} of {@link #timeline()}.
 *
 * @param timeline the network's own schedule; the grids {@code time-...} are spaced in its time
 * @see <a href="https://arxiv.org/abs/2405.11326">Chen et al. 2024</a>
 */
public record VarianceExploding(NoiseSchedule timeline) implements SigmaAsTime {

    @Override
    public double sigmaMin() {
        return timeline.sigmaMin();
    }

    @Override
    public double sigmaMax() {
        return timeline.sigmaMax();
    }
}
