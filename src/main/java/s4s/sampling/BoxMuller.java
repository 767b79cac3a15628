package s4s.sampling;

/**
 * Box-Muller transform of PyTorch's blocks of 16 uniform numbers: {@code u_j} and {@code u_{j+8}} give
 * {@code sqrt(-2 ln(1 - u_j))} times cosine and sine of {@code 2 pi u_{j+8}}.
 *
 * <p>Logarithm, cosine and sine are Taylor polynomials in double arithmetic, right to {@code 1e-12}: the same bits on every
 * machine, as with {@link StrictMath}, but in loops that the JVM turns into vector instructions. Not safe for use by several
 * threads.
 */
final class BoxMuller {
    static final int BLOCK = 16;
    /** Pairs that are computed at once; multiple of 8. */
    static final int PAIRS = 256;

    private static final float TURN = (float) (2 * Math.PI);
    private static final double LN_2 = 0.6931471805599453;
    // a quarter turn in two parts: multiples of the first are exact, the second goes beyond the digits of Math.PI
    private static final double QUARTER = (float) (Math.PI / 2);
    private static final double QUARTER_REST = Math.PI / 2 - QUARTER + 6.123233995736766e-17;
    private static final double[] COSINES = {1, 0, -1, 0, 1};
    private static final double[] SINES = {0, 1, 0, -1, 0};

    final double[] radius = new double[PAIRS];
    final double[] cosine = new double[PAIRS];
    final double[] sine = new double[PAIRS];
    private final double[] exponent = new double[PAIRS];
    private final double[] mantissa = new double[PAIRS];
    private final double[] angle = new double[PAIRS];

    /**
     * Turns blocks of uniform numbers into unit normal ones, in place.
     *
     * @param numbers multiples of 2^-24 in [0, 1)
     * @param from first number
     * @param to end, whole blocks later
     */
    void transform(float[] numbers, int from, int to) {
        for (int first = from; first < to; first += 2 * PAIRS) {
            int end = Math.min(to, first + 2 * PAIRS);
            polar(numbers, first, end);
            int k = 0;
            for (int block = first; block < end; block += BLOCK) {
                for (int j = block; j < block + BLOCK / 2; j++, k++) {
                    numbers[j] = (float) (radius[k] * cosine[k]);
                    numbers[j + BLOCK / 2] = (float) (radius[k] * sine[k]);
                }
            }
        }
    }

    /** Radius, cosine and sine of at most {@link #PAIRS} pairs. */
    void polar(float[] numbers, int from, int to) {
        int k = 0;
        for (int block = from; block < to; block += BLOCK) {
            for (int j = block; j < block + BLOCK / 2; j++, k++) {
                reduce(k, 1 - numbers[j], TURN * numbers[j + BLOCK / 2]);
            }
        }
        radii(k);
        rotate(k);
    }

    /** {@code u1 = 2^exponent mantissa}, mantissa from sqrt(1/2) to sqrt(2); {@code theta}: quarter turns and a rest. */
    private void reduce(int k, float u1, float theta) {
        int bits = Float.floatToRawIntBits(u1);
        int power = bits - Float.floatToRawIntBits(0.70710677f) >> 23;
        exponent[k] = power;
        mantissa[k] = Float.intBitsToFloat(bits - (power << 23));
        int quarters = (int) (theta * (float) (2 / Math.PI) + 0.5f);
        angle[k] = theta - quarters * QUARTER - quarters * QUARTER_REST;
        cosine[k] = COSINES[quarters];
        sine[k] = SINES[quarters];
    }

    /** {@code ln m = 2 artanh s} with {@code s = (m - 1) / (m + 1)}. */
    private void radii(int pairs) {
        for (int k = 0; k < pairs; k++) {
            double m = mantissa[k];
            double s = (m - 1) / (m + 1);
            double z = s * s;
            double log = exponent[k] * LN_2 + 2 * s * (1 + z * (1 / 3. + z * (1 / 5. + z * (1 / 7. + z * (1 / 9. + z * (1 / 11.
                    + z * (1 / 13. + z * (1 / 15.))))))));
            radius[k] = Math.sqrt(-2 * log);
        }
    }

    /** The quarter turns, turned by the small angle. */
    private void rotate(int pairs) {
        for (int k = 0; k < pairs; k++) {
            double x = angle[k];
            double z = x * x;
            double c = 1 + z * (-1 / 2. + z * (1 / 24. + z * (-1 / 720. + z * (1 / 40320. + z * (-1 / 3628800.
                    + z * (1 / 479001600.))))));
            double s = x * (1 + z * (-1 / 6. + z * (1 / 120. + z * (-1 / 5040. + z * (1 / 362880. + z * (-1 / 39916800.
                    + z * (1 / 6227020800.)))))));
            double c0 = cosine[k];
            double s0 = sine[k];
            cosine[k] = c0 * c - s0 * s;
            sine[k] = s0 * c + c0 * s;
        }
    }
}
