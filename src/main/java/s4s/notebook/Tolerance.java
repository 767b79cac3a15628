package s4s.notebook;

/**
 * How far a number of a table may be from the same number computed again.
 *
 * <p>Two numbers agree when they differ by at most {@code relative} times the larger of them, or by at most
 * {@code absolute}, or by one unit of the last digit that is shown.
 *
 * @param relative at least 0
 * @param absolute at least 0
 */
record Tolerance(double relative, double absolute) {

    /** @throws IllegalArgumentException for a negative or infinite tolerance */
    Tolerance {
        if (!(relative >= 0 && relative < Double.POSITIVE_INFINITY && absolute >= 0
                && absolute < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "a tolerance must be a number from 0: relative " + relative + ", absolute " + absolute);
        }
    }

    /** What {@code data-tol} says: relative alone, as a table of small numbers wants no absolute tolerance. */
    static Tolerance relative(double relative) {
        return new Tolerance(relative, 0);
    }

    /** Whether two numbers agree, given what one unit of the last shown digit is. */
    boolean accepts(double a, double b, double unit) {
        if (Double.compare(a, b) == 0) {
            return true; // infinities and NaN too
        }
        // doubles are not decimals: 0.12 - 0.11 is not exactly one unit of the last digit
        double allowed = Math.max(Math.max(absolute, relative * Math.max(Math.abs(a), Math.abs(b))), unit);
        return Math.abs(a - b) <= allowed * (1 + 1e-9);
    }
}
