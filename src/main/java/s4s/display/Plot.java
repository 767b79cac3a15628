package s4s.display;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import s4s.io.AtomicFiles;
import s4s.io.Json;
import tech.tablesaw.plotly.components.Figure;

/**
 * A Tablesaw figure with what Tablesaw lacks: logarithmic axes with marks that read well, notes, one style, and a PNG.
 * Both the live and the still version are drawn from its JSON, in one size and with the same colours. The methods {@link #logX()}, {@link #xTitle(String)}, ... return a changed copy.
 *
 * <pre>{@code
 * Figures.lines(results, "nfe", "fd", "solver", "FD over NFE").logY().yTitle("FD (mini features)")
 * }</pre>
 *
 * @see Figures
 * @see <a href="https://plotly.com/javascript/reference/">Plotly figure reference</a>
 */
public final class Plot extends Figure {

    /** Width in pixels where nothing else is said: fits GitHub's and JupyterLab's notebook column. */
    public static final int WIDTH = 760;
    /** Height in pixels where nothing else is said. */
    public static final int HEIGHT = 420;

    private final JsonObject json;

    private Plot(Figure figure, JsonObject json) {
        super(figure.getLayout(), figure.getConfig(), figure.getTraces());
        this.json = json;
    }

    /**
     * A Tablesaw figure, with this library's colours, fonts and size wherever the figure names none.
     *
     * @throws IllegalArgumentException if the figure's script does not run or holds no trace
     */
    public static Plot of(Figure figure) {
        return figure instanceof Plot plot ? plot : of(figure, new JsonObject());
    }

    /**
     * A Tablesaw figure with what Tablesaw has no word for.
     *
     * @param additions attributes of Plotly, {@code {data: [...], layout: {...}}}, which win over the figure's
     * @throws IllegalArgumentException if the figure's script does not run or holds no trace
     */
    static Plot of(Figure figure, JsonObject additions) {
        JsonObject json = TablesawFigure.toJson(figure);
        JsonArray data = Json.array(json, "data").filter(d -> d.size() > 0).orElseThrow(() ->
                new IllegalArgumentException("a figure needs at least one trace in its data; this one has none"));
        JsonArray traces = Json.array(additions, "data").orElseGet(JsonArray::new);
        for (int i = 0; i < traces.size(); i++) {
            merge(data.get(i).getAsJsonObject(), traces.get(i).getAsJsonObject());
        }
        Json.object(additions, "layout").ifPresent(layout -> merge(Json.child(json, "layout"), layout));
        PlotDefaults.fill(json);
        return new Plot(figure, json);
    }

    private static void merge(JsonObject into, JsonObject additions) {
        additions.entrySet().forEach(e -> {
            if (e.getValue().isJsonObject()) {
                merge(Json.child(into, e.getKey()), e.getValue().getAsJsonObject());
            } else {
                into.add(e.getKey(), e.getValue());
            }
        });
    }

    /** The script of the whole figure, additions too, so that Tablesaw's own pages show it as it is. */
    @Override
    public String asJavascript(String divName) {
        Gson gson = new Gson(); // writes < as an escape: no text can end the script
        return "<script>Plotly.newPlot(" + gson.toJson(divName) + ", " + gson.toJson(json.get("data")) + ", "
                + gson.toJson(json.get("layout")) + ");</script>";
    }

    /** Plotly's JSON, {@code {data: [...], layout: {...}}}: a copy. */
    public JsonObject json() {
        return json.deepCopy();
    }

    /** Pixels. */
    public int width() {
        return json.getAsJsonObject("layout").get("width").getAsInt();
    }

    /** Pixels. */
    public int height() {
        return json.getAsJsonObject("layout").get("height").getAsInt();
    }

    /** The title, empty where there is none. */
    public String title() {
        return titleOf(json.getAsJsonObject("layout"));
    }

    /** The copy with a logarithmic x axis. */
    public Plot logX() {
        return withLayout(layout -> LogAxis.apply(Json.child(layout, "xaxis"), values("x")));
    }

    /** The copy with a logarithmic y axis. */
    public Plot logY() {
        return withLayout(layout -> LogAxis.apply(Json.child(layout, "yaxis"), values("y")));
    }

