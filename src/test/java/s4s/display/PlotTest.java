package s4s.display;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.Json;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.api.Histogram;
import tech.tablesaw.plotly.api.LinePlot;
import tech.tablesaw.plotly.components.Axis;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.components.Font;
import tech.tablesaw.plotly.components.Layout;
import tech.tablesaw.plotly.traces.PieTrace;
import tech.tablesaw.plotly.traces.ScatterTrace;

class PlotTest {

    private static final int RED = 0xFF0000;
    private static final int BLUE = 0x0072B2;
    private static final int VERMILLION = 0xD55E00;

    private static Table results() {
        return Table.create("fd",
                StringColumn.create("solver", "ddim", "ddim", "ddim", "unipc", "unipc"),
                IntColumn.create("nfe", new int[] {8, 3, 5, 3, 5}),
                DoubleColumn.create("fd", 2.5, 40, Double.NaN, 12, 6.25));
    }

    @Test
    void tablesawFigureBecomesPlotlyJson() {
        Plot plot = Plot.of(LinePlot.create("FD <b> & \"more\", it's", results(), "nfe", "fd", "solver"));
        JsonObject json = plot.json();
        JsonObject unipc = json.getAsJsonArray("data").get(1).getAsJsonObject();
        assertEquals("unipc", unipc.get("name").getAsString());
        assertEquals("[3,5]", unipc.get("x").toString());
        assertEquals("[12,6.25]", unipc.get("y").toString());
        assertTrue(json.getAsJsonArray("data").get(0).getAsJsonObject().getAsJsonArray("y").get(2).isJsonNull(),
                "NaN has no JSON form but null");
        JsonObject layout = json.getAsJsonObject("layout");
        assertEquals("FD <b> & \"more\", it's", layout.getAsJsonObject("title").get("text").getAsString());
        assertEquals("nfe", layout.getAsJsonObject("xaxis").getAsJsonObject("title").get("text").getAsString());
        assertEquals("fd", layout.getAsJsonObject("yaxis").getAsJsonObject("title").get("text").getAsString());
    }

    /** The script is what Tablesaw's own pages run; a text in it cannot end it. */
    @Test
    void figuresAreTablesaws() {
        Figure figure = Figures.lines(results(), "nfe", "fd", "solver", "a\\b\n</script> 'c'").logY();
        assertEquals(2, figure.getTraces().length);
        assertTrue(figure.getTraces()[0] instanceof ScatterTrace);
        JsonObject layout = Plot.of(figure).json().getAsJsonObject("layout");
        assertEquals("a\\b\n</script> 'c'", layout.getAsJsonObject("title").get("text").getAsString());
        assertEquals(layout, TablesawFigure.toJson(figure).getAsJsonObject("layout"));
        assertEquals(1, figure.asJavascript("f").split("</script>", -1).length - 1);
    }

    @Test
    void titleFontMovesIntoTheTitle() {
        Layout layout = Layout.builder("big").titleFont(Font.builder().size(31).build())
                .xAxis(Axis.builder().title("x").titleFont(Font.builder().size(27).build()).build()).build();
        JsonObject json = Plot.of(new Figure(layout, points("red", 1, 2))).json().getAsJsonObject("layout");
        assertFalse(json.has("titlefont"));
        assertEquals(31, json.getAsJsonObject("title").getAsJsonObject("font").get("size").getAsInt());
        JsonObject axis = json.getAsJsonObject("xaxis");
        assertEquals(27, axis.getAsJsonObject("title").getAsJsonObject("font").get("size").getAsInt());
    }

    @Test
    void stillHasTheSizeThatTheLiveVersionHas() throws Exception {
        Plot plot = Figures.lines(results(), "nfe", "fd", "solver", "t").size(500, 300);
        JsonObject layout = plot.json().getAsJsonObject("layout");
        assertEquals(500, layout.get("width").getAsInt());
        BufferedImage image = ImageIO.read(new ByteArrayInputStream(plot.png()));
        assertEquals(500, image.getWidth());
        assertEquals(300, image.getHeight());
        assertFalse(image.getColorModel().hasAlpha());
    }

    @Test
    void seriesHaveOneColourInBothVersions() {
        Plot plot = Figures.lines(results(), "nfe", "fd", "solver", "t");
        JsonObject ddim = plot.json().getAsJsonArray("data").get(0).getAsJsonObject();
        assertEquals("#0072B2", ddim.getAsJsonObject("line").get("color").getAsString());
        assertEquals("[3,5,8]", ddim.get("x").toString(), "sorted");
        BufferedImage image = plot.image();
        assertTrue(pixels(image, BLUE).size() > 50);
        assertTrue(pixels(image, VERMILLION).size() > 50);
        assertFalse(image.getRGB(5, 5) != 0xFFFFFFFF, "white paper");
    }

