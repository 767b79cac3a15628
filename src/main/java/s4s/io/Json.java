package s4s.io;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import java.util.Collection;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * JSON objects read and written with Gson. Only calls that Gson 2.8.5 has: a notebook kernel may bring that version and
 * put it first on the class path.
 */
public final class Json {

    private static final Gson PRETTY = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private static final Pattern NUMBER = Pattern.compile("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?");

    private Json() {}

    public static JsonObject parseObject(String text) {
        try {
            JsonObject object = PRETTY.fromJson(text, JsonObject.class);
            if (object == null) {
                throw new IllegalArgumentException("not a JSON object: the text is empty");
            }
            return object;
        } catch (JsonParseException | ClassCastException e) {
            throw new IllegalArgumentException("not a JSON object: " + e.getMessage(), e);
        }
    }

    public static String pretty(JsonElement element) {
        return PRETTY.toJson(element);
    }

    /** JSON has no NaN or infinity: both become null, which Plotly draws as a gap. Whole numbers get no ".0". */
    public static JsonElement number(double value) {
        if (!Double.isFinite(value)) {
            return JsonNull.INSTANCE;
        }
        boolean whole = value == Math.rint(value) && Math.abs(value) < 1e15;
        return whole ? new JsonPrimitive((long) value) : new JsonPrimitive(value);
    }

    public static JsonArray numbers(double... values) {
        JsonArray array = new JsonArray();
        for (double value : values) {
            array.add(number(value));
        }
        return array;
    }

    public static JsonArray strings(Collection<String> values) {
        JsonArray array = new JsonArray();
        values.forEach(array::add);
        return array;
    }

    /** The member, unless it is missing or null. */
    public static Optional<JsonElement> get(JsonObject object, String name) {
        return Optional.ofNullable(object.get(name)).filter(e -> !e.isJsonNull());
    }

    public static Optional<JsonObject> object(JsonObject parent, String name) {
        return get(parent, name).filter(JsonElement::isJsonObject).map(JsonElement::getAsJsonObject);
    }

    public static Optional<JsonArray> array(JsonObject parent, String name) {
        return get(parent, name).filter(JsonElement::isJsonArray).map(JsonElement::getAsJsonArray);
    }

    public static Optional<String> string(JsonObject parent, String name) {
        return get(parent, name).filter(JsonElement::isJsonPrimitive).map(JsonElement::getAsString);
    }

    /** Whether the member is this text. */
    public static boolean is(JsonObject parent, String name, String value) {
        return string(parent, name).filter(value::equals).isPresent();
    }

    /** A number, also where it was written as a string (Tablesaw writes some so). */
    public static Optional<Double> decimal(JsonObject parent, String name) {
        return get(parent, name).filter(JsonElement::isJsonPrimitive).flatMap(Json::decimal);
    }

    /** The number that this is or spells; a name such as "3d" is none, although Java would read it. */
    public static Optional<Double> decimal(JsonElement element) {
        return Optional.of(element).filter(JsonElement::isJsonPrimitive).map(JsonElement::getAsString)
                .filter(text -> NUMBER.matcher(text).matches()).map(Double::valueOf);
    }

    /** The member object, created empty where missing. */
    public static JsonObject child(JsonObject parent, String name) {
        return object(parent, name).orElseGet(() -> {
            JsonObject created = new JsonObject();
            parent.add(name, created);
            return created;
        });
    }

    public static void putIfAbsent(JsonObject object, String name, JsonElement value) {
        if (!object.has(name)) {
            object.add(name, value);
        }
    }

    public static void putIfAbsent(JsonObject object, String name, String value) {
        putIfAbsent(object, name, new JsonPrimitive(value));
    }

    public static void putIfAbsent(JsonObject object, String name, Number value) {
        putIfAbsent(object, name, new JsonPrimitive(value));
    }

    public static void putIfAbsent(JsonObject object, String name, boolean value) {
        putIfAbsent(object, name, new JsonPrimitive(value));
    }
}
