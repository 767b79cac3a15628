package s4s.kernel;

import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageContext;
import io.github.spencerpark.jupyter.messages.reply.InputReply;
import io.github.spencerpark.jupyter.messages.request.InputRequest;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import org.zeromq.ZMQ;

/**
 * What a cell reads from {@code System.in}: the front end asks its user for a line. A thread of its own has the socket, for
 * that of a cell may be stopped at any place.
 */
final class InputChannel extends InputStream {

    private static final int POLL_MILLIS = 50;

    private final ZMQ.Socket socket;
    private final Wire wire;
    private final PrintStream log;
    private final BlockingQueue<Message<?>> questions = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>();
    private volatile Optional<MessageContext> cell = Optional.empty();
    private byte[] line = new byte[0];
    private int position;

    InputChannel(ZMQ.Socket socket, Wire wire, PrintStream log) {
        this.socket = socket;
        this.wire = wire;
        this.log = log;
    }

    void bind(String address) {
        socket.bind(address);
    }

    void start() {
        socket.setReceiveTimeOut(POLL_MILLIS);
        Connection.daemon("stdin", () -> Connection.untilClosed(socket, this::receive, this::ask));
    }

    /** Who is asked from now on: the sender of a request if it allows that, else no one. */
    void attach(MessageContext request, boolean allowed) {
        cell = Optional.of(request).filter(r -> allowed);
    }

    private void ask() {
        for (Message<?> question = questions.poll(); question != null; question = questions.poll()) {
            Connection.send(socket, wire.sign(wire.encode(question)));
        }
    }

    private void receive(List<byte[]> frames) {
        try {
            if (!(wire.decode(frames).getContent() instanceof InputReply reply)) {
                throw new DamagedMessage("it is no input_reply");
            }
            answers.add(reply.getValue());
        } catch (DamagedMessage e) {
            log.println("s4s kernel: dropped a message on the stdin channel: " + e.getMessage());
        }
    }

    /** A byte of the line that the user gave; -1 where no one may be asked. */
    @Override
    public synchronized int read() throws InterruptedIOException {
        return fill() ? line[position++] & 0xFF : -1;
    }

    @Override
    public synchronized int read(byte[] bytes, int offset, int length) throws InterruptedIOException {
        if (length == 0) {
            return 0;
        }
        if (!fill()) {
            return -1;
        }
        int n = Math.min(length, line.length - position);
        System.arraycopy(line, position, bytes, offset, n);
        position += n;
        return n;
    }

    @Override
    public synchronized int available() {
        return line.length - position;
    }

    private boolean fill() throws InterruptedIOException {
        if (position < line.length) {
            return true;
        }
        Optional<MessageContext> asked = cell;
        if (asked.isEmpty()) {
            return false;
        }
        answers.clear(); // of a question that was interrupted
        questions.add(new Message<>(asked.get(), InputRequest.MESSAGE_TYPE, new InputRequest("", false)));
        try {
            line = (answers.take() + "\n").getBytes(StandardCharsets.UTF_8);
            position = 0;
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while waiting for input");
        }
    }
}
