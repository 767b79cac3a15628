package s4s.display;

import io.github.spencerpark.jupyter.kernel.BaseKernel;
import io.github.spencerpark.jupyter.kernel.display.RenderContext;
import io.github.spencerpark.jupyter.kernel.display.Renderer;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.time.Duration;
import java.util.Base64;
import java.util.UUID;
import s4s.io.Progress;
import tech.tablesaw.api.Table;
import tech.tablesaw.plotly.components.Figure;

/**
 * Teaches a Java notebook kernel to show tables, figures and images. A notebook's first cell says
 *
 * <pre>{@code
 * NotebookDisplay.install(getKernelInstance().getRenderer());
 * }</pre>
 *
 * <p>A figure is shown as one bundle of Plotly's JSON (live in JupyterLab), PNG (GitHub, plain HTML) and a line of
 * text; deliberately without HTML, which would win over both and needs a script that GitHub removes.
 */
public final class NotebookDisplay {

    /** The type under which JupyterLab's Plotly renderer takes a figure. */
    public static final String PLOTLY = "application/vnd.plotly.v1+json";

    private NotebookDisplay() {}

    /** Registers {@link Table}, {@link TableView}, {@link Figure} and {@link Picture}; once is enough. */
    public static void install(Renderer renderer) {
        if ("yes".equals(renderer.render(Installed.MARK).getData(MIMEType.TEXT_PLAIN))) {
            return; // the cell ran again: a second registration would draw everything twice
        }
        renderer.createRegistration(Installed.class).supporting(MIMEType.TEXT_PLAIN)
                .register((mark, context) -> context.getOutputContainer().putText("yes"));
        renderer.createRegistration(Table.class).preferring(MIMEType.TEXT_HTML)
                .register((table, context) -> show(TableView.of(table), context));
        renderer.createRegistration(TableView.class).preferring(MIMEType.TEXT_HTML)
                .register(NotebookDisplay::show);
        renderer.createRegistration(Figure.class).preferring(MIMEType.parse(PLOTLY), MIMEType.IMAGE_PNG)
                .register((figure, context) -> show(Plot.of(figure), context));
        renderer.createRegistration(Picture.class).preferring(MIMEType.IMAGE_PNG)
                .register(NotebookDisplay::show);
    }

    /**
     * A line under the running cell that updates itself. What the notebook file keeps is the last state, in which
     * nothing differs between runs: "sampling: 120 of 120".
     *
     * @param kernel the notebook's {@code getKernelInstance()}
     * @param label what the loop does
     */
    public static Progress progress(BaseKernel kernel, String label) {
        String id = UUID.randomUUID().toString();
        return Progress.to(new NotebookSink(data -> {
            data.setDisplayId(id);
            kernel.display(data);
        }, data -> kernel.getIO().display.updateDisplay(id, data)), label, Duration.ofMillis(250));
    }

    private static void show(TableView table, RenderContext context) {
        context.getOutputContainer().putText(table.text());
        context.renderIfRequested(MIMEType.TEXT_HTML, table::html);
    }

    private static void show(Plot plot, RenderContext context) {
        context.getOutputContainer().putText(plot.toString());
        context.renderIfRequested(MIMEType.parse(PLOTLY), plot::json);
        context.renderIfRequested(MIMEType.IMAGE_PNG, () -> base64(plot.png()));
    }

    private static void show(Picture picture, RenderContext context) {
        context.getOutputContainer().putText(picture.toString());
        context.renderIfRequested(MIMEType.IMAGE_PNG, () -> base64(picture.png()));
    }

    private static String base64(byte[] bytes) {
        return Base64.getEncoder().encodeToString(bytes);
    }

    private enum Installed { MARK }
}
