package s4s.kernel;

import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageContext;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.publish.PublishStream;
import io.github.spencerpark.jupyter.messages.publish.PublishStream.StreamType;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Publishes what cells put out, in the order in which they did.
 *
 * <p>Cells never touch a socket: they leave their output here, which no reader can delay, and a thread of its own makes
 * messages of it. Text is gathered as IPython gathers it, for a front end's server passes on only so many messages a second.
 */
final class Publisher {

    private static final long GATHER_NANOS = 200_000_000;

    /** Characters of text that do not wait for more; also the longest message of text. */
    private static final int LONG_TEXT = 1 << 18;

    /** Pieces of text that wait at most: output and errors that alternate faster than this are told apart no more. */
    private static final int MOST_PIECES = 50;

    /** Characters that may wait to be made messages; a thread that prints faster waits for that. */
    private static final int MOST_TEXT = 1 << 22;

    /** Bytes that may wait for one reader. */
    private static final long OUTBOX_BYTES = 1 << 26;

    /** Output that may be left out for a reader who does not read. */
    private static final Set<MessageType<?>> OUTPUT = Set.of(MessageType.PUBLISH_STREAM,
            MessageType.PUBLISH_DISPLAY_DATA, MessageType.PUBLISH_UPDATE_DISPLAY_DATA);

    private final Wire wire;
    private final PrintStream log;
    private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private int characters;
    private boolean urgent;
    private boolean busy;
    private long nextText = System.nanoTime();
    private Optional<MessageContext> cell = Optional.empty();

    /** @param log where the kernel tells what concerns no cell */
    Publisher(Wire wire, PrintStream log) {
        this.wire = wire;
        this.log = log;
        Connection.daemon("publisher", this::serve);
    }

    /** Something that waits to be published. */
    private sealed interface Piece permits Ready, Text {}

    private record Ready(Message<?> message, Wire.Unsigned json) implements Piece {}

    private record Text(MessageContext parent, StreamType stream, StringBuilder text) implements Piece {}

    /** From now on text belongs to this request, also that of threads which an earlier cell started. */
    synchronized void attach(MessageContext request) {
        cell = Optional.of(request);
    }

    /** Adds a reader, to whom what is published from now on goes. */
    void add(Subscriber subscriber) {
        subscribers.removeIf(Subscriber::gone);
        subscribers.add(subscriber);
    }

    Outbox newOutbox() {
        return new Outbox(OUTBOX_BYTES, (parent, text) -> delivery(parent, StreamType.ERR, text));
    }

    /**
     * Publishes a message, behind all text that was printed before.
     *
     * @throws IllegalArgumentException if its content has no JSON
     */
    void publish(Message<?> message) {
        Wire.Unsigned json = wire.encode(message).anonymous();
        synchronized (this) {
            pieces.add(new Ready(message, json));
            urgent = true;
            notifyAll();
        }
    }

    /** A stream whose text is published; bytes are UTF-8. */
    OutputStream stream(StreamType stream) {
        return new TextStream(stream);
    }

    private synchronized void print(StreamType stream, String text) {
        while (characters > MOST_TEXT) {
            try {
                wait();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // an interrupted cell need not wait
                break;
            }
        }
        if (cell.isEmpty()) {
            return; // no one can have asked for it
        }
        place(cell.get(), stream).append(text);
        characters += text.length();
        notifyAll();
    }

    /** Where the next text of a stream goes. */
    private StringBuilder place(MessageContext parent, StreamType stream) {
        int seen = 0;
        for (Iterator<Piece> last = pieces.descendingIterator(); last.hasNext() && seen < MOST_PIECES; seen++) {
            if (!(last.next() instanceof Text text) || text.parent() != parent) {
                break;
            }
            if (text.stream() == stream) {
                return text.text();
            }
            if (pieces.size() < MOST_PIECES) {
                break;
            }
        }
        Text text = new Text(parent, stream, new StringBuilder());
        pieces.add(text);
        return text.text();
    }

