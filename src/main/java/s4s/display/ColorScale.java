package s4s.display;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.awt.Color;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import s4s.io.Json;

/**
 * Colours of a heat map. Values of one sign: white to blue; of both signs: orange, white at zero, blue. The ends are
 * light enough for black numbers on every cell.
 */
final class ColorScale {

    private static final List<String> SEQUENTIAL = List.of("#FFFFFF", "#5AA9DC");
    private static final List<String> DIVERGING = List.of("#EE9B4D", "#FFFFFF", "#5AA9DC");
    private static final int STEPS = 65;

    private ColorScale() {}

    /** Gives a heat map the scale and its ends where it names none. */
    static void fill(JsonObject trace) {
        double[] values = values(trace);
        double min = Arrays.stream(values).min().orElse(0);
        double max = Arrays.stream(values).max().orElse(1);
        boolean diverging = min < 0 && max > 0;
        double end = Math.max(-min, max);
        double half = max > min ? 0 : 0.5; // one value everywhere: the middle of the scale
        Json.putIfAbsent(trace, "zmin", Json.number(diverging ? -end : min - half));
        Json.putIfAbsent(trace, "zmax", Json.number(diverging ? end : max + half));
        if (Json.array(trace, "colorscale").isEmpty()) {
            List<String> colors = diverging ? DIVERGING : SEQUENTIAL;
            JsonArray scale = new JsonArray();
            for (int i = 0; i < colors.size(); i++) {
                JsonArray stop = new JsonArray();
                stop.add((double) i / (colors.size() - 1));
                stop.add(colors.get(i));
                scale.add(stop);
            }
            trace.add("colorscale", scale);
        }
    }

    /** The finite values of a heat map. */
    static double[] values(JsonObject trace) {
        return Json.array(trace, "z").stream()
                .flatMap(ColorScale::stream)
                .flatMap(row -> stream(row.getAsJsonArray()))
                .flatMap(e -> Json.decimal(e).stream())
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    /** The scale of a filled heat map as equally spaced colours. */
    static Color[] colors(JsonObject trace) {
        JsonArray scale = trace.getAsJsonArray("colorscale");
        Color[] colors = new Color[STEPS];
        for (int i = 0; i < STEPS; i++) {
            double at = (double) i / (STEPS - 1);
            int k = 0;
            while (k < scale.size() - 2 && stop(scale, k + 1) < at) {
                k++;
            }
            double low = stop(scale, k);
            double high = stop(scale, Math.min(k + 1, scale.size() - 1));
            colors[i] = mix(color(scale, k), color(scale, Math.min(k + 1, scale.size() - 1)),
                    high > low ? (at - low) / (high - low) : 0);
        }
        return colors;
    }

    private static Stream<JsonElement> stream(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static double stop(JsonArray scale, int i) {
        return scale.get(i).getAsJsonArray().get(0).getAsDouble();
    }

    private static Color color(JsonArray scale, int i) {
        return CssColor.parse(scale.get(i).getAsJsonArray().get(1).getAsString()).orElse(Color.GRAY);
    }

    private static Color mix(Color a, Color b, double t) {
        return new Color((int) Math.round(a.getRed() + t * (b.getRed() - a.getRed())),
                (int) Math.round(a.getGreen() + t * (b.getGreen() - a.getGreen())),
                (int) Math.round(a.getBlue() + t * (b.getBlue() - a.getBlue())));
    }
}
