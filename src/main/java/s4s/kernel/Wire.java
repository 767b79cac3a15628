package s4s.kernel;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import com.google.gson.reflect.TypeToken;
import io.github.spencerpark.jupyter.kernel.ExpressionValue;
import io.github.spencerpark.jupyter.messages.HMACGenerator;
import io.github.spencerpark.jupyter.messages.Header;
import io.github.spencerpark.jupyter.messages.KernelTimestamp;
import io.github.spencerpark.jupyter.messages.Message;
import io.github.spencerpark.jupyter.messages.MessageType;
import io.github.spencerpark.jupyter.messages.adapters.ExpressionValueAdapter;
import io.github.spencerpark.jupyter.messages.adapters.HistoryRequestAdapter;
import io.github.spencerpark.jupyter.messages.adapters.MessageTypeAdapter;
import io.github.spencerpark.jupyter.messages.request.HistoryRequest;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Messages of the Jupyter protocol as frames of ZeroMQ: identities, a delimiter, a signature, then header, header of the
 * parent, metadata and content as JSON.
 *
 * <p>The library's own reader waits for ever for a frame that is not there and ends its thread at anything it does not expect;
 * this one answers with a message or with the reason why there is none.
 *
 * @see <a href="https://jupyter-client.readthedocs.io/en/stable/messaging.html">Messaging in Jupyter</a>
 */
final class Wire {

    /** More than any front end sends; the rest of a longer message is not kept. */
    static final int MOST_FRAMES = 1000;

    private static final byte[] DELIMITER = "<IDS|MSG>".getBytes(StandardCharsets.US_ASCII);
    private static final String HISTORY = "{output: false, raw: true, session: 0, start: 0, stop: " + Integer.MAX_VALUE
            + ", n: " + Integer.MAX_VALUE + ", pattern: '*', unique: false}";

    /** What the protocol lets a front end leave out; the JSON library would put zeros there. */
    private static final Map<String, String> DEFAULTS = Map.of(
            "execute_request",
            "{silent: false, store_history: true, user_expressions: {}, allow_stdin: false, stop_on_error: true}",
            "inspect_request", "{detail_level: 0}",
            "history_request", HISTORY,
            "shutdown_request", "{restart: false}");

    /** What it does not. */
    private static final Map<String, List<String>> REQUIRED = Map.of(
            "execute_request", List.of("code"),
            "complete_request", List.of("code", "cursor_pos"),
            "inspect_request", List.of("code", "cursor_pos"),
            "is_complete_request", List.of("code"),
            "history_request", List.of("hist_access_type"),
            "input_reply", List.of("value"));

    private final Gson gson = new GsonBuilder()
            .registerTypeAdapter(MessageType.class, MessageTypeAdapter.INSTANCE)
            .registerTypeAdapter(HistoryRequest.class, HistoryRequestAdapter.INSTANCE)
            .registerTypeAdapter(ExpressionValue.class, ExpressionValueAdapter.INSTANCE)
            .create();
    private final HMACGenerator signer;

    Wire(HMACGenerator signer) {
        this.signer = signer;
    }

    /**
     * A message as JSON, not yet signed.
     *
     * @throws IllegalArgumentException if its content has no JSON, such as a number that is not finite
     */
    Unsigned encode(Message<?> message) {
        List<byte[]> parts = new ArrayList<>();
        parts.add(bytes(gson.toJson(header(message.getHeader(), Instant.now().toString()))));
        parts.add(message.hasParentHeader()
                ? bytes(gson.toJson(
                        header(message.getParentHeader(), message.getParentHeader().getTimestamp().getDateString())))
                : bytes("{}"));
        parts.add(bytes(message.hasMetadata() ? gson.toJson(message.getMetadata()) : "{}"));
        parts.add(bytes(gson.toJson(message.getContent())));
        List<byte[]> blobs = Optional.ofNullable(message.getBlobs()).orElse(List.of());
        return new Unsigned(message.getIdentities(), parts, blobs);
    }

    /**
     * A message that lacks its signature.
     *
     * @param parts header, header of the parent, metadata, content
     * @param blobs binary frames
     */
    record Unsigned(List<byte[]> identities, List<byte[]> parts, List<byte[]> blobs) {
        /** The same to all readers. */
        Unsigned anonymous() {
            return new Unsigned(List.of(), parts, blobs);
        }
    }

    /** All frames of a message. */
    List<byte[]> sign(Unsigned message) {
        List<byte[]> frames = new ArrayList<>(message.identities());
        frames.add(DELIMITER);
        frames.add(bytes(signer.calculateSignature(message.parts().toArray(new byte[0][]))));
        frames.addAll(message.parts());
        frames.addAll(message.blobs());
        return frames;
    }

