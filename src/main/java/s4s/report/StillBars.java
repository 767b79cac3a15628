package s4s.report;

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

/** Upright bars over categories, side by side or stacked. */
final class StillBars {

    private StillBars() {}

    static CategoryChart chart(List<JsonObject> traces, JsonObject layout) {
        Set<String> categories = new LinkedHashSet<>();
        boolean flat = traces.stream().anyMatch(t -> Json.string(t, "orientation").equals(java.util.Optional.of("h")));
        String along = flat ? "y" : "x";
        String up = flat ? "x" : "y";
        for (JsonObject trace : traces) {
            Json.array(trace, along).orElseGet(JsonArray::new).forEach(e -> categories.add(text(e)));
        }
        CategoryChart chart = new CategoryChart(layout.get("width").getAsInt(), layout.get("height").getAsInt());
        chart.setTitle(Plot.titleOf(layout));
        chart.setXAxisTitle(Plot.titleOf(layout.getAsJsonObject(along + "axis")));
        chart.setYAxisTitle(Plot.titleOf(layout.getAsJsonObject(up + "axis")));
        CategoryStyler styler = chart.getStyler();
        StillPlot.style(styler, layout);
        styler.setPlotGridVerticalLinesVisible(false);
        styler.setAvailableSpaceFill(traces.size() > 1 ? 0.8 : 0.6);
        styler.setStacked(Json.string(layout, "barmode").equals(java.util.Optional.of("stack")));
        styler.setLegendVisible(StillPlot.legend(traces, layout));
        styler.setYAxisTickMarkSpacingHint(40);
        int room = layout.get("width").getAsInt() * 2 / 3 / Math.max(1, categories.size());
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
            series.setLabel(Json.string(trace, "name").filter(n -> !n.isBlank()).orElse("trace " + index));
            series.setShowInLegend(StillPlot.inLegend(trace));
            series.setFillColor(StillPlot.seriesColor(trace, layout, index));
            index++;
        }
        if (!styler.isStacked()) {
            styler.setYAxisMin(min * 1.05 - 0.002 * (max - min)); // a mark right at the end loses its label
            styler.setYAxisMax(max > min ? max * 1.05 : 1);
        }
        return chart;
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
