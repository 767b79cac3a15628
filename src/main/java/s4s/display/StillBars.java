package s4s.display;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategorySeries;
import org.knowm.xchart.style.CategoryStyler;
import s4s.io.Json;

/** Upright bars over categories, side by side or stacked. */
final class StillBars {

    private StillBars() {}

    static CategoryChart chart(List<JsonObject> traces, JsonObject layout) {
        Set<String> categories = new LinkedHashSet<>();
        boolean flat = traces.stream().anyMatch(t -> Json.is(t, "orientation", "h"));
        String along = flat ? "y" : "x";
        String up = flat ? "x" : "y";
        for (JsonObject trace : traces) {
            Json.array(trace, along).orElseGet(JsonArray::new).forEach(e -> categories.add(text(e)));
        }
        CategoryChart chart = new CategoryChart(layout.get("width").getAsInt(), layout.get("height").getAsInt());
        chart.setTitle(StillPlot.title(layout));
        chart.setXAxisTitle(StillPlot.title(layout.getAsJsonObject(along + "axis")));
        chart.setYAxisTitle(StillPlot.title(layout.getAsJsonObject(up + "axis")));
        CategoryStyler styler = chart.getStyler();
        StillPlot.style(styler, layout);
        styler.setPlotGridVerticalLinesVisible(false);
        boolean histogram = Json.is(traces.get(0), "type", "histogram");
        styler.setAvailableSpaceFill(histogram ? 0.98 : traces.size() > 1 ? 0.8 : 0.6);
        styler.setStacked(Json.is(layout, "barmode", "stack"));
        styler.setLegendVisible(StillPlot.legend(traces, layout));
        styler.setYAxisTickMarkSpacingHint(40);
        double share = styler.isLegendVisible() ? 0.62 : 0.87; // of the width, for the axis
        double room = share * layout.get("width").getAsInt() / Math.max(1, categories.size());
        if (StillPlot.labelWidth(categories) > room) {
            styler.setXAxisLabelRotation(30);
            styler.setXAxisTickMarkSpacingHint(16);
        } else {
            styler.setXAxisTickMarkSpacingHint(10);
        }
        double size = traces.stream().flatMap(t -> heights(t, along, up, categories).stream())
                .mapToDouble(Math::abs).max().orElse(1);
        double unit = size >= 1e-3 && size < 1e6 ? 1 : Math.pow(10, Math.floor(Math.log10(Math.max(size, 1e-300))));
        styler.setYAxisTickLabelsFormattingFunction(mark -> Digits.axis(mark * unit));
        double min = 0;
        double max = 0;
        int index = 0;
        for (JsonObject trace : traces) {
            List<Double> heights = heights(trace, along, up, categories).stream().map(h -> h / unit).toList();
            min = Math.min(min, Collections.min(heights));
            max = Math.max(max, Collections.max(heights));
            CategorySeries series = chart.addSeries("series " + index, new ArrayList<>(categories), heights);
            series.setLabel(StillPlot.name(trace, index));
            series.setShowInLegend(StillPlot.inLegend(trace));
            series.setFillColor(StillPlot.seriesColor(trace, layout, index));
            index++;
        }
        if (!styler.isStacked()) {
            styler.setYAxisMin(min * 1.05 - 1e-4 * (max - min)); // a mark right at the end loses its label
            styler.setYAxisMax(max > min ? max * 1.05 : 1);
        }
        return chart;
    }

    /** A histogram as bars: counts in steps of 1, 2 or 5 times a power of ten, named by their lower ends. */
    static JsonObject counted(JsonObject histogram) {
        List<Double> values = new ArrayList<>();
        Json.array(histogram, "x").orElseGet(JsonArray::new).forEach(e -> Json.decimal(e).ifPresent(values::add));
        if (values.isEmpty()) {
            throw new IllegalArgumentException("a histogram needs numbers in its x; this one has none");
        }
        double min = Collections.min(values);
        double max = Collections.max(values);
        double wanted = Json.decimal(histogram, "nbinsx").filter(n -> n >= 1)
                .orElse(Math.ceil(Math.log(values.size()) / Math.log(2)) + 1); // Sturges' rule
        double step = round(max > min ? (max - min) / wanted : 1);
        long first = (long) Math.floor(min / step);
        int[] counts = new int[(int) ((long) Math.floor(max / step) - first) + 1];
        values.forEach(v -> counts[(int) ((long) Math.floor(v / step) - first)]++);
        JsonObject bars = histogram.deepCopy();
        JsonArray names = new JsonArray();
        JsonArray heights = new JsonArray();
        for (int i = 0; i < counts.length; i++) {
            names.add(Digits.axis((first + i) * step));
            heights.add(counts[i]);
        }
        bars.add("x", names);
        bars.add("y", heights);
        return bars;
    }

    /** The next 1, 2 or 5 times a power of ten. */
    private static double round(double step) {
        double power = Math.pow(10, Math.floor(Math.log10(step)));
        double digit = step / power;
        return power * (digit <= 1 ? 1 : digit <= 2 ? 2 : digit <= 5 ? 5 : 10);
    }

    private static List<Double> heights(JsonObject trace, String along, String up, Set<String> categories) {
        JsonArray names = Json.array(trace, along).orElseGet(JsonArray::new);
        JsonArray values = Json.array(trace, up).orElseGet(JsonArray::new);
        List<Double> heights = new ArrayList<>();
        for (String category : categories) {
            double height = 0;
            for (int i = 0; i < Math.min(names.size(), values.size()); i++) {
                if (text(names.get(i)).equals(category)) {
                    height += Json.decimal(values.get(i)).orElse(0.0);
                }
            }
            heights.add(height);
        }
        return heights;
    }

    private static String text(JsonElement element) {
        return element.isJsonNull() ? "" : element.getAsString();
    }
}
