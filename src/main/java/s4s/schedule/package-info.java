/**
 * Noise schedules.
 *
 * <p>A forward process has marginals {@code x_t = alpha_t x_0 + sigma_t n}. Everywhere in this library time is the
 * <em>noise level</em> {@code sigma = sigma_t / alpha_t}, the state is {@code y = x / alpha_t}, and
 * {@code lambda = -log(sigma)} is half the logarithm of the signal-to-noise ratio. In these variables all schedules give
 * the same equation, {@code dy/dsigma = e}, so a solver knows no schedule; a {@link s4s.schedule.NoiseSchedule} is only
 * needed to speak to a network.
 */
package s4s.schedule;