    @Test
    void pointsLieWhereTheyShould() {
        List<int[]> centres = centres(Plot.of(new Figure(points("red", 1, 2, 3))).image());
        assertEquals(centres.get(1)[0] - centres.get(0)[0], centres.get(2)[0] - centres.get(1)[0], 2);
        assertEquals(centres.get(0)[1] - centres.get(1)[1], centres.get(1)[1] - centres.get(2)[1], 2);
        assertTrue(centres.get(0)[1] > centres.get(2)[1], "larger values are higher");
    }

    @Test
    void logarithmicAxisSpacesPowersEqually() {
        for (double top : new double[] {100, 1e8}) { // both ways of drawing: see StillAxis
            double mid = Math.sqrt(top);
            List<int[]> centres = centres(Plot.of(new Figure(points("red", 1, mid, top))).logY().image());
            assertEquals(centres.get(0)[1] - centres.get(1)[1], centres.get(1)[1] - centres.get(2)[1], 2);
            assertTrue(centres.get(0)[1] - centres.get(2)[1] > 200, "the data fill the axis");
        }
    }

    @Test
    void logarithmicMarks() {
        JsonObject axis = new JsonObject();
        LogAxis.apply(axis, new double[] {10.8, 28});            // only 20 would be labelled
        assertEquals("{}", axis.toString());
        LogAxis.apply(axis, new double[] {8.9, 17});             // only 9 and 10
        assertEquals("{}", axis.toString());
        LogAxis.apply(axis, new double[] {3, 10});
        assertEquals("D1", axis.get("dtick").getAsString());
        assertEquals("7", LogAxis.label(axis, 7));
        LogAxis.apply(axis, new double[] {2, 120, -1, 0});
        assertEquals("D2", axis.get("dtick").getAsString());
        assertEquals("20", LogAxis.label(axis, 20));
        assertEquals("0.05", LogAxis.label(axis, 0.05));
        assertEquals("", LogAxis.label(axis, 70));
        LogAxis.apply(axis, new double[] {1e-9, 1e3});
        assertEquals(2, axis.get("dtick").getAsInt());
        assertEquals("log", axis.get("type").getAsString());
    }

    @Test
    void valuesOfAnySizeAreDrawn() {
        for (double scale : new double[] {1e-14, 1e-9, 1e9, 1e15}) {
            List<int[]> centres = centres(Plot.of(new Figure(points("red", scale, 2 * scale, 3 * scale))).image());
            assertEquals(3, centres.size());
            assertEquals(centres.get(0)[1] - centres.get(1)[1], centres.get(1)[1] - centres.get(2)[1], 2);
        }
        assertEquals(3, centres(Plot.of(new Figure(points("red", 5, 5, 5))).image()).size());
        assertEquals(3, centres(Plot.of(new Figure(points("red", 1, 1 + 1e-13, 1))).image()).size());
    }

    @Test
    void missingPointsAreGaps() {
        assertEquals(2, centres(Plot.of(new Figure(points("red", 1, Double.NaN, 3))).image()).size());
        assertEquals(2, centres(Plot.of(new Figure(points("red", 1, -1, 3))).logY().image()).size());
    }

    @Test
    void notesStandAboveTheirPoint() {
        Plot plot = Figures.lines(results(), "nfe", "fd", "solver", "t").logY();
        JsonObject trace = plot.note(5, 6.25, "best").json().getAsJsonArray("data").get(2).getAsJsonObject();
        assertEquals("text", trace.get("mode").getAsString());
        assertEquals("[6.25]", trace.get("y").toString());
        assertThrows(IllegalArgumentException.class, () -> plot.note(5, Double.NaN, "nowhere"));
    }

    @Test
    void aHeatmapOfAnyRangeIsDrawn() {
        for (int i = 1; i <= 300; i++) {
            double[][] values = {{-Math.sqrt(i), Math.nextDown(Math.sqrt(i)), Math.sqrt(i)}};
            assertTrue(Figures.heatmap(values, List.of("a"), List.of("x", "y", "z"), "t").image().getWidth() > 0);
        }
    }

    @Test
    void heatmapCellsHaveTheirColours() {
        double[][] values = {{-2, 0}, {Double.NaN, 2}};
        Plot plot = Figures.heatmap(values, List.of("a", "b"), List.of("x", "y"), "t");
        JsonObject trace = plot.json().getAsJsonArray("data").get(0).getAsJsonObject();
        assertEquals(-2, trace.get("zmin").getAsDouble());
        assertEquals("%{z:.2f}", trace.get("texttemplate").getAsString());
        BufferedImage image = plot.image();
        List<int[]> low = pixels(image, 0xEE9B4D);
        List<int[]> high = pixels(image, 0x5AA9DC);
        assertTrue(low.size() > 5000 && high.size() > 5000);
        int right = low.stream().mapToInt(p -> p[0]).max().getAsInt();
        int bottom = low.stream().mapToInt(p -> p[1]).max().getAsInt();
        assertTrue(high.stream().allMatch(p -> p[0] > right - 2 && p[1] > bottom - 2), "first row on top");
        assertEquals(0xFFFFFFFF, image.getRGB(right + 30, bottom - 10), "zero is white");
    }

