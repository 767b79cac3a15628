package s4s.display;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Base64;
import java.util.Set;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;
import tech.tablesaw.plotly.traces.ScatterTrace;

class NotebookDisplayTest {

    private static final Figure FIGURE =
            new Figure(ScatterTrace.builder(new double[] {1, 2}, new double[] {3, 4}).build());
    private static final Table TABLE = Table.create("t", DoubleColumn.create("x", 1.5));

    /** What the kernel would send, as JSON. */
    private static JsonObject bundle(Object value) {
        Renderer renderer = new Renderer();
        NotebookDisplay.install(renderer);
        NotebookDisplay.install(renderer);
        JsonObject message = new Gson().toJsonTree(renderer.render(value)).getAsJsonObject();
        return message.getAsJsonObject("data");
    }

    @Test
    void figureIsOneBundleOfThree() throws Exception {
        for (Object figure : new Object[] {FIGURE, Plot.of(FIGURE)}) {
            JsonObject bundle = bundle(figure);
            assertEquals(Set.of("application/vnd.plotly.v1+json", "image/png", "text/plain"), bundle.keySet());
            JsonObject plotly = bundle.getAsJsonObject("application/vnd.plotly.v1+json"); // an object, not a string
            assertEquals("[3,4]", plotly.getAsJsonArray("data").get(0).getAsJsonObject().get("y").toString());
            BufferedImage png = ImageIO.read(new ByteArrayInputStream(
                    Base64.getDecoder().decode(bundle.get("image/png").getAsString())));
            assertEquals(plotly.getAsJsonObject("layout").get("width").getAsInt(), png.getWidth());
        }
    }

    @Test
    void tableIsHtmlAndText() {
        for (Object table : new Object[] {TABLE, TableView.of(TABLE)}) {
            JsonObject bundle = bundle(table);
            assertEquals(Set.of("text/html", "text/plain"), bundle.keySet());
            assertTrue(bundle.get("text/html").getAsString().startsWith("<table"));
            assertEquals("    x\n-----\n1.500", bundle.get("text/plain").getAsString());
        }
    }

    @Test
    void pictureIsPngAndWords() {
        JsonObject bundle = bundle(Picture.of(new BufferedImage(4, 3, BufferedImage.TYPE_INT_ARGB), "nothing yet"));
        assertEquals(Set.of("image/png", "text/plain"), bundle.keySet());
        assertEquals("Image: nothing yet", bundle.get("text/plain").getAsString());
    }

    @Test
    void otherValuesStayAsTheyWere() {
        assertEquals("7", bundle(7).get("text/plain").getAsString());
    }
}
