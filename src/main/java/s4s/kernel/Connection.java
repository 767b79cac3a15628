package s4s.kernel;

import io.github.spencerpark.jupyter.channels.IOPubChannel;
import io.github.spencerpark.jupyter.channels.JupyterConnection;
import io.github.spencerpark.jupyter.channels.ShellChannel;
import io.github.spencerpark.jupyter.channels.ShellReplyEnvironment;
import io.github.spencerpark.jupyter.kernel.KernelConnectionProperties;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageContext;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.publish.PublishStatus;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.zeromq.SocketType;
import org.zeromq.ZMQ;
import org.zeromq.ZMQException;

/**
 * The five channels of a kernel, in place of the library's: a message that is damaged ends none of them, and no reader of the
 * published ones delays the others.
 */
final class Connection extends JupyterConnection {

    /** How long a socket that is closed still sends. */
    static final int LINGER_MILLIS = 500;

    /** No cell is longer; and what a stranger announces is not made room for. */
    private static final long MOST_BYTES = 1 << 25;

    /**
     * What the control channel answers, for it does so while a cell runs: nothing that asks JShell, whose compiler serves one
     * thread.
     */
    private static final Set<MessageType<?>> ON_CONTROL = Set.of(
            MessageType.KERNEL_INFO_REQUEST,
            MessageType.INTERRUPT_REQUEST,
            MessageType.SHUTDOWN_REQUEST,
            MessageType.HISTORY_REQUEST,
            MessageType.COMM_INFO_REQUEST);

    private final KernelConnectionProperties properties;
    private final PrintStream log;
    private final ZMQ.Context context = ZMQ.context(1);
    private final Wire wire;
    private final Publisher publisher;
    private final RequestChannel shell;
    private final RequestChannel control;
    private final InputChannel input;
    private final IOPubChannel published;
    private final CountDownLatch end = new CountDownLatch(1);

    /**
     * @param properties what the front end wrote into the connection file
     * @param log where messages are told that were dropped
     */
    Connection(KernelConnectionProperties properties, PrintStream log) throws GeneralSecurityException {
        super(properties);
        super.close(); // of the library's own sockets none is used
        this.properties = properties;
        this.log = log;
        HMACGenerator signer = properties.createHMACGenerator();
        wire = new Wire(signer);
        publisher = new Publisher(wire, log);
        published = new PublishedChannel(context, signer, publisher);
        shell = new RequestChannel(context, signer, wire, this, type -> true);
        control = new RequestChannel(context, signer, wire, this, ON_CONTROL::contains);
        input = new InputChannel(socket(SocketType.ROUTER), wire, log);
    }

    Publisher publisher() {
        return publisher;
    }

    InputChannel input() {
        return input;
    }

    @Override
    public void connect() {
        limit(shell);
        limit(control);
        ZMQ.Socket heartbeat = socket(SocketType.ROUTER);
        shell.bind(address(properties.getShellPort()));
        control.bind(address(properties.getControlPort()));
        input.bind(address(properties.getStdinPort()));
        heartbeat.bind(address(properties.getHbPort()));
        try {
            ServerSocket server = new ServerSocket();
            String ip = properties.getIp();
            server.bind(new InetSocketAddress(
                    ip.equals("*") ? InetAddress.getByName("0.0.0.0") : InetAddress.getByName(ip), properties.getIopubPort()));
            daemon("iopub", () -> accept(server));
        } catch (IOException e) {
            throw new IllegalStateException("port " + properties.getIopubPort() + " cannot be served: " + e.getMessage(), e);
        }
        published.sendMessage(new Message<>(null, PublishStatus.MESSAGE_TYPE, PublishStatus.STARTING));
        daemon("heartbeat", () -> untilClosed(heartbeat, frames -> send(heartbeat, frames), () -> { }));
        daemon("shell", () -> shell.serve("shell", log));
        daemon("control", () -> control.serve("control", log));
        input.start();
    }

    private String address(int port) {
        return properties.getTransport() + "://" + properties.getIp() + ":" + port;
    }

    private ZMQ.Socket socket(SocketType type) {
        ZMQ.Socket socket = context.socket(type);
        limit(socket);
        return socket;
    }

    private static void limit(ZMQ.Socket socket) {
        socket.setMaxMsgSize(MOST_BYTES);
        socket.setLinger(LINGER_MILLIS);
    }

    private void accept(ServerSocket server) {
        while (true) {
            try {
                Socket reader = server.accept();
                try {
                    publisher.add(new Subscriber(context, reader, publisher.newOutbox()));
                } catch (IOException e) {
                    reader.close();
                    throw e;
                }
            } catch (IOException e) {
                if (end.getCount() == 0) {
                    return;
                }
                log.println("s4s kernel: a reader was refused: " + e.getMessage());
            }
        }
    }

    /** A thread that does not keep the process. */
    static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, "s4s " + name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Hands on every message of a socket until the context ends, then closes the socket.
     *
     * @param before what is done before each wait for a message
     */
    static void untilClosed(ZMQ.Socket socket, Consumer<List<byte[]>> receiver, Runnable before) {
        try {
            while (true) {
                before.run();
                List<byte[]> frames = receive(socket);
                if (!frames.isEmpty()) {
                    receiver.accept(frames);
                }
            }
        } catch (ZMQException e) {
            socket.close(); // the context has ended
        }
    }

    /** The frames of the next message; nothing if none came in the socket's time. */
    static List<byte[]> receive(ZMQ.Socket socket) {
        List<byte[]> frames = new ArrayList<>();
        Optional<byte[]> frame = Optional.ofNullable(socket.recv());
        while (frame.isPresent()) {
            if (frames.size() < Wire.MOST_FRAMES) {
                frames.add(frame.get());
            }
            frame = socket.hasReceiveMore() ? Optional.ofNullable(socket.recv()) : Optional.empty();
        }
        return frames;
    }

    static void send(ZMQ.Socket socket, List<byte[]> frames) {
        for (int i = 0; i < frames.size(); i++) {
            socket.send(frames.get(i), i < frames.size() - 1 ? ZMQ.SNDMORE : 0);
        }
    }

    @Override
    public ShellReplyEnvironment prepareReplyEnv(ShellChannel channel, MessageContext request) {
        return new Answer(channel, published, request);
    }

    /** How a request is answered. */
    private static final class Answer extends ShellReplyEnvironment {
        Answer(ShellChannel channel, IOPubChannel published, MessageContext request) {
            super(channel, null, published, request); // cells ask for input by InputChannel
        }
    }

    /** Where the library's code publishes. */
    private static final class PublishedChannel extends IOPubChannel {
        private final Publisher publisher;

        PublishedChannel(ZMQ.Context context, HMACGenerator signer, Publisher publisher) {
            super(context, signer);
            super.close();
            this.publisher = publisher;
        }

        @Override
        public void sendMessage(Message<?> message) {
            publisher.publish(message);
        }
    }

    @Override
    public IOPubChannel getIOPub() {
        return published;
    }

    /** Ends the kernel once what it said has been sent; may be called by a channel's own thread. */
    @Override
    public void close() {
        end.countDown();
    }

    @Override
    public void waitUntilClose() {
        try {
            end.await();
            publisher.drain(LINGER_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        context.close();
    }
}
