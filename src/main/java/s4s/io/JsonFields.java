package s4s.io;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonPrimitive;
import com.google.gson.TypeAdapter;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonToken;
import java.io.EOFException;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An object of a JSON file, read field by field. Whatever is missing or of another kind than asked for is refused with one line
 * that names the file and the field. Only calls that Gson 2.8.5 has: a notebook kernel may put that version first.
 */
public final class JsonFields {

    private static final long MOST_BYTES = 64L << 20;
    private static final long MOST_ELEMENTS = 1L << 26;
    /** Brackets within brackets; readers that call themselves have a stack of some thousand. */
    private static final int DEEPEST = 100;
    private static final TypeAdapter<JsonElement> PRIMITIVES = new Gson().getAdapter(JsonElement.class);
    private static final Pattern PLACE = Pattern.compile("line \\d+ column \\d+");

    private final String title;
    private final String place;
    private final JsonObject object;

    private JsonFields(String title, String place, JsonObject object) {
        this.title = title;
        this.place = place;
        this.object = object;
    }

    /**
     * Reads a file that holds one object. The text is strict JSON: no NaN, no comments, nothing after the object.
     *
     * @param file an ordinary file of at most 64 MiB, UTF-8
     * @throws BadFileException if it is missing, too large, truncated or not such a file
     */
    public static JsonFields read(Path file) throws BadFileException {
        return read(file, MOST_BYTES);
    }

    /**
     * {@link #read(Path)} of a file that may be larger.
     *
     * @param most bytes that such a file has at most, below 2 GiB
     */
    public static JsonFields read(Path file, long most) throws BadFileException {
        BadFileException.requireFile(file);
        JsonElement root;
        try {
            if (Files.size(file) > most) {
                throw new BadFileException(file + " has more than " + (most >> 20)
                        + " MiB; no file that belongs here is so large");
            }
            root = parse(file, Files.readString(file));
        } catch (CharacterCodingException e) {
            throw new BadFileException(file + " is not a JSON file: it is not text in UTF-8", e);
        } catch (IOException e) {
            throw BadFileException.reading(file, e);
        }
        if (!root.isJsonObject()) {
            throw new BadFileException(file + " holds " + kind(root) + " where an object {...} is expected");
        }
        return new JsonFields(file.toString(), "", root.getAsJsonObject());
    }

    /**
     * An object in memory.
     *
     * @param title what messages begin with
     * @param name of the field that holds the object
     * @param value the object
     * @throws BadFileException if it is something else
     */
    public static JsonFields of(String title, String name, JsonElement value) throws BadFileException {
        return new JsonFields(title, "", new JsonObject()).object(name, value);
    }

