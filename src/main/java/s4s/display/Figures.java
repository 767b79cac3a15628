package s4s.display;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import s4s.io.Json;
import s4s.io.Tables;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.components.Line;
import tech.tablesaw.plotly.components.Marker;
import tech.tablesaw.plotly.traces.BarTrace;
import tech.tablesaw.plotly.traces.HeatmapTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;
import tech.tablesaw.plotly.traces.Trace;

/** The figures that this library's notebooks need, each from a table or arrays in one call. */
public final class Figures {

    private static final int NUMBERED_COLUMNS = 14; // more columns are too narrow for numbers in the cells

    private static final int MARKED_UNITS = 20; // longest range with a mark at each whole number

    private Figures() {}

    /**
     * One line with markers for each group of a long table, in the order in which groups first appear; points are
     * sorted by x. A missing y is a gap.
     *
     * @param table long table
     * @param x name of a numeric column
     * @param y name of a numeric column
     * @param group name of the column that tells the lines apart
     * @throws IllegalArgumentException if a column is missing or of another type, or no row has both numbers
     */
    public static Plot lines(Table table, String x, String y, String group, String title) {
        NumericColumn<?> xs = Tables.numeric(table, x);
        NumericColumn<?> ys = Tables.numeric(table, y);
        Column<?> groups = Tables.column(table, group);
        Map<String, List<double[]>> series = new LinkedHashMap<>();
        for (int i = 0; i < table.rowCount(); i++) {
            if (!xs.isMissing(i)) {
                series.computeIfAbsent(groups.getString(i), k -> new ArrayList<>())
                        .add(new double[] {xs.getDouble(i), ys.isMissing(i) ? Double.NaN : ys.getDouble(i)});
            }
        }
        if (series.values().stream().flatMap(List::stream).noneMatch(p -> Double.isFinite(p[0] + p[1]))) {
            throw new IllegalArgumentException("nothing to plot in table '" + table.name() + "': no row has numbers in "
                    + "both '" + x + "' and '" + y + "'");
        }
        List<Trace> traces = new ArrayList<>();
        series.forEach((name, points) -> {
            points.sort(Comparator.comparingDouble(p -> p[0]));
            traces.add(line(name, points.stream().mapToDouble(p -> p[0]).toArray(),
                    points.stream().mapToDouble(p -> p[1]).toArray(), traces.size(), 2).build());
        });
        JsonObject additions = new JsonObject();
        double[] at = series.values().stream().flatMap(List::stream).mapToDouble(p -> p[0]).sorted().toArray();
        if (Arrays.stream(at).allMatch(v -> v == Math.rint(v)) && at[at.length - 1] - at[0] <= MARKED_UNITS) {
            axis(additions, "x").addProperty("dtick", 1); // counts such as NFE: a mark at each
        }
        return Plot.of(figure(layout(title, x, y), traces), additions);
    }

