package s4s.verify;

/**
 * How far a computed array is from the expected one, {@code max |x - x_ref| / max(1, max |x_ref|)}.
 *
 * @param error 0 or more; infinite where a number is not finite
 * @param what which array
 */
record Deviation(double error, String what) {

    /** The deviation of one array. */
    static Deviation of(String what, double[] expected, double[] actual) {
        if (expected.length != actual.length) {
            throw new IllegalArgumentException(
                    what + ": " + actual.length + " numbers where " + expected.length + " are expected");
        }
        double error = 0;
        double scale = 1;
        for (int i = 0; i < expected.length; i++) {
            double gap = Math.abs(actual[i] - expected[i]);
            // NaN would lose every comparison
            error = Double.isFinite(gap) ? Math.max(error, gap) : Double.POSITIVE_INFINITY;
            scale = Math.max(scale, Math.abs(expected[i]));
            if (error == Double.POSITIVE_INFINITY) {
                break;
            }
        }
        return new Deviation(error / scale, what);
    }

    /** The deviation of one number. */
    static Deviation of(String what, double expected, double actual) {
        return of(what, new double[] {expected}, new double[] {actual});
    }

    /** The larger of two. */
    Deviation and(Deviation other) {
        return other.error > error ? other : this;
    }
}
