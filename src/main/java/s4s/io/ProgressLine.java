package s4s.io;

import java.time.Duration;
import java.util.Locale;
import java.util.function.LongSupplier;

/** The text of a progress line and when it is worth showing. */
final class ProgressLine implements Progress {

    private final String label;
    private final long pause;
    private final LongSupplier clock;
    private final Sink sink;
    private final long start;
    private long shownAt;
    private long first = -1; // a resumed loop starts above 0: its rate counts from here
    private long done;
    private long total;

    /**
     * @param pause least time between two states shown
     * @param clock nanoseconds
     */
    ProgressLine(String label, Duration pause, LongSupplier clock, Sink sink) {
        this.label = label;
        this.pause = pause.toNanos();
        this.clock = clock;
        this.sink = sink;
        this.start = clock.getAsLong();
        this.shownAt = start - this.pause;
    }

    @Override
    public synchronized void update(long done, long total, String note) {
        if (total <= 0 || done < 0 || done > total) {
            throw new IllegalArgumentException(label + ": " + done + " of " + total + " steps done");
        }
        this.done = done;
        this.total = total;
        if (first < 0) {
            first = done;
        }
        long now = clock.getAsLong();
        if (now - shownAt >= pause) {
            shownAt = now;
            sink.show(text(now, note));
        }
    }

    @Override
    public synchronized void close() {
        if (first < 0) {
            return;
        }
        String quiet = label + ": " + (done == total ? "" : "stopped at ") + done + " of " + total;
        double seconds = (clock.getAsLong() - start) * 1e-9;
        sink.end(quiet + " in " + time(seconds) + rate(seconds), quiet);
    }

    private String text(long now, String note) {
        double seconds = (now - start) * 1e-9;
        StringBuilder text = new StringBuilder(label).append(": ").append(done).append(" of ").append(total);
        if (done > first && done < total && seconds > 0) {
            text.append(rate(seconds)).append(", ")
                    .append(time((total - done) * seconds / (done - first))).append(" left");
        }
        return note.isEmpty() ? text.toString() : text.append(", ").append(note).toString();
    }

    private String rate(double seconds) {
        double rate = (done - first) / seconds;
        if (done <= first || !(seconds > 0)) {
            return "";
        }
        return rate >= 0.95 ? String.format(Locale.ROOT, rate < 10 ? ", %.1f/s" : ", %.0f/s", rate)
                : ", " + time(1 / rate) + " each";
    }

    /** 8.3 s, 41 s, 3 min 20 s, 2 h 05 min. */
    static String time(double seconds) {
        if (seconds < 10) {
            return String.format(Locale.ROOT, "%.1f s", seconds);
        }
        long s = Math.round(seconds);
        if (s < 60) {
            return s + " s";
        }
        return s < 3600 ? String.format(Locale.ROOT, "%d min %02d s", s / 60, s % 60)
                : String.format(Locale.ROOT, "%d h %02d min", s / 3600, s % 3600 / 60);
    }
}