    /**
     * Refuses text whose brackets are nested so deep that no file of ours has it; readers that call themselves would end the
     * program.
     *
     * @param file for the message
     */
    public static void requireShallow(Path file, String text) throws BadFileException {
        int depth = 0;
        boolean quoted = false;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\' && quoted) {
                i++;
            } else if (c == '"') {
                quoted = !quoted;
            } else if (!quoted && (c == '[' || c == '{')) {
                depth++;
                if (depth > DEEPEST) {
                    throw new BadFileException(file + " is nested deeper than " + DEEPEST + " brackets, which no file that"
                            + " belongs here is");
                }
            } else if (!quoted && (c == ']' || c == '}')) {
                depth--;
            }
        }
    }

    private static JsonElement parse(Path file, String text) throws IOException {
        requireShallow(file, text);
        JsonReader reader = new JsonReader(new StringReader(text));
        try {
            JsonElement root = element(file, reader);
            if (!ended(reader)) {
                throw new BadFileException(file + " goes on after its JSON object; it must hold one alone");
            }
            return root;
        } catch (BadFileException e) {
            throw e;
        } catch (IOException | JsonParseException | IllegalStateException e) {
            if (e instanceof EOFException || String.valueOf(e.getMessage()).startsWith("Unterminated")) {
                throw new BadFileException(file + (text.isBlank() ? " is empty" : " is truncated: its JSON does not end")
                        + "; get it again", e);
            }
            Matcher where = PLACE.matcher(String.valueOf(e.getMessage()));
            throw new BadFileException(file + " is not JSON" + (where.find() ? " at " + where.group() : "")
                    + "; JSON has no NaN, no infinity, no comments and no single quotes", e);
        }
    }

    /** Gson's own reader takes the last of two values with one name. */
    private static JsonElement element(Path file, JsonReader reader) throws IOException {
        JsonToken next = reader.peek();
        if (next == JsonToken.BEGIN_ARRAY) {
            JsonArray array = new JsonArray();
            reader.beginArray();
            while (reader.hasNext()) {
                array.add(element(file, reader));
            }
            reader.endArray();
            return array;
        }
        if (next != JsonToken.BEGIN_OBJECT) {
            return PRIMITIVES.read(reader);
        }
        JsonObject object = new JsonObject();
        reader.beginObject();
        while (reader.hasNext()) {
            String name = reader.nextName();
            if (object.has(name)) {
                throw new BadFileException(file + ": " + reader.getPath().substring(2) + " is there twice");
            }
            object.add(name, element(file, reader));
        }
        reader.endObject();
        return object;
    }

    /** A strict reader refuses what follows, or says what it is. */
    private static boolean ended(JsonReader reader) {
        try {
            return reader.peek() == JsonToken.END_DOCUMENT;
        } catch (IOException e) {
            return false;
        }
    }

    /** The file that the object was read from. */
    public Path file() {
        return Path.of(title);
    }

    /** Whether there is such a field and it is not null. */
    public boolean has(String name) {
        return object.has(name) && !object.get(name).isJsonNull();
    }

    /** A text. */
    public String text(String name) throws BadFileException {
        return primitive(name, get(name), "a text", JsonPrimitive::isString).getAsString();
    }

    /** A truth value. */
    public boolean flag(String name) throws BadFileException {
        return primitive(name, get(name), "true or false", JsonPrimitive::isBoolean).getAsBoolean();
    }

    /** A finite number. */
    public double number(String name) throws BadFileException {
        return number(name, get(name));
    }

    /** A finite number, if the field is there. */
    public Optional<Double> maybeNumber(String name) throws BadFileException {
        return has(name) ? Optional.of(number(name)) : Optional.empty();
    }

    /** A text, if the field is there. */
    public Optional<String> maybeText(String name) throws BadFileException {
        return has(name) ? Optional.of(text(name)) : Optional.empty();
    }

    /** A whole number from 0 to 2^31 - 1. */
    public int count(String name) throws BadFileException {
        return count(name, number(name));
    }

    private int count(String name, double value) throws BadFileException {
        if (value < 0 || value > Integer.MAX_VALUE || value != Math.rint(value)) {
            throw fault(name, "is " + value + " where a whole number from 0 is expected");
        }
        return (int) value;
    }

    /** A list of finite numbers. */
    public double[] numbers(String name) throws BadFileException {
        return numbers(name, get(name));
    }

    /** A list of lists of finite numbers, of any lengths. */
    public double[][] rows(String name) throws BadFileException {
        JsonArray array = array(name, get(name));
        double[][] rows = new double[array.size()][];
        for (int i = 0; i < rows.length; i++) {
            rows[i] = numbers(name + "[" + i + "]", array.get(i));
        }
        return rows;
    }

    /** Names of the fields, in the file's order. */
    public List<String> names() {
        return List.copyOf(object.keySet());
    }

    /** The shape of one sample or condition: a list of whole numbers from 1, at least one, of at most 2^26 elements. */
    public long[] shape(String name) throws BadFileException {
        double[] axes = numbers(name);
        if (axes.length == 0 || Arrays.stream(axes).anyMatch(n -> n < 1 || n > Integer.MAX_VALUE || n != Math.rint(n))) {
            throw fault(name, "is " + Arrays.toString(axes) + ", no shape");
        }
        if (Arrays.stream(axes).reduce(1, (a, b) -> a * b) > MOST_ELEMENTS) {
            throw fault(name, "is " + Arrays.toString(axes) + ", a shape of more than 2^26 numbers");
        }
        return Arrays.stream(axes).mapToLong(n -> (long) n).toArray();
    }

    /** An object. */
    public JsonFields object(String name) throws BadFileException {
        return object(name, get(name));
    }

    /** A list of objects. */
    public List<JsonFields> objects(String name) throws BadFileException {
        JsonArray array = array(name, get(name));
        List<JsonFields> objects = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            objects.add(object(name + "[" + i + "]", array.get(i)));
        }
        return objects;
    }

    /** A list of texts. */
    public List<String> texts(String name) throws BadFileException {
        JsonArray array = array(name, get(name));
        List<String> texts = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            texts.add(primitive(name + "[" + i + "]", array.get(i), "a text", JsonPrimitive::isString).getAsString());
        }
        return texts;
    }

    /** A list of truth values. */
    public List<Boolean> flags(String name) throws BadFileException {
        JsonArray array = array(name, get(name));
        List<Boolean> flags = new ArrayList<>();
        for (int i = 0; i < array.size(); i++) {
            flags.add(primitive(name + "[" + i + "]", array.get(i), "true or false", JsonPrimitive::isBoolean).getAsBoolean());
        }
        return flags;
    }

    /** A list of whole numbers from 0 to 2^31 - 1. */
    public List<Integer> counts(String name) throws BadFileException {
        double[] values = numbers(name);
        List<Integer> counts = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            counts.add(count(name + "[" + i + "]", values[i]));
        }
        return counts;
    }

    /** The object itself. */
    public JsonObject tree() {
        return object;
    }

    /** This object as JSON text. */
    public String json() {
        return object.toString();
    }

    /**
     * The exception that says what is wrong with a field.
     *
     * @param name the field
     * @param what the rest of the sentence, for instance "is negative"
     */
    public BadFileException fault(String name, String what) {
        return new BadFileException(title + ": " + place + name + " " + what);
    }

    @Override
    public String toString() {
        return title + (place.isEmpty() ? "" : ": " + place);
    }

    private JsonElement get(String name) throws BadFileException {
        if (!has(name)) {
            throw fault(name, "is missing");
        }
        return object.get(name);
    }

    private JsonFields object(String name, JsonElement value) throws BadFileException {
        if (!value.isJsonObject()) {
            throw wrong(name, value, "an object");
        }
        return new JsonFields(title, place + name + ".", value.getAsJsonObject());
    }

    private JsonArray array(String name, JsonElement value) throws BadFileException {
        if (!value.isJsonArray()) {
            throw wrong(name, value, "a list");
        }
        return value.getAsJsonArray();
    }

    private double[] numbers(String name, JsonElement value) throws BadFileException {
        JsonArray array = array(name, value);
        double[] numbers = new double[array.size()];
        for (int i = 0; i < numbers.length; i++) {
            numbers[i] = number(name + "[" + i + "]", array.get(i));
        }
        return numbers;
    }

    private double number(String name, JsonElement value) throws BadFileException {
        double number = primitive(name, value, "a number", JsonPrimitive::isNumber).getAsDouble();
        if (!Double.isFinite(number)) {
            throw fault(name, "is " + value + ", beyond the range of float64");
        }
        return number;
    }

    private interface Kind {
        boolean of(JsonPrimitive value);
    }

    private JsonPrimitive primitive(String name, JsonElement value, String wanted, Kind kind) throws BadFileException {
        if (!(value instanceof JsonPrimitive primitive && kind.of(primitive))) {
            throw wrong(name, value, wanted);
        }
        return primitive;
    }

    private BadFileException wrong(String name, JsonElement value, String wanted) {
        return fault(name, "is " + kind(value) + " where " + wanted + " is expected");
    }

    private static String kind(JsonElement value) {
        if (value.isJsonObject()) {
            return "an object";
        }
        if (value.isJsonArray()) {
            return "a list";
        }
        if (value.isJsonNull()) {
            return "null";
        }
        JsonPrimitive primitive = value.getAsJsonPrimitive();
        return primitive.isString() ? "a text" : primitive.isBoolean() ? "true or false" : "a number";
    }
}
