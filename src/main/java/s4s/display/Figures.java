package s4s.display;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import s4s.io.Json;
import s4s.io.Tables;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

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
        JsonArray data = new JsonArray();
        for (Map.Entry<String, List<double[]>> entry : series.entrySet()) {
            List<double[]> points = entry.getValue();
            points.sort(Comparator.comparingDouble(p -> p[0]));
            JsonObject trace = trace("scatter", entry.getKey());
            trace.addProperty("mode", "lines+markers");
            trace.add("x", Json.numbers(points.stream().mapToDouble(p -> p[0]).toArray()));
            trace.add("y", Json.numbers(points.stream().mapToDouble(p -> p[1]).toArray()));
            mark(trace, data.size(), true);
            data.add(trace);
        }
        JsonObject layout = layout(title, x, y);
        double[] at = series.values().stream().flatMap(List::stream).mapToDouble(p -> p[0]).sorted().toArray();
        if (Arrays.stream(at).allMatch(v -> v == Math.rint(v)) && at[at.length - 1] - at[0] <= MARKED_UNITS) {
            layout.getAsJsonObject("xaxis").addProperty("dtick", 1); // counts such as NFE: a mark at each
        }
        return Plot.ofJson(figure(data, layout));
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
        JsonArray z = new JsonArray();
        for (int r = 0; r < values.length; r++) {
            if (values[r].length != columns.size()) {
                throw new IllegalArgumentException("heatmap '" + title + "': row '" + rows.get(r) + "' has "
                        + values[r].length + " values, there are " + columns.size() + " column names");
            }
            if (Arrays.stream(values[r]).anyMatch(Double::isInfinite)) {
                throw new IllegalArgumentException("heatmap '" + title + "': row '" + rows.get(r) + "' is infinite");
            }
            z.add(Json.numbers(values[r]));
        }
        double[] finite = Arrays.stream(values).flatMapToDouble(Arrays::stream).filter(Double::isFinite).toArray();
        if (finite.length == 0) {
            throw new IllegalArgumentException("heatmap '" + title + "': every value is missing");
        }
        JsonObject trace = trace("heatmap", "");
        trace.add("z", z);
        trace.add("x", Json.strings(unique(columns)));
        trace.add("y", Json.strings(unique(rows)));
        trace.addProperty("hoverongaps", false);
        boolean numbered = columns.size() <= NUMBERED_COLUMNS;
        trace.addProperty("showscale", !numbered);
        if (numbered) {
            trace.addProperty("texttemplate", "%{z:." + Digits.decimals(finite, 3) + "f}");
            Json.child(trace, "textfont").addProperty("color", "#000000");
            trace.addProperty("xgap", 1);
            trace.addProperty("ygap", 1);
        }
        JsonObject layout = layout(title, "", "");
        JsonObject yAxis = Json.child(layout, "yaxis");
        yAxis.addProperty("autorange", "reversed");
        for (String axis : List.of("xaxis", "yaxis")) {
            Json.child(layout, axis).addProperty("type", "category");
            Json.child(layout, axis).addProperty("showgrid", false);
        }
        JsonArray data = new JsonArray();
        data.add(trace);
        return Plot.ofJson(figure(data, layout))
                .size(Plot.WIDTH, Math.min(900, Math.max(220, 130 + 34 * rows.size())));
    }

    /**
     * Bars over categories, one colour.
     *
     * @param category name of the column with the bars' names
     * @param value name of a numeric column, the bars' heights
     */
    public static Plot bars(Table table, String category, String value, String title) {
        return Plot.ofJson(figure(bars(table, category, value, Map.of("", rows(table))),
                categories(layout(title, category, value))));
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
        JsonObject layout = categories(layout(title, category, value));
        layout.addProperty("barmode", "group");
        return Plot.ofJson(figure(bars(table, category, value, groups), layout));
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
        JsonArray data = new JsonArray();
        List<String> names = new ArrayList<>();
        for (Map.Entry<String, double[]> grid : grids.entrySet()) {
            double[] drawn = Arrays.stream(grid.getValue()).filter(v -> !logX || v != 0).toArray();
            if (drawn.length == 0 || Arrays.stream(drawn).anyMatch(v -> !Double.isFinite(v) || logX && v < 0)) {
                throw new IllegalArgumentException("strips '" + title + "': grid '" + grid.getKey()
                        + "' is empty or has a value that is not a " + (logX ? "positive " : "") + "number");
            }
            JsonObject trace = trace("scatter", grid.getKey());
            trace.addProperty("mode", "lines+markers");
            trace.add("x", Json.numbers(drawn));
            trace.add("y", Json.numbers(Arrays.stream(drawn).map(v -> -names.size()).toArray()));
            trace.addProperty("showlegend", false);
            trace.addProperty("hovertemplate", "%{x:.4g}");
            mark(trace, data.size(), true);
            trace.getAsJsonObject("line").addProperty("width", 1);
            data.add(trace);
            names.add(grid.getKey() + (drawn.length < grid.getValue().length ? " (then 0)" : ""));
        }
        JsonObject layout = layout(title, xTitle, "");
        JsonObject yAxis = Json.child(layout, "yaxis");
        JsonArray places = new JsonArray();
        for (int i = 0; i < names.size(); i++) {
            places.add(-i);
        }
        yAxis.add("tickvals", places);
        yAxis.add("ticktext", Json.strings(names));
        yAxis.add("range", Json.numbers(0.5 - names.size(), 0.5));
        Plot plot = Plot.ofJson(figure(data, layout)).size(Plot.WIDTH, Math.min(900, 96 + 30 * names.size()));
        return logX ? plot.logX() : plot;
    }

    private static JsonArray bars(Table table, String category, String value, Map<String, List<Integer>> groups) {
        Column<?> names = Tables.column(table, category);
        NumericColumn<?> heights = Tables.numeric(table, value);
        if (heights.countMissing() == table.rowCount()) {
            throw new IllegalArgumentException(
                    "nothing to plot in table '" + table.name() + "': no row has a number in '" + value + "'");
        }
        JsonArray data = new JsonArray();
        groups.forEach((group, rows) -> {
            JsonObject trace = trace("bar", group);
            trace.add("x", Json.strings(rows.stream().map(names::getString).toList()));
            trace.add("y", Json.numbers(rows.stream()
                    .mapToDouble(i -> heights.isMissing(i) ? Double.NaN : heights.getDouble(i)).toArray()));
            mark(trace, data.size(), false);
            data.add(trace);
        });
        return data;
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

    private static JsonObject trace(String type, String name) {
        JsonObject trace = new JsonObject();
        trace.addProperty("type", type);
        trace.addProperty("name", name);
        return trace;
    }

    private static void mark(JsonObject trace, int index, boolean line) {
        JsonObject marker = Json.child(trace, "marker");
        marker.addProperty("color", Palette.color(index));
        if (line) {
            marker.addProperty("symbol", Palette.symbol(index));
            marker.addProperty("size", 8);
            JsonObject stroke = Json.child(trace, "line");
            stroke.addProperty("color", Palette.color(index));
            stroke.addProperty("dash", Palette.dash(index));
            stroke.addProperty("width", 2);
        }
    }

    private static JsonObject layout(String title, String xTitle, String yTitle) {
        JsonObject layout = new JsonObject();
        Json.child(layout, "title").addProperty("text", title);
        Json.child(Json.child(layout, "xaxis"), "title").addProperty("text", xTitle);
        Json.child(Json.child(layout, "yaxis"), "title").addProperty("text", yTitle);
        return layout;
    }

    /** Bars named 3, 5, 10 stand side by side, not where those numbers are. */
    private static JsonObject categories(JsonObject layout) {
        Json.child(layout, "xaxis").addProperty("type", "category");
        return layout;
    }

    private static JsonObject figure(JsonArray data, JsonObject layout) {
        JsonObject figure = new JsonObject();
        figure.add("data", data);
        figure.add("layout", layout);
        return figure;
    }
}
