package s4s.display;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.font.FontRenderContext;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.knowm.xchart.internal.chartpart.Chart;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendPosition;
import s4s.io.Json;

/** The still version of a figure: Plotly's JSON drawn by XChart, without a display. */
final class StillPlot {

    private StillPlot() {}

    /**
     * Draws the figure in the size that its layout names.
     *
     * @param figure with all of {@link PlotDefaults}
     * @throws IllegalStateException if this Java cannot draw text
     */
    static BufferedImage draw(JsonObject figure) {
        List<JsonObject> traces = new ArrayList<>();
        Set<String> types = new TreeSet<>();
        for (JsonElement element : figure.getAsJsonArray("data")) {
            JsonObject trace = element.getAsJsonObject();
            traces.add(trace);
            types.add(type(trace));
        }
        JsonObject layout = figure.getAsJsonObject("layout");
        try {
            if (types.equals(Set.of("scatter"))) {
                return paint(StillLines.chart(traces, layout), layout);
            }
            if (types.equals(Set.of("bar"))) {
                return paint(StillBars.chart(traces, layout), layout);
            }
            if (types.equals(Set.of("histogram")) && traces.size() == 1) {
                return paint(StillBars.chart(List.of(StillBars.counted(traces.get(0))), layout), layout);
            }
            if (types.equals(Set.of("heatmap")) && traces.size() == 1) {
                return paint(StillHeatmap.chart(traces.get(0), layout), layout);
            }
            return notice(layout, "This figure (" + String.join(", ", types) + ") is drawn only where it is live.");
        } catch (UnsatisfiedLinkError | NoClassDefFoundError | InternalError e) {
            throw new IllegalStateException("this Java cannot draw text, it finds no fonts: install fontconfig and a "
                    + "font (Debian: apt-get install fontconfig fonts-dejavu-core) [" + e.getMessage() + "]", e);
        }
    }

    private static String type(JsonObject trace) {
        boolean second = List.of("xaxis", "yaxis").stream()
                .anyMatch(axis -> Json.string(trace, axis).filter(name -> name.matches("[xy]\\d+")).isPresent());
        return second ? "several axes" : Json.string(trace, "type").orElse("scatter").replace("scattergl", "scatter");
    }

    /** The look that all kinds share. */
    static void style(AxesChartStyler styler, JsonObject layout) {
        Color ink = CssColor.parse(PlotDefaults.INK).orElseThrow();
        styler.setBaseFont(font(Font.PLAIN, 12));
        styler.setChartTitleFont(font(Font.BOLD, 15));
        styler.setAxisTitleFont(font(Font.PLAIN, 13));
        styler.setAxisTickLabelsFont(font(Font.PLAIN, 12));
        styler.setLegendFont(font(Font.PLAIN, 12));
        styler.setAnnotationTextFont(font(Font.PLAIN, 12));
        styler.setChartFontColor(ink);
        styler.setAxisTickLabelsColor(ink);
        styler.setXAxisTickLabelsColor(ink);
        styler.setYAxisTickLabelsColor(ink);
        styler.setAnnotationTextFontColor(ink);
        styler.setChartBackgroundColor(color(layout, "paper_bgcolor"));
        styler.setPlotBackgroundColor(color(layout, "plot_bgcolor"));
        styler.setChartTitleBoxVisible(false);
        styler.setChartTitlePadding(8);
        styler.setChartPadding(12);
        styler.setPlotMargin(0);
        styler.setPlotContentSize(1);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(CssColor.parse(PlotDefaults.GRID).orElseThrow());
        styler.setPlotGridLinesStroke(new BasicStroke(1));
        styler.setAxisTicksLineVisible(true);
        styler.setAxisTickMarksColor(ink);
        styler.setXAxisTickMarksColor(ink);
        styler.setYAxisTickMarksColor(ink);
        styler.setAxisTickMarkLength(5);
        styler.setAxisTickPadding(5);
        styler.setAxisTitlePadding(10);
        styler.setLegendPosition(LegendPosition.OutsideE);
        styler.setLegendBorderColor(color(layout, "paper_bgcolor"));
        styler.setLegendBackgroundColor(color(layout, "paper_bgcolor"));
        styler.setLegendPadding(8);
        styler.setLegendSeriesLineLength(32);
        styler.setYAxisLabelAlignment(AxesChartStyler.TextAlignment.Right);
    }

