package s4s.kernel;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.Predicate;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.zeromq.SocketType;
import org.zeromq.ZContext;
import org.zeromq.ZMQ;

/**
 * A front end for tests, written after the specification of the Jupyter messaging protocol 5.3 and using nothing of the
 * kernel's: it makes the connection file, signs what it sends and refuses what is wrongly signed.
 */
final class KernelClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 120_000;
    private static final String DELIMITER = "<IDS|MSG>";

    private final Gson gson = new Gson();
    private final String key = UUID.randomUUID().toString();
    private final String session = UUID.randomUUID().toString();
    private final ZContext context = new ZContext();
    private final Path connectionFile;
    private final ZMQ.Socket shell;
    private final ZMQ.Socket control;
    private final ZMQ.Socket iopub;

    KernelClient(Path folder) throws IOException {
        JsonObject connection = new JsonObject();
        connection.addProperty("transport", "tcp");
        connection.addProperty("ip", "127.0.0.1");
        connection.addProperty("signature_scheme", "hmac-sha256");
        connection.addProperty("key", key);
        List<ServerSocket> held = new ArrayList<>();
        for (String name : List.of("shell_port", "control_port", "iopub_port", "stdin_port", "hb_port")) {
            ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
            held.add(socket);
            connection.addProperty(name, socket.getLocalPort());
        }
        for (ServerSocket socket : held) {
            socket.close();
        }
        connectionFile = folder.resolve("connection " + session + ".json");
        Files.writeString(connectionFile, gson.toJson(connection));
        shell = connect(SocketType.DEALER, connection.get("shell_port").getAsInt());
        control = connect(SocketType.DEALER, connection.get("control_port").getAsInt());
        iopub = connect(SocketType.SUB, connection.get("iopub_port").getAsInt());
        iopub.subscribe(ZMQ.SUBSCRIPTION_ALL);
    }

    private ZMQ.Socket connect(SocketType type, int port) {
        ZMQ.Socket socket = context.createSocket(type);
        socket.setReceiveTimeOut(PATIENCE_MILLIS);
        socket.connect("tcp://127.0.0.1:" + port);
        return socket;
    }

    Path connectionFile() {
        return connectionFile;
    }

    /** A message that arrived. */
    record Message(String type, String parentId, JsonObject content) {
        String text(String field) {
            return content.get(field).getAsString();
        }
    }

    /** Everything that came of one request: the reply and what was published, from busy to idle. */
    record Outcome(Message reply, List<Message> published) {
        List<Message> of(String type) {
            return published.stream().filter(message -> message.type().equals(type)).toList();
        }

        String stream(String name) {
            StringBuilder text = new StringBuilder();
            of("stream").stream().filter(m -> m.text("name").equals(name)).forEach(m -> text.append(m.text("text")));
            return text.toString();
        }

        JsonObject result() {
            return of("execute_result").get(0).content().getAsJsonObject("data");
        }

        String traceback() {
            StringBuilder text = new StringBuilder();
            of("error").get(0).content().getAsJsonArray("traceback")
                    .forEach(line -> text.append(line.getAsString().replaceAll("\u001b\\[[0-9;]*m", "")).append('\n'));
            return text.toString();
        }
    }

    /** Waits until the kernel answers, and until what it publishes arrives: a late subscriber misses the start. */
    Message waitUntilReady() {
        iopub.setReceiveTimeOut(200);
        try {
            while (true) {
                String id = send(shell, "kernel_info_request", new JsonObject());
                Message reply = receive(shell, id);
                Message published = read(iopub);
                while (published != null) {
                    if (published.parentId().equals(id) && idle(published)) {
                        return reply;
                    }
                    published = read(iopub);
                }
            }
        } finally {
            iopub.setReceiveTimeOut(PATIENCE_MILLIS);
        }
    }

    String startExecution(String code) {
        JsonObject content = new JsonObject();
        content.addProperty("code", code);
        content.addProperty("silent", false);
        content.addProperty("store_history", true);
        content.add("user_expressions", new JsonObject());
        content.addProperty("allow_stdin", false);
        content.addProperty("stop_on_error", true);
        return send(shell, "execute_request", content);
    }

    /** Waits for the end of an execution. */
    Outcome outcome(String id) {
        List<Message> published = new ArrayList<>();
        do {
            published.add(await(id, message -> true));
        } while (!idle(published.get(published.size() - 1)));
        return new Outcome(receive(shell, id), published);
    }

    Outcome execute(String code) {
        return outcome(startExecution(code));
    }

    /** The next published message of a request that fulfils a condition; those before it are dropped. */
    Message await(String id, Predicate<Message> condition) {
        while (true) {
            Message message = require(read(iopub));
            if (message.parentId().equals(id) && condition.test(message)) {
                return message;
            }
        }
    }

    Message ask(String type, JsonObject content) {
        String id = send(shell, type, content);
        await(id, KernelClient::idle);
        return receive(shell, id);
    }

    Message askControl(String type, JsonObject content) {
        return receive(control, send(control, type, content));
    }

    /** The first answer on the control channel to a request and, behind it, to one for what the kernel is. */
    Message firstOnControl(String type, JsonObject content) {
        send(control, type, content);
        send(control, "kernel_info_request", new JsonObject());
        return require(read(control));
    }

    private static boolean idle(Message message) {
        return message.type().equals("status") && message.text("execution_state").equals("idle");
    }

    private Message receive(ZMQ.Socket socket, String id) {
        while (true) {
            Message message = require(read(socket));
            if (message.parentId().equals(id)) {
                return message;
            }
        }
    }

    /** After one silence nothing is waited for any more, so that a dead kernel does not cost the patience of every test. */
    private Message require(Message message) {
        if (message == null) {
            List.of(shell, control, iopub).forEach(socket -> socket.setReceiveTimeOut(1));
            throw new AssertionError("the kernel says nothing");
        }
        return message;
    }

    private String send(ZMQ.Socket socket, String type, JsonObject content) {
        String id = UUID.randomUUID().toString();
        JsonObject header = new JsonObject();
        header.addProperty("msg_id", id);
        header.addProperty("session", session);
        header.addProperty("username", "test");
        header.addProperty("date", Instant.now().toString());
        header.addProperty("msg_type", type);
        header.addProperty("version", "5.3");
        List<String> parts = List.of(gson.toJson(header), "{}", "{}", gson.toJson(content));
        socket.sendMore(DELIMITER);
        socket.sendMore(signature(parts));
        parts.subList(0, 3).forEach(socket::sendMore);
        socket.send(parts.get(3));
        return id;
    }

    /** Sends frames as they are to the shell and the control channel. */
    void sendDamaged(List<String> frames) {
        for (ZMQ.Socket socket : List.of(shell, control)) {
            frames.subList(0, frames.size() - 1).forEach(socket::sendMore);
            socket.send(frames.get(frames.size() - 1));
        }
    }

    /** Sends a message with any header, rightly signed. */
    void sendSigned(String header) {
        List<String> parts = List.of(header, "{}", "{}", "{}");
        List<String> frames = new ArrayList<>(List.of(DELIMITER, signature(parts)));
        frames.addAll(parts);
        sendDamaged(frames);
    }

    /** The next message, or null when none comes in time. */
    private Message read(ZMQ.Socket socket) {
        String part = socket.recvStr();
        if (part == null) {
            return null;
        }
        while (!part.equals(DELIMITER)) {
            part = socket.recvStr();
        }
        String signature = socket.recvStr();
        List<String> parts = List.of(socket.recvStr(), socket.recvStr(), socket.recvStr(), socket.recvStr());
        if (!signature.equals(signature(parts))) {
            throw new AssertionError("wrong signature");
        }
        JsonObject parent = gson.fromJson(parts.get(1), JsonObject.class);
        return new Message(
                gson.fromJson(parts.get(0), JsonObject.class).get("msg_type").getAsString(),
                parent.has("msg_id") ? parent.get("msg_id").getAsString() : "",
                gson.fromJson(parts.get(3), JsonObject.class));
    }

    private String signature(List<String> parts) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
            parts.forEach(part -> mac.update(part.getBytes(StandardCharsets.UTF_8)));
            return HexFormat.of().formatHex(mac.doFinal());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        context.close();
    }
}