    @Test
    void barsRiseWithTheirValues() {
        Table table = Table.create("t", StringColumn.create("name", "one", "three"), DoubleColumn.create("v", 1, 3));
        List<int[]> blue = pixels(Figures.bars(table, "name", "v", "t").image(), BLUE);
        int left = blue.stream().mapToInt(p -> p[0]).min().getAsInt();
        int right = blue.stream().mapToInt(p -> p[0]).max().getAsInt();
        double one = blue.stream().filter(p -> p[0] == left + 10).count();
        double three = blue.stream().filter(p -> p[0] == right - 10).count();
        assertEquals(3, three / one, 0.05);
    }

    /** The drawing library takes marks as far apart as the hint or farther; every name needs a mark. */
    @Test
    void namedPlacesLieFartherApartThanTheHint() {
        for (int count = 2; count < 9; count++) {
            JsonObject spec = new JsonObject();
            com.google.gson.JsonArray places = new com.google.gson.JsonArray();
            com.google.gson.JsonArray names = new com.google.gson.JsonArray();
            for (int i = 0; i < count; i++) {
                places.add(-i);
                names.add("name " + i);
            }
            spec.add("tickvals", places);
            spec.add("ticktext", names);
            spec.add("range", Json.numbers(0.5 - count, 0.5));
            StillAxis axis = new StillAxis(spec, new ArrayList<>(places.asList()));
            int length = 30 * count;
            assertTrue(axis.spacing(length, 40) < 0.9 * length / count, count + " names");
        }
    }