    /** The copy with this title below the x axis. */
    public Plot xTitle(String title) {
        return withLayout(layout -> Json.child(Json.child(layout, "xaxis"), "title").addProperty("text", title));
    }

    /** The copy with this title beside the y axis. */
    public Plot yTitle(String title) {
        return withLayout(layout -> Json.child(Json.child(layout, "yaxis"), "title").addProperty("text", title));
    }

    /**
     * The copy in this size.
     *
     * @param width pixels, 200 to 4000
     * @param height pixels, 120 to 4000
     */
    public Plot size(int width, int height) {
        if (width < 200 || height < 120 || width > 4000 || height > 4000) {
            throw new IllegalArgumentException(
                    "a figure of " + width + "x" + height + " pixels: use 200x120 to 4000x4000");
        }
        return withLayout(layout -> {
            layout.addProperty("width", width);
            layout.addProperty("height", height);
        });
    }

    /**
     * The copy with a short text above a point of the plot.
     *
     * @param x in data units, also on a logarithmic axis
     * @param y in data units, also on a logarithmic axis
     */
    public Plot note(double x, double y, String text) {
        if (!Double.isFinite(x) || !Double.isFinite(y)) {
            throw new IllegalArgumentException("the note '" + text + "' is at (" + x + ", " + y + "), not a point");
        }
        JsonObject trace = new JsonObject(); // a trace, since an annotation's place changes meaning on a log axis
        trace.addProperty("type", "scatter");
        trace.addProperty("mode", "text");
        trace.add("x", Json.numbers(x));
        trace.add("y", Json.numbers(y));
        trace.add("text", Json.strings(List.of(text)));
        trace.addProperty("textposition", "top center");
        trace.addProperty("hoverinfo", "skip");
        trace.addProperty("showlegend", false);
        JsonObject copy = json.deepCopy();
        copy.getAsJsonArray("data").add(trace);
        return new Plot(this, copy);
    }

    /**
     * The still version, drawn without a display.
     *
     * @throws IllegalStateException if this Java cannot draw text (no fonts installed)
     */
    public BufferedImage image() {
        return StillPlot.draw(json);
    }

    /** The still version as a PNG file's bytes. */
    public byte[] png() {
        return Png.encode(image());
    }

    /**
     * Writes the still version.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public void savePng(Path file) {
        try {
            AtomicFiles.write(file, png());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the figure to " + file + ": " + e.getMessage(), e);
        }
    }

    /** One line for where no image can be shown: title, axes and series. */
    @Override
    public String toString() {
        JsonObject layout = json.getAsJsonObject("layout");
        List<String> parts = new ArrayList<>();
        for (String axis : List.of("x", "y")) {
            String title = StillPlot.title(layout.getAsJsonObject(axis + "axis"));
            if (!title.isEmpty()) {
                parts.add(axis + ": " + title);
            }
        }
        String series = traces().stream()
                .filter(t -> !Json.is(t, "mode", "text"))
                .map(t -> StillPlot.plain(Json.string(t, "name").orElse("")))
                .filter(name -> !name.isEmpty())
                .collect(Collectors.joining(", "));
        if (!series.isEmpty()) {
            parts.add("series: " + series);
        }
        String title = title().isEmpty() ? "untitled" : StillPlot.title(layout);
        return "Figure: " + title + (parts.isEmpty() ? "" : " (" + String.join("; ", parts) + ")");
    }

    static String titleOf(JsonObject owner) {
        return Json.object(owner, "title").flatMap(t -> Json.string(t, "text")).orElse("");
    }

    private List<JsonObject> traces() {
        return StreamSupport.stream(json.getAsJsonArray("data").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .collect(Collectors.toList());
    }

    private double[] values(String member) {
        return traces().stream()
                .map(t -> Json.array(t, member).orElseGet(JsonArray::new))
                .flatMap(values -> StreamSupport.stream(values.spliterator(), false))
                .flatMap(e -> Json.decimal(e).stream())
                .mapToDouble(Double::doubleValue)
                .toArray();
    }

    private Plot withLayout(Consumer<JsonObject> change) {
        JsonObject copy = json.deepCopy();
        change.accept(copy.getAsJsonObject("layout"));
        return new Plot(this, copy);
    }
}