    static Font font(int style, int size) {
        return new Font(Font.SANS_SERIF, style, size);
    }

    /** Pixels that the widest of these labels needs on the x axis, with some air. */
    static int labelWidth(Collection<String> labels) {
        FontRenderContext context = new FontRenderContext(null, true, true);
        return 10 + (int) labels.stream()
                .mapToDouble(label -> font(Font.PLAIN, 12).getStringBounds(label, context).getWidth()).max().orElse(0);
    }

    /** Whether a legend is wanted: as Plotly has it, when there are two series or the layout says so. */
    static boolean legend(List<JsonObject> traces, JsonObject layout) {
        long shown = traces.stream().filter(StillPlot::inLegend).count();
        return Json.get(layout, "showlegend").map(JsonElement::getAsBoolean).orElse(shown > 1) && shown > 0;
    }

    static boolean inLegend(JsonObject trace) {
        return Json.get(trace, "showlegend").map(JsonElement::getAsBoolean).orElse(true);
    }

    /** A series' colour: its own, else the next of the figure's. */
    static Color seriesColor(JsonObject trace, JsonObject layout, int index) {
        return Json.object(trace, "line").flatMap(line -> Json.string(line, "color"))
                .or(() -> Json.object(trace, "marker").flatMap(marker -> Json.string(marker, "color")))
                .flatMap(CssColor::parse)
                .orElseGet(() -> {
                    var way = layout.getAsJsonArray("colorway");
                    return CssColor.parse(way.get(index % way.size()).getAsString()).orElse(Color.GRAY);
                });
    }

    /** A title or name without the few tags that Plotly understands. */
    static String plain(String text) {
        return Html.unescape(text.replaceAll("(?i)<br\\s*/?>", " ")
                .replaceAll("(?i)</?(b|i|em|strong|sub|sup|u|s|span|a)(\\s[^>]*)?>", ""));
    }

    static String title(JsonObject owner) {
        return plain(Plot.titleOf(owner));
    }

    /** A series' name in the legend. */
    static String name(JsonObject trace, int index) {
        return plain(Json.string(trace, "name").filter(n -> !n.isBlank()).orElse("trace " + index));
    }

    private static Color color(JsonObject layout, String member) {
        return Json.string(layout, member).flatMap(CssColor::parse).orElse(Color.WHITE);
    }

    private static BufferedImage paint(Chart<?, ?> chart, JsonObject layout) {
        BufferedImage image = canvas(layout);
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        g.setRenderingHint(RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        chart.paint(g, image.getWidth(), image.getHeight());
        g.dispose();
        return image;
    }

    private static BufferedImage notice(JsonObject layout, String text) {
        BufferedImage image = canvas(layout);
        Graphics2D g = image.createGraphics();
        g.setColor(Color.WHITE);
        g.fillRect(0, 0, image.getWidth(), image.getHeight());
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(CssColor.parse(PlotDefaults.INK).orElseThrow());
        centred(g, font(Font.BOLD, 15), title(layout), image.getWidth(), 35);
        centred(g, font(Font.PLAIN, 13), text, image.getWidth(), image.getHeight() / 2);
        g.dispose();
        return image;
    }

    private static void centred(Graphics2D g, Font font, String text, int width, int y) {
        g.setFont(font);
        g.drawString(text, (width - g.getFontMetrics().stringWidth(text)) / 2, y);
    }

    private static BufferedImage canvas(JsonObject layout) {
        return new BufferedImage(layout.get("width").getAsInt(), layout.get("height").getAsInt(),
                BufferedImage.TYPE_INT_RGB);
    }
}