    private static JsonObject header(Header<?> header, String date) {
        JsonObject json = new JsonObject();
        json.addProperty("msg_id", header.getId());
        json.addProperty("username", header.getUsername());
        json.addProperty("session", Optional.ofNullable(header.getSessionId()).orElse(""));
        json.addProperty("date", date);
        json.addProperty("msg_type", header.getType().getName());
        json.addProperty("version", header.getVersion());
        return json;
    }

    /**
     * Reads a message.
     *
     * @param frames all of them, the identities first
     * @throws DamagedMessage if they are none, or wrongly signed, or of a type that is not known here
     */
    Message<?> decode(List<byte[]> frames) throws DamagedMessage {
        int delimiter = 0;
        while (delimiter < frames.size() && !Arrays.equals(DELIMITER, frames.get(delimiter))) {
            delimiter++;
        }
        if (delimiter == frames.size()) {
            throw new DamagedMessage("it has no delimiter <IDS|MSG>");
        }
        List<byte[]> rest = frames.subList(delimiter + 1, frames.size());
        if (rest.size() < 5) {
            throw new DamagedMessage("it has " + rest.size() + " of at least 5 frames behind the delimiter");
        }
        if (frames.size() >= MOST_FRAMES) {
            throw new DamagedMessage("it has " + MOST_FRAMES + " frames or more");
        }
        byte[] signature = bytes(signer.calculateSignature(rest.subList(1, 5).toArray(new byte[0][])));
        if (signer != HMACGenerator.NO_AUTH_INSTANCE && !MessageDigest.isEqual(signature, rest.get(0))) {
            throw new DamagedMessage("its signature is wrong");
        }
        try {
            JsonObject header = object("header", rest.get(1));
            object("header of the parent", rest.get(2));
            JsonObject metadata = object("metadata", rest.get(3));
            JsonObject sent = object("content", rest.get(4));
            String name = text(header, "msg_type");
            MessageType<?> type = MessageType.getType(name);
            if (type == MessageType.UNKNOWN) {
                throw new DamagedMessage("its msg_type '" + shortened(name) + "' is not known");
            }
            JsonObject content = complete(name, sent);
            return message(frames.subList(0, delimiter), header(header, type), gson.fromJson(metadata, new TypeToken<>() {}),
                    gson.fromJson(content, type.getContentType()), rest.subList(5, rest.size()));
        } catch (JsonParseException | IllegalStateException | UnsupportedOperationException | IllegalArgumentException
                | NullPointerException e) {
            throw new DamagedMessage("a field of its header or content has a wrong type");
        }
    }

    private static <T> Header<T> header(JsonObject header, MessageType<T> type) throws DamagedMessage {
        return new Header<>(text(header, "msg_id"), text(header, "username", ""), text(header, "session", ""),
                new KernelTimestamp(text(header, "date", "")), type, text(header, "version", Header.PROTOCOL_VERISON));
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // the content is of the type that the header names
    private static Message<?> message(List<byte[]> identities, Header<?> header, Map<String, Object> metadata, Object content,
            List<byte[]> blobs) {
        return new Message(List.copyOf(identities), header, null, metadata, content, List.copyOf(blobs));
    }

    /** The content with what was left out, if that may be left out. */
    private static JsonObject complete(String type, JsonObject sent) throws DamagedMessage {
        for (String field : REQUIRED.getOrDefault(type, List.of())) {
            if (!sent.has(field) || !sent.get(field).isJsonPrimitive()) {
                throw new DamagedMessage("its content lacks '" + field + "'");
            }
        }
        JsonObject content = JsonParser.parseString(DEFAULTS.getOrDefault(type, "{}")).getAsJsonObject();
        for (Map.Entry<String, JsonElement> field : sent.entrySet()) {
            if (!field.getValue().isJsonNull()) {
                content.add(field.getKey(), field.getValue());
            }
        }
        return content;
    }

    private static JsonObject object(String what, byte[] json) throws DamagedMessage {
        try {
            String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(json)).toString();
            JsonElement element = JsonParser.parseString(text);
            if (element.isJsonObject()) {
                return element.getAsJsonObject();
            }
        } catch (CharacterCodingException | JsonParseException e) {
            // said below
        }
        throw new DamagedMessage("its " + what + " is no JSON object");
    }

    private static String text(JsonObject header, String field) throws DamagedMessage {
        if (!header.has(field) || !header.get(field).isJsonPrimitive()) {
            throw new DamagedMessage("its header lacks '" + field + "'");
        }
        return header.get(field).getAsString();
    }

    private static String text(JsonObject header, String field, String missing) throws DamagedMessage {
        return header.has(field) && !header.get(field).isJsonNull() ? text(header, field) : missing;
    }

    private static String shortened(String name) {
        return name.codePoints().limit(60).filter(c -> !Character.isISOControl(c))
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append).toString();
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
