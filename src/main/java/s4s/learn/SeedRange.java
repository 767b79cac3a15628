package s4s.learn;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.LongStream;

/**
 * What a seed is for. A million seeds each, without overlap: a learned solver has seen none of the starting noises that tables
 * measure it on. Noise takes seeds up to 2^31 - 1; those from 3,000,000 on belong to no range.
 */
public enum SeedRange {
    /** Seeds 0 to 999,999: the images of every table. */
    EVALUATION(0),
    /** Seeds 1,000,000 to 1,999,999: what solvers learn from. */
    TRAINING(1_000_000),
    /** Seeds 2,000,000 to 2,999,999: what decides which of the solvers that were met while learning is kept. */
    VALIDATION(2_000_000);

    /** Number of seeds in a range. */
    public static final int SIZE = 1_000_000;

    private final long first;

    SeedRange(long first) {
        this.first = first;
    }

    /** The lowest seed. */
    public long first() {
        return first;
    }

    /** The highest seed. */
    public long last() {
        return first + SIZE - 1;
    }

    /** The name in files and on the command line, for instance {@code training}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The range called {@code id}.
     *
     * @throws IllegalArgumentException if there is none; the message lists the names
     */
    public static SeedRange named(String id) {
        return Arrays.stream(values()).filter(range -> range.id().equals(id)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no range of seeds \"" + id + "\"; known are "
                        + String.join(", ", Arrays.stream(values()).map(SeedRange::id).toList()) + "."));
    }

    /** The first {@code count} seeds; see {@link #seeds(int, int)}. */
    public long[] seeds(int count) {
        return seeds(0, count);
    }

    /**
     * Seeds {@code first + offset} to {@code first + offset + count - 1}.
     *
     * @param offset seeds left out at the beginning, from 0
     * @param count how many, at least 1
     * @throws IllegalArgumentException if the range has not so many
     */
    public long[] seeds(int offset, int count) {
        if (offset < 0 || count < 1 || (long) offset + count > SIZE) {
            throw new IllegalArgumentException("The " + id() + " seeds are " + SIZE + ", from number 0 on; there are no "
                    + count + " of them from number " + offset + " on.");
        }
        return LongStream.range(first + offset, first + offset + count).toArray();
    }

    /**
     * Refuses seeds outside of this range.
     *
     * @throws IllegalArgumentException for the first seed that is not in it
     */
    public void require(long... seeds) {
        for (long seed : seeds) {
            if (seed < first || seed > last()) {
                throw new IllegalArgumentException("Seed " + seed + " is no " + id() + " seed: those are " + first + " to "
                        + last() + ", so that solvers are never measured on seeds that they learned from.");
            }
        }
    }
}
