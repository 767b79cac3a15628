package s4s.display;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import s4s.io.Json;

/** Size, fonts, colours and axes of a figure wherever it names none: plain black on white, light grid lines. */
final class PlotDefaults {

    static final String GRID = "#E5E5E5";
    static final String INK = "#333333";

    private PlotDefaults() {}

    static void fill(JsonObject figure) {
        JsonObject layout = Json.child(figure, "layout");
        Json.putIfAbsent(layout, "width", Plot.WIDTH);
        Json.putIfAbsent(layout, "height", Plot.HEIGHT);
        Json.putIfAbsent(layout, "paper_bgcolor", "#FFFFFF");
        Json.putIfAbsent(layout, "plot_bgcolor", "#FFFFFF");
        Json.putIfAbsent(layout, "colorway", Json.strings(Palette.COLORS));
        JsonObject font = Json.child(layout, "font");
        Json.putIfAbsent(font, "family", "DejaVu Sans, Verdana, sans-serif");
        Json.putIfAbsent(font, "size", 12);
        Json.putIfAbsent(font, "color", INK);
        boolean titled = !Plot.titleOf(layout).isEmpty();
        if (titled) {
            JsonObject title = layout.getAsJsonObject("title");
            Json.putIfAbsent(title, "x", 0.5);
            Json.putIfAbsent(Json.child(title, "font"), "size", 15);
            Json.putIfAbsent(Json.child(title, "font"), "weight", 700);
        }
        JsonObject margin = Json.child(layout, "margin");
        Json.putIfAbsent(margin, "t", titled ? 50 : 20);
        Json.putIfAbsent(margin, "r", 20);
        Json.putIfAbsent(margin, "b", 50);
        Json.putIfAbsent(margin, "l", 60);
        axis(Json.child(layout, "xaxis"));
        axis(Json.child(layout, "yaxis"));
        for (JsonElement element : figure.getAsJsonArray("data")) {
            JsonObject trace = element.getAsJsonObject();
            if (Json.is(trace, "type", "heatmap")) {
                ColorScale.fill(trace);
            }
        }
    }

    private static void axis(JsonObject axis) {
        Json.putIfAbsent(axis, "automargin", true);
        Json.putIfAbsent(axis, "showline", true);
        Json.putIfAbsent(axis, "linecolor", INK);
        Json.putIfAbsent(axis, "ticks", "outside");
        Json.putIfAbsent(axis, "gridcolor", GRID);
        Json.putIfAbsent(axis, "zeroline", false);
        Json.putIfAbsent(axis, "exponentformat", "e"); // 1e-8, not 10n
        JsonObject title = Json.child(axis, "title");
        Json.putIfAbsent(title, "standoff", 8);
        Json.putIfAbsent(Json.child(title, "font"), "size", 13);
    }
}
