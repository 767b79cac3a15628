package s4s.kernel;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.Optional;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * A reader of what the kernel publishes, with a ZeroMQ socket of its own.
 *
 * <p>One socket for all readers drops messages for the one that does not keep up, says so to nobody, and counts messages where
 * memory is bytes. A socket with a single reader can wait for it instead, on a thread that nothing else needs. So every
 * connection to the published port is led on to a new socket, by copying its bytes.
 */
final class Subscriber {

    /** Messages that ZeroMQ may hold; more wait in the {@link Outbox}, whose bound is one of bytes. */
    private static final int MESSAGES_IN_FLIGHT = 16;

    private final Outbox outbox;
    private final Socket outside;
    private final Socket inside;
    private final ZMQ.Socket publisher;

    /**
     * Serves a connection.
     *
     * @param outside from a front end
     * @throws IOException if it cannot be served
     */
    Subscriber(ZMQ.Context context, Socket outside, Outbox outbox) throws IOException {
        this.outbox = outbox;
        this.outside = outside;
        publisher = context.socket(SocketType.XPUB);
        try {
            publisher.setXpubNoDrop(true);
            publisher.setSndHWM(MESSAGES_IN_FLIGHT);
            publisher.setLinger(Connection.LINGER_MILLIS);
            int port = publisher.bindToRandomPort("tcp://127.0.0.1");
            inside = new Socket();
            inside.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException | ZMQException e) {
            publisher.close();
            throw new IOException("no socket for a subscriber: " + e.getMessage(), e);
        }
        Connection.daemon("iopub reader", () -> copy(outside, inside));
        Connection.daemon("iopub writer", () -> copy(inside, outside));
        Connection.daemon("iopub", this::serve);
    }

    Outbox outbox() {
        return outbox;
    }

    /** Whether the connection is over. */
    boolean gone() {
        return outside.isClosed();
    }

    private void serve() {
        try {
            for (Optional<Outbox.Delivery> next = outbox.next(); next.isPresent(); next = outbox.next()) {
                List<byte[]> frames = next.get().frames();
                for (int i = 0; i < frames.size() - 1; i++) {
                    publisher.sendMore(frames.get(i));
                }
                publisher.send(frames.get(frames.size() - 1));
                outbox.sent();
            }
        } catch (ZMQException e) {
            // the kernel ends
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            outbox.close();
            publisher.close();
        }
    }

    private void copy(Socket from, Socket to) {
        try (from; to; InputStream in = from.getInputStream(); OutputStream out = to.getOutputStream()) {
            in.transferTo(out);
        } catch (IOException | UncheckedIOException e) {
            // one of the two has hung up
        } finally {
            outbox.close();
        }
    }
}
