package s4s.display;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.awt.BasicStroke;
import java.awt.Color;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.XYStyler;
import org.knowm.xchart.style.lines.SeriesLines;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;
import s4s.io.Json;

/** Lines and points. */
final class StillLines {

    private static final int TEXT_RISE = 12; // pixels from a point to the middle of the text above it

    private StillLines() {}

    static XYChart chart(List<JsonObject> traces, JsonObject layout) {
        StillAxis xAxis = new StillAxis(layout.getAsJsonObject("xaxis"), all(traces, "x"));
        StillAxis yAxis = new StillAxis(layout.getAsJsonObject("yaxis"), all(traces, "y"));
        if (xAxis.empty() || yAxis.empty()) {
            throw new IllegalArgumentException("nothing to draw in '" + Plot.titleOf(layout)
                    + "': no point has two numbers (above 0 on a logarithmic axis)");
        }
        XYChart chart = new XYChart(layout.get("width").getAsInt(), layout.get("height").getAsInt());
        chart.setTitle(StillPlot.title(layout));
        chart.setXAxisTitle(xAxis.title());
        chart.setYAxisTitle(yAxis.title());
        XYStyler styler = chart.getStyler();
        StillPlot.style(styler, layout);
        styler.setXAxisMin(xAxis.min());
        styler.setXAxisMax(xAxis.max());
        styler.setYAxisMin(yAxis.min());
        styler.setYAxisMax(yAxis.max());
        styler.setXAxisLogarithmic(xAxis.logMarks());
        styler.setYAxisLogarithmic(yAxis.logMarks());
        styler.setXAxisLogarithmicDecadeOnly(false);
        styler.setYAxisLogarithmicDecadeOnly(false);
        styler.setXAxisTickLabelsFormattingFunction(xAxis::label);
        styler.setYAxisTickLabelsFormattingFunction(yAxis::label);
        styler.setXAxisTickMarkSpacingHint(xAxis.spacing(layout.get("width").getAsInt() * 3 / 4, 70));
        styler.setYAxisTickMarkSpacingHint(yAxis.spacing(layout.get("height").getAsInt() - 96, 40));
        styler.setLegendVisible(StillPlot.legend(traces, layout));
        styler.setMarkerSize(traces.stream().flatMap(t -> Json.object(t, "marker").stream())
                .flatMap(m -> Json.decimal(m, "size").stream()).mapToInt(Double::intValue).max().orElse(8));
        int index = 0;
        for (JsonObject trace : traces) {
            series(chart, trace, layout, xAxis, yAxis, index++);
        }
        irregular(chart, xAxis, yAxis);
        return chart;
    }

    private static void series(XYChart chart, JsonObject trace, JsonObject layout, StillAxis xAxis, StillAxis yAxis,
            int index) {
        double[][] points = points(trace, xAxis, yAxis);
        String mode = Json.string(trace, "mode").orElse(points[0].length < 20 ? "lines+markers" : "lines");
        if (mode.contains("text")) {
            JsonArray text = Json.array(trace, "text").orElseGet(JsonArray::new);
            for (int i = 0; i < Math.min(text.size(), points[0].length); i++) {
                if (!Double.isNaN(points[1][i])) {
                    chart.addAnnotation(new RaisedText(text.get(i).getAsString(), points[0][i], points[1][i]));
                }
            }
        }
        if (points[0].length == 0 || !mode.contains("lines") && !mode.contains("markers")) {
            return;
        }
        XYSeries series = chart.addSeries("series " + index, points[0], points[1]);
        Color color = StillPlot.seriesColor(trace, layout, index);
        series.setLabel(StillPlot.name(trace, index));
        series.setShowInLegend(StillPlot.inLegend(trace));
        series.setLineColor(color);
        series.setMarkerColor(color);
        series.setMarker(mode.contains("markers") ? marker(trace) : SeriesMarkers.NONE);
        series.setLineStyle(mode.contains("lines") ? stroke(trace) : SeriesLines.NONE);
    }