    /** The drawing library never ends with names of more than 20 characters or with equal ones. */
    @Test
    void longAndEqualNamesAreDrawn() {
        Map<String, double[]> grids = new LinkedHashMap<>();
        for (String name : List.of("a solver of a long name, 1 call", "a solver of a long name, 2 calls",
                "a solver and its long name, 1 call", "short")) {
            grids.put(name, new double[] {80, 3, 0.1});
        }
        Plot plot = Figures.strips(grids, "sigma", true, "t");
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> assertTrue(plot.png().length > 1000));
    }

    @Test
    void stripsGiveEachGridARow() {
        Map<String, double[]> grids = new LinkedHashMap<>();
        grids.put("coarse", new double[] {100, 1, 0.01});
        grids.put("to zero", new double[] {100, 0});
        Plot plot = Figures.strips(grids, "sigma", true, "t");
        JsonObject layout = plot.json().getAsJsonObject("layout");
        assertEquals("[\"coarse\",\"to zero (then 0)\"]", layout.getAsJsonObject("yaxis").get("ticktext").toString());
        BufferedImage image = plot.image();
        int first = pixels(image, BLUE).get(0)[1];
        int second = pixels(image, VERMILLION).get(0)[1];
        assertTrue(first < second, "first grid on top");
        grids.put("wrong", new double[] {1, -1});
        assertMessage("strips 't': grid 'wrong' is empty or has a value that is not a positive number",
                () -> Figures.strips(grids, "sigma", true, "t"));
    }

    @Test
    void everyHeadingAndLabelIsInk() {
        // title and axis titles each add dark pixels; none is cut at the edge
        Plot bare = Plot.of(new Figure(points("red", 1, 2)));
        Plot titled = bare.xTitle("a title of the x axis").yTitle("of y");
        assertTrue(dark(titled.image()) > dark(bare.image()) + 200);
        BufferedImage image = titled.image();
        for (int x = 0; x < image.getWidth(); x++) {
            assertEquals(0xFFFFFFFF, image.getRGB(x, 0));
            assertEquals(0xFFFFFFFF, image.getRGB(x, image.getHeight() - 1));
        }
        for (int y = 0; y < image.getHeight(); y++) {
            assertEquals(0xFFFFFFFF, image.getRGB(0, y));
            assertEquals(0xFFFFFFFF, image.getRGB(image.getWidth() - 1, y));
        }
    }

    /** Counts by hand: [0, 1) holds 3, [1, 2) none, [2, 3) one. */
    @Test
    void histogramIsCounted() {
        JsonObject bars = StillBars.counted(Json.parseObject("{type: histogram, x: [0.1, 0.2, 0.9, 2.5, null]}"));
        assertEquals("[\"0\",\"1\",\"2\"]", bars.get("x").toString());
        assertEquals("[3,0,1]", bars.get("y").toString());
        Figure figure = Histogram.create("h", new double[] {1, 2, 2, 3});
        assertTrue(pixels(Plot.of(figure).image(), BLUE).size() > 5000);
    }

    @Test
    void markupIsNotShownAsText() {
        assertEquals("x T < 3", StillPlot.plain("x<br><b>T</b> &lt; 3"));
        assertEquals("a < b > c", StillPlot.plain("a < b > c"));
    }

    @Test
    void kindsThatAreOnlyLiveSaySo() {
        Plot pie = Plot.of(new Figure(PieTrace.builder(new Object[] {"a"}, new double[] {1}).build()));
        assertTrue(dark(pie.image()) > 100);
    }

    @Test
    void badInputIsRefusedInOneLine() {
        Table table = results();
        assertMessage("table 'fd' has no column 'fid'; it has solver, nfe, fd",
                () -> Figures.lines(table, "nfe", "fid", "solver", "t"));
        assertMessage("column 'solver' of table 'fd' holds no numbers (STRING)",
                () -> Figures.lines(table, "solver", "fd", "nfe", "t"));
        assertMessage("nothing to plot in table 'fd': no row has numbers in both 'nfe' and 'fd'",
                () -> Figures.lines(table.emptyCopy(), "nfe", "fd", "solver", "t"));
        assertMessage("heatmap 't': row 'b' has 1 values, there are 2 column names",
                () -> Figures.heatmap(new double[][] {{1, 2}, {3}}, List.of("a", "b"), List.of("x", "y"), "t"));
        assertMessage("heatmap 't': every value is missing",
                () -> Figures.heatmap(new double[][] {{Double.NaN}}, List.of("a"), List.of("x"), "t"));
        assertMessage("a logarithmic axis needs positive values; this figure has none",
                () -> Plot.of(new Figure(points("red", -1, 0))).logY());
        assertMessage("a figure of 10x10 pixels: use 200x120 to 4000x4000",
                () -> Plot.of(new Figure(points("red", 1, 2))).size(10, 10));
        assertMessage("a figure needs at least one trace in its data; this one has none",
                () -> Plot.of(new Figure(new tech.tablesaw.plotly.traces.Trace[0])));
    }

    @Test
    void savesPng(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("new").resolve("plot.png");
        Plot.of(new Figure(points("red", 1, 2))).savePng(file);
        assertEquals(Plot.WIDTH, ImageIO.read(file.toFile()).getWidth());
        try (var files = Files.list(file.getParent())) {
            assertEquals(1, files.count(), "no temporary file is left");
        }
    }

    @Test
    void oneLineForPlainText() {
        assertEquals("Figure: t (x: nfe; y: fd; series: ddim, unipc)",
                Figures.lines(results(), "nfe", "fd", "solver", "t").toString());
    }

    private static void assertMessage(String message, Runnable action) {
        assertEquals(message, assertThrows(IllegalArgumentException.class, action::run).getMessage());
    }

    /** Points at x = 1, 2, 3, ... */
    private static ScatterTrace points(String color, double... y) {
        double[] x = new double[y.length];
        for (int i = 0; i < x.length; i++) {
            x[i] = i + 1;
        }
        return ScatterTrace.builder(x, y).mode(ScatterTrace.Mode.MARKERS)
                .marker(tech.tablesaw.plotly.components.Marker.builder().color(color).build()).build();
    }

    /** Middle of each red marker, from left to right; markers must not touch. */
    private static List<int[]> centres(BufferedImage image) {
        List<int[]> centres = new ArrayList<>();
        List<int[]> marker = new ArrayList<>();
        for (int x = 0; x <= image.getWidth(); x++) {
            List<int[]> column = new ArrayList<>();
            for (int y = 0; x < image.getWidth() && y < image.getHeight(); y++) {
                if ((image.getRGB(x, y) & 0xFFFFFF) == RED) {
                    column.add(new int[] {x, y});
                }
            }
            if (column.isEmpty() && !marker.isEmpty()) {
                centres.add(new int[] {(int) marker.stream().mapToInt(p -> p[0]).average().getAsDouble(),
                        (int) marker.stream().mapToInt(p -> p[1]).average().getAsDouble()});
                marker.clear();
            }
            marker.addAll(column);
        }
        return centres;
    }

    private static List<int[]> pixels(BufferedImage image, int rgb) {
        List<int[]> found = new ArrayList<>();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                if ((image.getRGB(x, y) & 0xFFFFFF) == rgb) {
                    found.add(new int[] {x, y});
                }
            }
        }
        return found;
    }

    private static long dark(BufferedImage image) {
        long count = 0;
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int rgb = image.getRGB(x, y);
                count += (rgb >> 16 & 255) < 110 && (rgb >> 8 & 255) < 110 && (rgb & 255) < 110 ? 1 : 0;
            }
        }
        return count;
    }
}
