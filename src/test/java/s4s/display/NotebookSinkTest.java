package s4s.display;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.spencerpark.jupyter.kernel.display.DisplayData;
import io.github.spencerpark.jupyter.kernel.display.mime.MIMEType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.io.Progress;

/** Progress under a notebook's cell. */
class NotebookSinkTest {

    @Test
    void notebookUpdatesOneDisplayAndKeepsNothingThatVaries() {
        List<DisplayData> displayed = new ArrayList<>();
        List<DisplayData> updates = new ArrayList<>();
        try (Progress progress = Progress.to(new NotebookSink(displayed::add, updates::add), "a<b", Duration.ZERO)) {
            progress.update(1, 120);
            progress.update(60, 120, "seed 59");
            progress.update(120, 120);
        }
        assertEquals(1, displayed.size());
        DisplayData last = updates.get(updates.size() - 1);
        assertEquals("a<b: 120 of 120", last.getData(MIMEType.TEXT_PLAIN));
        assertEquals("<div>a&lt;b: 120 of 120</div>", last.getData(MIMEType.TEXT_HTML));
        assertTrue(updates.get(0).getData(MIMEType.TEXT_PLAIN).toString().contains("seed 59"));
    }
}
