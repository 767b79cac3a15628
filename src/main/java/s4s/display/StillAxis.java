package s4s.display;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import s4s.io.Json;

/**
 * One axis of a still line figure: where values lie, its range and its labels.
 *
 * <p>Categories lie at 0, 1, 2, ... On a logarithmic axis of up to three decades values lie where they are and the
 * drawing library scales them (it then draws all marks 1 to 9); on a longer one they lie at their exponent, which
 * leaves the decades alone.
 */
final class StillAxis {

    private static final double MARGIN = 0.05; // of the range, at each end, so that no marker is cut
    private static final double LONG = 3; // decades

    private static final int LONGEST = 20; // characters of a name

    private final JsonObject spec;
    private final boolean log;
    private final boolean exponents;
    private final Map<String, Integer> categories = new LinkedHashMap<>();
    private final Map<Double, String> named = new LinkedHashMap<>();
    private final double unit; // the drawing library cannot mark values of 1e-9
    private final double min;
    private final double max;

    /**
     * @param spec Plotly's layout of the axis
     * @param values all values on it
     */
    StillAxis(JsonObject spec, List<JsonElement> values) {
        this.spec = spec;
        this.log = Json.is(spec, "type", "log");
        if (Json.is(spec, "type", "category")
                || values.stream().anyMatch(v -> !v.isJsonNull() && Json.decimal(v).isEmpty())) {
            values.stream().filter(v -> !v.isJsonNull())
                    .forEach(v -> categories.putIfAbsent(v.getAsString(), categories.size()));
            categories.forEach((name, i) -> name(i, name));
        }
        JsonArray at = Json.array(spec, "tickvals").orElseGet(JsonArray::new);
        JsonArray text = Json.array(spec, "ticktext").orElseGet(JsonArray::new);
        for (int i = 0; i < Math.min(at.size(), text.size()); i++) {
            name(at.get(i).getAsDouble() + 0.0, text.get(i).getAsString());
        }
        double[] drawn = values.stream().mapToDouble(this::value).filter(v -> !Double.isNaN(v)).sorted().toArray();
        double low = drawn.length == 0 ? Double.NaN : drawn[0];
        double high = drawn.length == 0 ? Double.NaN : drawn[drawn.length - 1];
        List<Double> range = new ArrayList<>();
        Json.array(spec, "range").ifPresent(r -> r.forEach(e -> Json.decimal(e).ifPresent(range::add)));
        if (range.size() == 2) { // of exponents, if logarithmic
            low = Math.min(range.get(0), range.get(1));
            high = Math.max(range.get(0), range.get(1));
        } else {
            low = log ? Math.log10(low) : low;
            high = log ? Math.log10(high) : high;
            double margin = high - low > 1e-9 * Math.abs(high) ? MARGIN * (high - low)
                    : log ? 0.3 : high != 0 ? Math.abs(high) * 0.1 : 0.5;
            low -= margin;
            high += margin;
        }
        this.exponents = log && high - low > LONG;
        double size = Math.max(Math.abs(low), Math.abs(high));
        this.unit = log || size >= 1e-3 && size < 1e6 ? 1 : Math.pow(10, Math.floor(Math.log10(size)));
        this.min = logMarks() ? Math.pow(10, low) : low / unit;
        this.max = logMarks() ? Math.pow(10, high) : high / unit;
    }

    /** Whether the drawing library is to scale the axis logarithmically. */
    boolean logMarks() {
        return log && !exponents;
    }

    String title() {
        return StillPlot.title(spec);
    }

    /**
     * Pixels between marks.
     *
     * @param length of the axis, roughly
     * @param numbers what plain numbers need
     */
    int spacing(int length, int numbers) {
        double interval = length / (max - min);
        if (!named.isEmpty()) {
            return Math.max(20, (int) (0.8 * interval));         // a hint of more than the true unit skips names
        }
        return exponents ? Math.max(20, (int) interval) : numbers;
    }

    /** Whether no value can be drawn. */
    boolean empty() {
        return Double.isNaN(min);
    }

    /** The lower end of what is shown. */
    double min() {
        return min;
    }

    /** The upper end of what is shown. */
    double max() {
        return max;
    }

    /** Where a value lies: NaN where it cannot be drawn (missing; not positive on a logarithmic axis). */
    double place(JsonElement value) {
        double v = value(value);
        return exponents ? Math.log10(v) : v / unit;
    }

    /** The text at a mark that the drawing library chose. */
    String label(double mark) {
        if (logMarks()) {
            return LogAxis.label(spec, mark);
        }
        if (!exponents && named.isEmpty()) {
            return Digits.axis(Math.abs(mark) < 1e-9 * (max - min) ? 0 : mark * unit);
        }
        if (mark == min || mark == max) { // the library gives up if the ends of the range read the same
            return mark == min ? " " : "  ";
        }
        if (Math.abs(mark - Math.rint(mark)) > 1e-9) {
            return "";
        }
        double whole = Math.rint(mark) + 0.0;
        if (exponents) {
            return Digits.axis(Math.pow(10, whole));
        }
        return named.getOrDefault(whole, "");
    }

    /** The drawing library tries marks until their names differ and have at most 20 characters, so they had better do so. */
    private void name(double at, String text) {
        String name = text;
        for (int i = 2; name.length() > LONGEST || named.containsValue(name); i++) {
            String number = i == 2 ? "" : " " + i;
            int kept = Math.min(text.length(), LONGEST - number.length()) - 1;
            name = text.length() + number.length() <= LONGEST ? text + number
                    : text.substring(0, kept / 2) + "\u2026" + text.substring(text.length() - kept + kept / 2) + number;
        }
        named.put(at, name);
    }

    private double value(JsonElement value) {
        if (value.isJsonNull()) {
            return Double.NaN;
        }
        if (!categories.isEmpty()) {
            return categories.getOrDefault(value.getAsString(), -1);
        }
        double v = Json.decimal(value).orElse(Double.NaN);
        return log && v <= 0 ? Double.NaN : v;
    }
}