    /** The trace's points; those without a place on the x axis are dropped, those without one on y stay as gaps. */
    private static double[][] points(JsonObject trace, StillAxis xAxis, StillAxis yAxis) {
        JsonArray y = Json.array(trace, "y").orElseGet(JsonArray::new);
        JsonArray x = Json.array(trace, "x").orElseGet(JsonArray::new);
        int n = x.size() == 0 ? y.size() : Math.min(x.size(), y.size());
        double[][] points = new double[2][n];
        int kept = 0;
        for (int i = 0; i < n; i++) {
            double at = x.size() == 0 ? i : xAxis.place(x.get(i));
            if (!Double.isNaN(at)) {
                points[0][kept] = at;
                points[1][kept++] = yAxis.place(y.get(i));
            }
        }
        return new double[][] {Arrays.copyOf(points[0], kept), Arrays.copyOf(points[1], kept)};
    }

    private static List<JsonElement> all(List<JsonObject> traces, String member) {
        List<JsonElement> values = new ArrayList<>();
        for (JsonObject trace : traces) {
            Json.array(trace, member).ifPresent(a -> a.forEach(values::add));
        }
        if (values.isEmpty() && member.equals("x")) { // Plotly then counts the points
            for (JsonObject trace : traces) {
                int n = Json.array(trace, "y").map(JsonArray::size).orElse(0);
                Json.numbers(IntStream.range(0, n).asDoubleStream().toArray()).forEach(values::add);
            }
        }
        return values;
    }

    private static Marker marker(JsonObject trace) {
        String symbol = Json.object(trace, "marker").flatMap(m -> Json.string(m, "symbol")).orElse("circle");
        return switch (symbol.replaceFirst("-(thin|open|dot).*$", "")) {
            case "square" -> SeriesMarkers.SQUARE;
            case "diamond" -> SeriesMarkers.DIAMOND;
            case "triangle-up" -> SeriesMarkers.TRIANGLE_UP;
            case "triangle-down" -> SeriesMarkers.TRIANGLE_DOWN;
            case "cross" -> SeriesMarkers.PLUS;
            case "x" -> SeriesMarkers.CROSS;
            default -> SeriesMarkers.CIRCLE;
        };
    }

    private static BasicStroke stroke(JsonObject trace) {
        JsonObject line = Json.object(trace, "line").orElseGet(JsonObject::new);
        float width = Json.decimal(line, "width").orElse(2.0).floatValue();
        float[] dashes = switch (Json.string(line, "dash").orElse("solid")) {
            case "dash" -> new float[] {9, 5};
            case "longdash" -> new float[] {14, 6};
            case "dot" -> new float[] {2, 4};
            case "dashdot" -> new float[] {9, 4, 2, 4};
            case "longdashdot" -> new float[] {14, 4, 2, 4};
            default -> new float[0];
        };
        return dashes.length == 0
                ? new BasicStroke(width, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND)
                : new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dashes, 0);
    }

    /**
     * XChart puts its marks on the data instead of on round numbers when the data happen to be equally spaced (two
     * points always are). An invisible series undoes that.
     */
    private static void irregular(XYChart chart, StillAxis xAxis, StillAxis yAxis) {
        double[] x = {xAxis.min(), xAxis.min() + (xAxis.max() - xAxis.min()) / Math.PI, xAxis.max()};
        double[] y = {yAxis.min(), yAxis.min() + (yAxis.max() - yAxis.min()) / Math.PI, yAxis.max()};
        XYSeries series = chart.addSeries("irregular", x, y);
        series.setShowInLegend(false);
        series.setMarker(SeriesMarkers.NONE);
        series.setLineStyle(SeriesLines.NONE);
    }

    /** Text a little above its point. */
    private static final class RaisedText extends AnnotationText {
        RaisedText(String text, double x, double y) {
            super(text, x, y, false);
        }

        @Override
        protected int getYAxisScreenValue(double value) {
            return super.getYAxisScreenValue(value) - TEXT_RISE;
        }
    }
}
