package s4s.display;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** How numbers are written for a reader. */
final class Digits {

    private static final int MOST_DECIMALS = 8;

    private Digits() {}

    /** An axis label: at most six digits, no trailing zeros; powers of ten beyond 10^5 and 10^-3 as 1e5, 1e-4. */
    static String axis(double value) {
        if (value == 0) {
            return "0";
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(6)).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        if (exponent < 5 && exponent >= -3) {
            return rounded.toPlainString();
        }
        return rounded.movePointLeft(exponent).toPlainString() + "e" + exponent;
    }

    /**
     * The format of a column: one number of decimals, so that the points stand below each other, chosen so that the
     * largest value has {@code significant} digits. Where that would leave the smallest value less than two digits,
     * each value gets {@code significant} digits of its own. NaN is empty.
     */
    static DoubleFunction<String> column(double[] values, int significant) {
        double[] sizes = sizes(values);
        double max = Arrays.stream(sizes).max().orElse(1);
        double min = Arrays.stream(sizes).min().orElse(1);
        boolean whole = max < 1e9 && Arrays.stream(sizes).allMatch(v -> v == Math.rint(v));
        int decimals = whole ? 0 : decimals(values, significant);
        boolean fixed = whole || max < 1e7 && decimals <= MOST_DECIMALS && min >= 9.5 * Math.pow(10, -decimals);
        return value -> {
            if (Double.isNaN(value)) {
                return "";
            }
            if (Double.isInfinite(value)) {
                return value > 0 ? "∞" : "-∞";
            }
            return fixed || value == 0 ? fixed(value, fixed ? decimals : 0) : own(value, significant);
        };
    }

    /** The decimals with which the largest value has {@code significant} digits. */
    static int decimals(double[] values, int significant) {
        double max = Arrays.stream(sizes(values)).max().orElse(1);
        return Math.max(0, significant - 1 - (int) Math.floor(Math.log10(max)));
    }

    private static double[] sizes(double[] values) {
        return Arrays.stream(values).filter(Double::isFinite).map(Math::abs).filter(v -> v > 0).toArray();
    }

    /** With this many decimals; never a minus before zero. */
    static String fixed(double value, int decimals) {
        String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
        return text.matches("-0(\\.0*)?") ? text.substring(1) : text;
    }

    private static String own(double value, int significant) {
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(significant));
        int exponent = rounded.precision() - rounded.scale() - 1;
        int decimals = significant - 1 - exponent;
        if (exponent < -3 || exponent > 6) {
            return rounded.movePointLeft(exponent).setScale(significant - 1, RoundingMode.HALF_EVEN) + "e" + exponent;
        }
        return rounded.setScale(Math.max(0, decimals), RoundingMode.HALF_EVEN).toPlainString();
    }
}
