package s4s.verify;

import java.util.Locale;

/**
 * How far a computed array is from the expected one, {@code max |x - x_ref| / max(1, max |x_ref|)}.
 *
 * @param error 0 or more; infinite where a number is not finite
 * @param what which array, and which of its numbers deviates most
 * @param expected that number
 * @param actual what came in its place
 */
record Deviation(double error, String what, double expected, double actual) {

    /** Of nothing. */
    static final Deviation NONE = new Deviation(0, "", 0, 0);

    /**
     * The deviation of one array.
     *
     * @throws IllegalArgumentException if the lengths differ
     */
    static Deviation of(String what, double[] expected, double[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalArgumentException(
                    what + ": expected " + expected.length + " numbers, came " + actual.length);
        }
        double largest = 0;
        double scale = 1;
        int worst = 0;
        for (int i = 0; i < expected.length; i++) {
            double gap = Math.abs(actual[i] - expected[i]);
            if (!Double.isFinite(gap)) {                         // NaN would lose every comparison
                return new Deviation(Double.POSITIVE_INFINITY, what + "[" + i + "]", expected[i], actual[i]);
            }
            if (gap > largest) {
                largest = gap;
                worst = i;
            }
            scale = Math.max(scale, Math.abs(expected[i]));
        }
        return expected.length == 0 ? NONE
                : new Deviation(largest / scale, what + "[" + worst + "]", expected[worst], actual[worst]);
    }

    /** The deviation of one number. */
    static Deviation of(String what, double expected, double actual) {
        Deviation one = of(what, new double[] {expected}, new double[] {actual});
        return new Deviation(one.error, what, expected, actual);
    }

    /** The larger of two. */
    Deviation and(Deviation other) {
        return other.error > error ? other : this;
    }

    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%s: expected %s, came %s, error %.1e", what, expected, actual, error);
    }
}