    /**
     * A table of coloured cells with their numbers, first row on top: for a solver's coefficients, say. Values of both
     * signs get white at zero. NaN: an empty cell.
     *
     * @param values [rows][columns], at least one finite
     * @param rows a name for each row
     * @param columns a name for each column
     * @throws IllegalArgumentException if the sizes disagree, or no value is finite, or one is infinite
     */
    public static Plot heatmap(double[][] values, List<String> rows, List<String> columns, String title) {
        if (values.length == 0 || values.length != rows.size()) {
            throw new IllegalArgumentException(
                    "heatmap '" + title + "': " + values.length + " rows of values, " + rows.size() + " row names");
        }
        for (int r = 0; r < values.length; r++) {
            if (values[r].length != columns.size()) {
                throw new IllegalArgumentException("heatmap '" + title + "': row '" + rows.get(r) + "' has "
                        + values[r].length + " values, there are " + columns.size() + " column names");
            }
            if (Arrays.stream(values[r]).anyMatch(Double::isInfinite)) {
                throw new IllegalArgumentException("heatmap '" + title + "': row '" + rows.get(r) + "' is infinite");
            }
        }
        double[] finite = Arrays.stream(values).flatMapToDouble(Arrays::stream).filter(Double::isFinite).toArray();
        if (finite.length == 0) {
            throw new IllegalArgumentException("heatmap '" + title + "': every value is missing");
        }
        JsonObject cells = new JsonObject();
        cells.add("x", Json.strings(unique(columns)));
        cells.add("y", Json.strings(unique(rows)));
        cells.addProperty("hoverongaps", false);
        boolean numbered = columns.size() <= NUMBERED_COLUMNS;
        cells.addProperty("showscale", !numbered);
        if (numbered) {
            cells.addProperty("texttemplate", "%{z:." + Digits.decimals(finite, 3) + "f}");
            Json.child(cells, "textfont").addProperty("color", "#000000");
            cells.addProperty("xgap", 1);
            cells.addProperty("ygap", 1);
        }
        JsonObject additions = new JsonObject();
        addTo(additions, cells);
        axis(additions, "y").addProperty("autorange", "reversed");
        for (String axis : List.of("x", "y")) {
            axis(additions, axis).addProperty("type", "category");
            axis(additions, axis).addProperty("showgrid", false);
        }
        Trace trace = HeatmapTrace.builder(places(columns.size()), places(rows.size()), values).build();
        return Plot.of(figure(layout(title, "", ""), List.of(trace)), additions)
                .size(Plot.WIDTH, Math.min(900, Math.max(220, 130 + 34 * rows.size())));
    }

    /**
     * Bars over categories, one colour.
     *
     * @param category name of the column with the bars' names
     * @param value name of a numeric column, the bars' heights
     */
    public static Plot bars(Table table, String category, String value, String title) {
        return bars(table, category, value, Map.of("", rows(table)), layout(title, category, value));
    }

    /**
     * Bars over categories, side by side, one colour for each group.
     *
     * @param category name of the column with the bars' names
     * @param value name of a numeric column, the bars' heights
     * @param group name of the column that tells the colours apart
     */
    public static Plot bars(Table table, String category, String value, String group, String title) {
        Map<String, List<Integer>> groups = new LinkedHashMap<>();
        Column<?> names = Tables.column(table, group);
        rows(table).forEach(i -> groups.computeIfAbsent(names.getString(i), k -> new ArrayList<>()).add(i));
        return bars(table, category, value, groups,
                layout(title, category, value).barMode(Layout.BarMode.GROUP));
    }

    /**
     * Several time grids below each other: a row of points for each, first on top.
     *
     * @param grids name to values, in drawing order; on a logarithmic axis values of 0 (grids may end there) are not
     *     drawn and the name says so
     * @param xTitle what the values are
     * @param logX whether the axis is logarithmic
     * @throws IllegalArgumentException if there is no grid, a grid is empty, or a value is negative, NaN or infinite
     */
    public static Plot strips(Map<String, double[]> grids, String xTitle, boolean logX, String title) {
        if (grids.isEmpty()) {
            throw new IllegalArgumentException("strips '" + title + "': there is no grid to draw");
        }
        List<Trace> traces = new ArrayList<>();
        List<String> names = new ArrayList<>();
        JsonObject additions = new JsonObject();
        for (Map.Entry<String, double[]> grid : grids.entrySet()) {
            double[] drawn = Arrays.stream(grid.getValue()).filter(v -> !logX || v != 0).toArray();
            if (drawn.length == 0 || Arrays.stream(drawn).anyMatch(v -> !Double.isFinite(v) || logX && v < 0)) {
                throw new IllegalArgumentException("strips '" + title + "': grid '" + grid.getKey()
                        + "' is empty or has a value that is not a " + (logX ? "positive " : "") + "number");
            }
            double[] row = Arrays.stream(drawn).map(v -> -names.size()).toArray();
            traces.add(line(grid.getKey(), drawn, row, traces.size(), 1).showLegend(false).build());
            JsonObject hover = new JsonObject();
            hover.addProperty("hovertemplate", "%{x:.4g}");
            addTo(additions, hover);
            names.add(grid.getKey() + (drawn.length < grid.getValue().length ? " (then 0)" : ""));
        }
        JsonObject yAxis = axis(additions, "y");
        JsonArray places = new JsonArray();
        for (int i = 0; i < names.size(); i++) {
            places.add(-i);
        }
        yAxis.add("tickvals", places);
        yAxis.add("ticktext", Json.strings(names));
        yAxis.add("range", Json.numbers(0.5 - names.size(), 0.5));
        Plot plot = Plot.of(figure(layout(title, xTitle, ""), traces), additions)
                .size(Plot.WIDTH, Math.min(900, 96 + 30 * names.size()));
        return logX ? plot.logX() : plot;
    }

