package s4s.train;

/**
 * How a training run goes; with the objective and the data it decides the weights up to the rounding
 * of the machine.
 *
 * @param images images to see, duplicates counted
 * @param batch images a step
 * @param learningRate Adam's peak step; rises linearly over the warm-up, then falls linearly to zero
 * @param warmup images of warm-up
 * @param emaHalfLife images over which the weight average forgets half; at most a tenth of the images seen
 * @param flip mirror half of the images
 * @param seed decides the first weights, the order of the images, flips and noise
 */
public record TrainConfig(long images, int batch, double learningRate, long warmup, double emaHalfLife,
        boolean flip, long seed) {
    /** Checks ranges. */
    public TrainConfig {
        if (images < batch || batch < 1) {
            throw new IllegalArgumentException("images (" + images + ") must be at least one batch (" + batch + ")");
        }
        if (!(learningRate > 0 && learningRate < 1) || warmup < 0 || !(emaHalfLife > 0)) {
            throw new IllegalArgumentException("learning rate must lie in (0, 1), warm-up must not be negative, "
                    + "the EMA half-life must be positive");
        }
    }

    /** Steps of the whole run. */
    public long steps() {
        return images / batch;
    }

    /** Learning rate of 0-based {@code step}. */
    public double learningRateAt(long step) {
        double seen = (step + 1.0) * batch;
        double rise = warmup > 0 ? Math.min(1, seen / warmup) : 1;
        double fall = Math.max(0, (steps() - step) / (double) steps());
        return learningRate * rise * fall;
    }

    /** Weight of the old average at 0-based {@code step}: 2^(-batch / half-life). */
    public double emaDecayAt(long step) {
        double halfLife = Math.min(emaHalfLife, Math.max((step + 1) * batch * 0.1, 1e-9));
        return Math.pow(0.5, batch / halfLife);
    }
}