    private void serve() {
        try {
            while (true) {
                for (Piece piece : take()) {
                    try {
                        send(piece);
                    } catch (RuntimeException | Error e) {
                        log.println("s4s kernel: output was lost: " + e);
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until something is due. */
    private synchronized List<Piece> take() throws InterruptedException {
        busy = false;
        notifyAll();
        while (true) {
            long left = (nextText - System.nanoTime()) / 1_000_000;
            if (!pieces.isEmpty() && (urgent || characters >= LONG_TEXT || left <= 0)) {
                break;
            }
            wait(pieces.isEmpty() ? 0 : left);
        }
        List<Piece> due = new ArrayList<>(pieces);
        pieces.clear();
        if (characters > 0) {
            nextText = System.nanoTime() + GATHER_NANOS;
        }
        characters = 0;
        urgent = false;
        busy = true;
        notifyAll();
        return due;
    }

    private void send(Piece piece) {
        if (subscribers.isEmpty()) {
            return;
        }
        if (piece instanceof Ready ready) {
            boolean essential = !OUTPUT.contains(ready.message().getHeader().getType());
            deliver(new Outbox.Delivery(parentOf(ready.message()), wire.sign(ready.json()), essential, 0));
        } else if (piece instanceof Text text) {
            StringBuilder all = text.text();
            for (int start = 0; start < all.length();) {
                int end = Math.min(all.length(), start + LONG_TEXT);
                if (end < all.length() && Character.isHighSurrogate(all.charAt(end - 1))) {
                    end--;
                }
                deliver(delivery(Optional.of(text.parent()), text.stream(), all.substring(start, end)));
                start = end;
            }
        }
    }

    private Outbox.Delivery delivery(Optional<MessageContext> parent, StreamType stream, String text) {
        Message<?> message = new Message<>(parent.orElse(null), PublishStream.MESSAGE_TYPE, new PublishStream(stream, text));
        long lines = Math.max(1, text.chars().filter(c -> c == '\n').count());
        return new Outbox.Delivery(parent, wire.sign(wire.encode(message).anonymous()), false, lines);
    }

    private static Optional<MessageContext> parentOf(Message<?> message) {
        return Optional.ofNullable(message.getParentHeader()).map(header -> new Message<>(header, null));
    }

    private void deliver(Outbox.Delivery delivery) {
        subscribers.forEach(subscriber -> subscriber.outbox().add(delivery));
    }

    /** Waits until all that was published is with the readers, or for a time. */
    void drain(long millis) throws InterruptedException {
        synchronized (this) {
            urgent = true;
            notifyAll();
            long end = System.nanoTime() + millis * 1_000_000;
            for (long left = millis; left > 0 && (busy || !pieces.isEmpty()); left = (end - System.nanoTime()) / 1_000_000) {
                wait(left);
            }
        }
        for (Subscriber subscriber : subscribers) {
            subscriber.outbox().drain(millis);
        }
    }

    /** Bytes to text; a character whose bytes come one by one waits for the last. */
    private final class TextStream extends OutputStream {
        private final StreamType stream;
        private byte[] begun = new byte[0];

        TextStream(StreamType stream) {
            this.stream = stream;
        }

        @Override
        public void write(int b) {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public synchronized void write(byte[] bytes, int offset, int length) {
            for (int start = offset; start < offset + length; start += LONG_TEXT) {
                writeSome(bytes, start, Math.min(LONG_TEXT, offset + length - start));
            }
        }

        private void writeSome(byte[] bytes, int offset, int length) {
            byte[] all = Arrays.copyOf(begun, begun.length + length);
            System.arraycopy(bytes, offset, all, begun.length, length);
            int whole = whole(all);
            begun = Arrays.copyOfRange(all, whole, all.length);
            if (whole > 0) {
                print(stream, new String(all, 0, whole, StandardCharsets.UTF_8));
            }
        }

        /** Bytes up to the last character that is complete. */
        private int whole(byte[] bytes) {
            int lead = bytes.length - 1;
            while (lead > 0 && bytes.length - lead < 4 && (bytes[lead] & 0xC0) == 0x80) {
                lead--;
            }
            int first = bytes[lead] & 0xFF;
            int needed = first >= 0xF0 && first < 0xF8 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1;
            return first < 0xF8 && needed > bytes.length - lead ? lead : bytes.length;
        }
    }
}
