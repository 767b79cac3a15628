package s4s.display;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import java.util.function.Consumer;
import s4s.io.Progress;

/** Progress as one display of a notebook: shown once, then updated. Not thread-safe; {@link Progress#to} locks. */
final class NotebookSink implements Progress.Sink {

    private final Consumer<DisplayData> display;
    private final Consumer<DisplayData> update;
    private boolean shown;

    NotebookSink(Consumer<DisplayData> display, Consumer<DisplayData> update) {
        this.display = display;
        this.update = update;
    }

    @Override
    public void show(String text) {
        DisplayData data = new DisplayData();
        data.putText(text);
        data.putHTML("<div>" + Html.escape(text) + "</div>");
        (shown ? update : display).accept(data);
        shown = true;
    }

    @Override
    public void end(String text, String quiet) {
        show(quiet); // this state is saved with the notebook
    }
}
