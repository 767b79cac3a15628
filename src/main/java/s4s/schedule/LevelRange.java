package s4s.schedule;

import java.util.Optional;

/**
 * A range of noise levels or of times, such as those that a network was trained on. Published numbers are rounded, so a little
 * more is accepted, and said.
 *
 * @param what of what it is the range: the end of "has the ..."
 * @param lowest positive
 * @param highest above it
 */
public record LevelRange(String what, double lowest, double highest) {

    /** How far outside a number may lie, as a part of the range's end. */
    public static final double ROUNDING = 0.01;

    /** Rounding errors of our own, of which nothing is said. */
    private static final double EXACT = 1e-6;

    /** The noise levels of a schedule. */
    public static LevelRange levels(NoiseSchedule schedule) {
        return new LevelRange("noise level", schedule.sigmaMin(), schedule.sigmaMax());
    }

    /** The conditioning times of a schedule. */
    public static LevelRange times(NoiseSchedule schedule) {
        return new LevelRange("time", schedule.time(schedule.sigmaMin()), schedule.time(schedule.sigmaMax()));
    }

    /**
     * Refuses what is no range of noise levels to sample over.
     *
     * @param from highest level
     * @param to lowest
     * @throws IllegalArgumentException if not {@code 0 < to < from < infinity}
     */
    public static void requireFalling(double from, double to) {
        if (!(to > 0 && from > to && from < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "A noise range runs from a finite level down to a lower, positive one, not from " + from + " to " + to + ".");
        }
    }

    /** By which part of the range's end a number lies outside; 0 within, infinite for what is no number. */
    public double excess(double value) {
        double beyond = Math.max(value / highest - 1, 1 - value / lowest);
        return Double.isNaN(beyond) ? Double.POSITIVE_INFINITY : Math.max(0, beyond);
    }

    /**
     * Refuses a number that lies outside by more than {@link #ROUNDING}.
     *
     * @param owner what holds the number, and a verb: the beginning of a sentence
     * @return the sentence, if it lies outside by less; empty: it lies within
     * @throws IllegalArgumentException with the sentence
     */
    public Optional<String> require(String owner, double value) {
        double excess = excess(value);
        if (excess > ROUNDING) {
            throw new IllegalArgumentException(sentence(owner, value) + ".");
        }
        return excess > EXACT ? Optional.of(sentence(owner, value)) : Optional.empty();
    }

    /** That a number lies outside, without the full stop. */
    public String sentence(String owner, double value) {
        return owner + " the " + what + " " + value + ", which lies outside the range from " + highest + " to " + lowest;
    }
}
