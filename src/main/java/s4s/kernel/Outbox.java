package s4s.kernel;

import io.github.spencerpark.jupyter.messages.MessageContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.BiFunction;

/**
 * What waits for one reader, in bounded memory, in order.
 *
 * <p>Beyond the bound output is left out, and a line in its place says how much; what the front end cannot do without (that a
 * cell has ended, its error, its value) is kept up to twice the bound.
 */
final class Outbox {

    /** How the line begins and ends that stands for what was left out; {@code ./s4s notebooks} looks for it. */
    static final String LEFT_OUT = "left out: the front end did not read in time]";

    private final long bound;
    private final BiFunction<Optional<MessageContext>, String, Delivery> remark;
    private final Deque<Delivery> waiting = new ArrayDeque<>();
    private long bytes;
    private Optional<Gap> gap = Optional.empty();
    private boolean closed;

    /**
     * @param bound bytes that may wait
     * @param remark makes a line of output of the cell that a message belongs to
     */
    Outbox(long bound, BiFunction<Optional<MessageContext>, String, Delivery> remark) {
        this.bound = bound;
        this.remark = remark;
    }

    /**
     * A message on its way.
     *
     * @param parent the request that it came of
     * @param frames signed
     * @param essential whether the front end waits for it
     * @param lines lines of text in it; 0 for other output
     */
    record Delivery(Optional<MessageContext> parent, List<byte[]> frames, boolean essential, long lines) {
        long size() {
            return frames.stream().mapToLong(frame -> frame.length).sum();
        }
    }

    private record Gap(Optional<MessageContext> parent, long lines, long outputs) {
        Gap with(Delivery delivery) {
            return new Gap(parent, lines + delivery.lines(), outputs + (delivery.lines() == 0 ? 1 : 0));
        }

        String text() {
            String of = lines > 0 && outputs > 0 ? "%,d lines and %,d outputs " : lines > 0 ? "%,d lines " : "%2$,d outputs ";
            return "\n[" + String.format(Locale.ROOT, of, lines, outputs) + LEFT_OUT + "\n";
        }
    }

    synchronized void add(Delivery delivery) {
        if (closed) {
            return;
        }
        long size = delivery.size();
        boolean essential = delivery.essential() && (size < bound / 8 || bytes == 0);
        boolean room = bytes == 0 || bytes + size <= (essential ? 2 * bound : gap.isPresent() ? bound / 2 : bound);
        if (!room) {
            gap = Optional.of(gap.orElse(new Gap(delivery.parent(), 0, 0)).with(delivery));
            return;
        }
        gap.ifPresent(g -> put(remark.apply(g.parent(), g.text())));
        gap = Optional.empty();
        put(delivery);
    }

    private void put(Delivery delivery) {
        waiting.add(delivery);
        bytes += delivery.size();
        notifyAll();
    }

    /** Waits for the next message; empty when closed. It counts as waiting until {@link #sent}. */
    synchronized Optional<Delivery> next() throws InterruptedException {
        while (waiting.isEmpty() && !closed) {
            wait();
        }
        return Optional.ofNullable(waiting.peek());
    }

    /** The message from {@link #next()} is on its way. */
    synchronized void sent() {
        Delivery delivery = waiting.poll();
        if (delivery != null) {
            bytes -= delivery.size();
            notifyAll();
        }
    }

    /** Waits until nothing waits or the time is over. */
    synchronized void drain(long millis) throws InterruptedException {
        long end = System.nanoTime() + millis * 1_000_000;
        for (long left = millis; !waiting.isEmpty() && left > 0; left = (end - System.nanoTime()) / 1_000_000) {
            wait(left);
        }
    }

    /** The reader is gone. */
    synchronized void close() {
        closed = true;
        waiting.clear();
        bytes = 0;
        notifyAll();
    }
}