    private static Plot bars(Table table, String category, String value, Map<String, List<Integer>> groups,
            Layout.LayoutBuilder layout) {
        Column<?> names = Tables.column(table, category);
        NumericColumn<?> heights = Tables.numeric(table, value);
        if (heights.countMissing() == table.rowCount()) {
            throw new IllegalArgumentException(
                    "nothing to plot in table '" + table.name() + "': no row has a number in '" + value + "'");
        }
        List<Trace> traces = new ArrayList<>();
        JsonObject additions = new JsonObject();
        axis(additions, "x").addProperty("type", "category"); // bars named 3, 5, 10 stand side by side, not at 3, 5, 10
        groups.forEach((group, rows) -> {
            JsonObject bars = new JsonObject();
            bars.add("x", Json.strings(rows.stream().map(names::getString).toList()));
            addTo(additions, bars);
            traces.add(BarTrace.builder(places(rows.size()), rows.stream()
                            .mapToDouble(i -> heights.isMissing(i) ? Double.NaN : heights.getDouble(i)).toArray())
                    .name(quoted(group))
                    .marker(Marker.builder().color(Palette.color(traces.size())).build()).build());
        });
        return Plot.of(figure(layout, traces), additions);
    }

    private static List<Integer> rows(Table table) {
        List<Integer> rows = new ArrayList<>();
        for (int i = 0; i < table.rowCount(); i++) {
            rows.add(i);
        }
        return rows;
    }

    /** Plotly merges cells of one name; names that appear twice get invisible marks. */
    private static List<String> unique(List<String> names) {
        List<String> result = new ArrayList<>();
        for (String name : names) {
            String candidate = name;
            while (result.contains(candidate)) {
                candidate += "\u200b";
            }
            result.add(candidate);
        }
        return result;
    }

    private static ScatterTrace.ScatterBuilder line(String name, double[] x, double[] y, int series, double width) {
        return ScatterTrace.builder(x, y).name(quoted(name)).mode(ScatterTrace.Mode.LINE_AND_MARKERS)
                .marker(Marker.builder().color(Palette.color(series)).symbol(Palette.symbol(series)).size(8).build())
                .line(Line.builder().color(Palette.color(series)).dash(Palette.dash(series)).width(width).build());
    }

    private static Layout.LayoutBuilder layout(String title, String xTitle, String yTitle) {
        return Layout.builder(quoted(title), quoted(xTitle), quoted(yTitle)).width(Plot.WIDTH).height(Plot.HEIGHT);
    }

    private static Figure figure(Layout.LayoutBuilder layout, List<Trace> traces) {
        return new Figure(layout.build(), traces.toArray(Trace[]::new));
    }

    /** Tablesaw writes text into a script as it is. */
    private static String quoted(String text) {
        return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r");
    }

    /** 0, 1, ...: stand in for names, which Tablesaw would write without quoting. */
    private static Object[] places(int count) {
        return IntStream.range(0, count).boxed().toArray();
    }

    private static JsonObject axis(JsonObject additions, String name) {
        return Json.child(Json.child(additions, "layout"), name + "axis");
    }

    private static void addTo(JsonObject additions, JsonObject trace) {
        JsonArray data = Json.array(additions, "data").orElseGet(JsonArray::new);
        data.add(trace);
        additions.add("data", data);
    }
}
