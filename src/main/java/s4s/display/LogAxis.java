package s4s.display;

import com.google.gson.JsonObject;
import java.util.Arrays;
import s4s.io.Json;

/** Which marks of a logarithmic axis carry a number: the same rule for the live and the still version. */
final class LogAxis {

    private LogAxis() {}

    /**
     * Makes the axis logarithmic: every digit labelled within one decade, 1-2-5 up to three, then decades. Values that lie so
     * close together that fewer than three digits would be labelled stay on a linear axis, which shows them no worse.
     */
    static void apply(JsonObject axis, double[] values) {
        double[] positive = Arrays.stream(values).filter(v -> v > 0).toArray();
        if (positive.length == 0) {
            throw new IllegalArgumentException("a logarithmic axis needs positive values; this figure has none");
        }
        double low = Arrays.stream(positive).min().getAsDouble();
        double high = Arrays.stream(positive).max().getAsDouble();
        if (digits(low, high) < 3) {
            return;
        }
        double decades = Math.log10(high / low);
        axis.addProperty("type", "log");
        if (decades <= 1) {
            axis.addProperty("dtick", "D1");
        } else if (decades <= 3) {
            axis.addProperty("dtick", "D2");
        } else {
            axis.addProperty("dtick", Math.max(1, (int) Math.round(decades / 6)));
        }
        axis.addProperty("tickformat", "~g"); // Plotly else writes 20 as a small "2"
    }

    /** How many numbers of one digit, times a power of ten, lie between two numbers. */
    private static long digits(double low, double high) {
        int first = exponent(low);
        int last = exponent(high);
        return 9L * (last - first) + (long) Math.floor(high / Math.pow(10, last) + 1e-9)
                - (long) Math.ceil(low / Math.pow(10, first) - 1e-9) + 1;
    }

    private static int exponent(double value) {
        return (int) Math.floor(Math.log10(value) + 1e-9);
    }

    /** The label of the mark at {@code digit * 10^k}, empty where it has none. */
    static String label(JsonObject axis, double value) {
        int exponent = exponent(value);
        long digit = Math.round(value / Math.pow(10, exponent));
        String step = Json.string(axis, "dtick").orElse("D2");
        boolean labelled = switch (step) {
            case "D1" -> true;
            case "D2" -> digit == 1 || digit == 2 || digit == 5;
            default -> digit == 1 && Math.floorMod(exponent, Math.max(1, (int) Double.parseDouble(step))) == 0;
        };
        return labelled ? Digits.axis(value) : "";
    }
}
