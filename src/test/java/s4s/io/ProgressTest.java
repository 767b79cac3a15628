package s4s.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProgressTest {

    private final AtomicLong clock = new AtomicLong();
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(bytes, true, StandardCharsets.UTF_8);

    private void seconds(double s) {
        clock.set((long) (s * 1e9));
    }

    private String printed() {
        return bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
    }

    @Test
    void linesComeSeldomAndEndWithTheTotal() {
        try (Progress progress = new ProgressLine("fd", Duration.ofSeconds(10), clock::get, new Terminal.Lines(out))) {
            progress.update(0, 100);
            seconds(5);
            progress.update(10, 100, "too soon");
            seconds(20);
            progress.update(40, 100, "loss 0.5");
            seconds(50);
            progress.update(100, 100);
            seconds(50.5);
            progress.update(100, 100);
        }
        assertEquals("fd: 0 of 100\nfd: 40 of 100, 2.0/s, 30 s left, loss 0.5\nfd: 100 of 100\n"
                + "fd: 100 of 100 in 51 s, 2.0/s\n", printed());
    }

    @Test
    void terminalLineIsWrittenOver() {
        Progress progress =
                new ProgressLine("train", Duration.ZERO, clock::get, new Terminal.UpdatedLine(out));
        progress.update(0, 4);
        seconds(8);
        progress.update(1, 4, "x".repeat(200));
        progress.close();
        String[] states = printed().split("\r");
        assertEquals(4, states.length);
        assertEquals("train: 1 of 4, 8.0 s each, 24 s left, " + "x".repeat(40), states[2].substring(0, 78));
        assertTrue(states[2].startsWith("…\u001b[K", 78));
        assertEquals("train: stopped at 1 of 4 in 8.0 s, 8.0 s each\u001b[K\n", states[3]);
    }

    @Test
    void resumedLoopCountsFromItsStart() {
        Progress progress = new ProgressLine("train", Duration.ZERO, clock::get, new Terminal.Lines(out));
        progress.update(900, 1000);
        seconds(10);
        progress.update(950, 1000);
        assertTrue(printed().endsWith("train: 950 of 1000, 5.0/s, 10 s left\n"));
    }

    @Test
    void silenceWithoutUpdates() {
        new ProgressLine("x", Duration.ZERO, clock::get, new Terminal.Lines(out)).close();
        assertEquals("", printed());
        try (Progress none = Progress.none()) {
            none.update(1, 2);
        }
        assertFalse(Terminal.interactive() && System.console() == null);
    }

    @Test
    void impossibleStatesAreRefused() {
        Progress progress = new ProgressLine("x", Duration.ZERO, clock::get, new Terminal.Lines(out));
        assertEquals("x: 3 of 2 steps done",
                assertThrows(IllegalArgumentException.class, () -> progress.update(3, 2)).getMessage());
    }

    @Test
    void durations() {
        assertEquals(List.of("8.3 s", "41 s", "3 min 20 s", "2 h 05 min"),
                Stream.of(8.3, 41.2, 200.0, 7510.0).map(ProgressLine::time).toList());
    }
}
