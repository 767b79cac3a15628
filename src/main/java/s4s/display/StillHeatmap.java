package s4s.display;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.geom.Line2D;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.knowm.xchart.HeatMapChart;
import org.knowm.xchart.internal.chartpart.Annotation;
import org.knowm.xchart.style.HeatMapStyler;
import org.knowm.xchart.style.theme.XChartTheme;
import s4s.io.Json;

/** A table of coloured cells, with its numbers where the trace asks for them. */
final class StillHeatmap {

    private static final Pattern DECIMALS = Pattern.compile("%\\{z:\\.(\\d+)f}");

    /** XChart looks for a colour after the last one where a value is one rounding below the largest. */
    private static final double ROOM = 1e-9;

    private StillHeatmap() {}

    static HeatMapChart chart(JsonObject trace, JsonObject layout) {
        JsonArray z = trace.getAsJsonArray("z");
        List<String> rows = names(trace, "y", z.size());
        List<String> columns = names(trace, "x", z.get(0).getAsJsonArray().size());
        boolean firstOnTop = Json.is(layout.getAsJsonObject("yaxis"), "autorange", "reversed");
        List<Number[]> cells = new ArrayList<>();
        for (int r = 0; r < z.size(); r++) {
            JsonArray row = z.get(r).getAsJsonArray();
            for (int c = 0; c < row.size(); c++) {
                int up = firstOnTop ? z.size() - 1 - r : r;
                int right = c;
                Json.decimal(row.get(c)).ifPresent(v -> cells.add(new Number[] {right, up, v}));
            }
        }
        if (firstOnTop) {
            Collections.reverse(rows);
        }
        HeatMapChart chart = new HeatMapChart(
                layout.get("width").getAsInt(), layout.get("height").getAsInt(), new XChartTheme());
        chart.setTitle(StillPlot.title(layout));
        chart.setXAxisTitle(StillPlot.title(layout.getAsJsonObject("xaxis")));
        chart.setYAxisTitle(StillPlot.title(layout.getAsJsonObject("yaxis")));
        HeatMapStyler styler = chart.getStyler();
        StillPlot.style(styler, layout);
        styler.setPlotGridLinesVisible(false);
        styler.setXAxisTickMarkSpacingHint(StillPlot.labelWidth(columns));
        styler.setPiecewise(false);
        styler.setRangeColors(ColorScale.colors(trace));
        double least = trace.get("zmin").getAsDouble();
        double most = trace.get("zmax").getAsDouble();
        styler.setMin(least - ROOM * (most - least));
        styler.setMax(most + ROOM * (most - least));
        styler.setGradientColorColumnHeight(layout.get("height").getAsInt() / 2);
        styler.setLegendVisible(Json.get(trace, "showscale").map(JsonElement::getAsBoolean).orElse(true));
        styler.setDrawBorder(true); // else the paper shines through between the cells
        chart.addSeries("cells", columns, rows, cells);
        Json.string(trace, "texttemplate").map(DECIMALS::matcher).filter(Matcher::matches).ifPresent(m ->
                chart.addAnnotation(new Numbers(cells, columns.size(), rows.size(), Integer.parseInt(m.group(1)))));
        return chart;
    }

    private static List<String> names(JsonObject trace, String member, int count) {
        List<String> names = new ArrayList<>();
        Json.array(trace, member).ifPresent(a -> a.forEach(e -> names.add(e.isJsonNull() ? "" : e.getAsString())));
        for (int i = names.size(); i < count; i++) {
            names.add(String.valueOf(i));
        }
        return names;
    }

    /** Numbers in the cells and white lines between them; XChart's own follow the machine's language. */
    private static final class Numbers extends Annotation {
        private final List<Number[]> cells;
        private final int columns;
        private final int rows;
        private final int decimals;

        Numbers(List<Number[]> cells, int columns, int rows, int decimals) {
            super(true);
            this.cells = cells;
            this.columns = columns;
            this.rows = rows;
            this.decimals = decimals;
        }

        @Override
        public void paint(Graphics2D g) {
            double left = getXAxisScreenValueForMin();
            double top = getYAxisScreenValueForMin();
            double width = (getXAxisScreenValueForMax() - left) / columns;
            double height = (getYAxisScreenValueForMax() - top) / rows;
            g.setColor(Color.WHITE);
            g.setStroke(new BasicStroke(1));
            for (int c = 1; c < columns; c++) {
                g.draw(new Line2D.Double(left + c * width, top, left + c * width, top + rows * height));
            }
            for (int r = 1; r < rows; r++) {
                g.draw(new Line2D.Double(left, top + r * height, left + columns * width, top + r * height));
            }
            g.setColor(Color.BLACK);
            g.setFont(StillPlot.font(Font.PLAIN, 12));
            FontMetrics metrics = g.getFontMetrics();
            for (Number[] cell : cells) {
                String text = Digits.fixed(cell[2].doubleValue(), decimals);
                double x = left + (cell[0].intValue() + 0.5) * width - metrics.stringWidth(text) / 2.0;
                double y = top + (rows - cell[1].intValue() - 0.5) * height
                        + (metrics.getAscent() - metrics.getDescent()) / 2.0;
                g.drawString(text, (float) x, (float) y);
            }
        }
    }
}
