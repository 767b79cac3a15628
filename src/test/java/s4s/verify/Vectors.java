package s4s.verify;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import s4s.io.BadFileException;
import s4s.io.JsonFields;
import s4s.io.NpyArray;
import s4s.io.Npz;

/**
 * A folder of vectors: {@code index.json} and npz files. What is missing inside is an {@link IllegalArgumentException}, the
 * failure of a case; a file that is damaged is an {@link IOException}.
 */
final class Vectors implements AutoCloseable {

    private final Path folder;
    private final JsonObject index;
    private final Map<String, Npz> archives = new HashMap<>();
    private final Map<String, Set<String>> names = new HashMap<>();
    private final Map<String, Numbers> numbers = new HashMap<>();

    private Vectors(Path folder, JsonObject index) {
        this.folder = folder;
        this.index = index;
    }

    /**
     * @param folder a folder with index.json
     * @throws BadFileException if there is none, or it is no JSON object with a list of cases
     */
    static Vectors open(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new BadFileException("no such folder: " + folder + "; give the folder that holds index.json");
        }
        Path file = folder.resolve("index.json");
        if (!Files.isRegularFile(file)) {
            throw new BadFileException(folder + " holds no index.json; give the folder of the vectors");
        }
        JsonObject index = parse(file);
        if (!index.has("cases") || !index.get("cases").isJsonArray()) {
            throw new BadFileException(file + " has no list \"cases\"; copy or make it again");
        }
        return new Vectors(folder, index);
    }

    /** Whether a file is there. */
    boolean has(String file) {
        return Files.exists(folder.resolve(file));
    }

    /** The npy, npz and JSON files of the folder whose names do not occur in index.json, in order. */
    List<String> unnamedFiles() throws IOException {
        String text = index.toString();
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.matches("[^.].*\\.(npy|npz|json)") && !text.contains("\"" + name)).sorted().toList();
        }
    }

    /** The objects of a list in index.json; none if the list is absent. */
    List<JsonObject> list(String name) {
        return objects(index, name);
    }

    /** The objects of a list; none if the list is absent. */
    static List<JsonObject> objects(JsonObject parent, String name) {
        return parent.has(name) && parent.get(name).isJsonArray()
                ? StreamSupport.stream(parent.getAsJsonArray(name).spliterator(), false)
                        .filter(JsonElement::isJsonObject).map(JsonElement::getAsJsonObject).toList()
                : List.of();
    }

    /** A JSON file. */
    JsonObject json(String file) throws IOException {
        requirePresent(file);
        return parse(folder.resolve(file));
    }

    /** Names of the arrays in an npz file, in its order. */
    List<String> keys(String file) throws IOException {
        return archive(file).names();
    }

    /** Whether an npz file is there and holds an array. */
    boolean has(String file, String key) throws IOException {
        return has(file) && names(file).contains(key);
    }

    /** An array in float64, kept for the next question. */
    Numbers numbers(String file, String key) throws IOException {
        String name = file + ":" + key;
        Numbers known = numbers.get(name);
        if (known == null) {
            NpyArray array = array(file, key);
            known = new Numbers(array.doubles(), array.shape());
            numbers.put(name, known);
        }
        return known;
    }

    /** An array as it is stored. */
    NpyArray array(String file, String key) throws IOException {
        if (!names(file).contains(key)) {
            throw new IllegalArgumentException("there is no array " + key + " in " + file);
        }
        return archive(file).get(key);
    }

    /** The arrays that a reference {@code file.npz:prefix/*} means, by what follows the prefix. */
    Map<String, NpyArray> arrays(String reference) throws IOException {
        int colon = reference.indexOf(':');
        if (colon < 0) {
            throw new IllegalArgumentException("parameters are named like file.npz:prefix/*, not " + reference);
        }
        String file = reference.substring(0, colon);
        String prefix = reference.substring(colon + 1).replaceFirst("\\*$", "");
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (String key : keys(file)) {
            if (key.startsWith(prefix)) {
                arrays.put(key.substring(prefix.length()), array(file, key));
            }
        }
        if (arrays.isEmpty()) {
            throw new IllegalArgumentException("there are no arrays " + prefix + "* in " + file);
        }
        return arrays;
    }

    /**
     * The arrays of an npz file by their folder: {@code a/b/t} and {@code a/b/x} are "t" and "x" of "a/b".
     */
    Map<String, Map<String, String>> groups(String file) throws IOException {
        Map<String, Map<String, String>> groups = new LinkedHashMap<>();
        for (String key : keys(file)) {
            int slash = key.lastIndexOf('/');
            groups.computeIfAbsent(slash < 0 ? "" : key.substring(0, slash), group -> new TreeMap<>())
                    .put(key.substring(slash + 1), key);
        }
        return groups;
    }

    private Set<String> names(String file) throws IOException {
        Set<String> known = names.get(file);
        if (known == null) {
            known = new HashSet<>(keys(file));
            names.put(file, known);
        }
        return known;
    }

    private Npz archive(String file) throws IOException {
        requirePresent(file);
        Npz known = archives.get(file);
        if (known == null) {
            known = Npz.open(folder.resolve(file));
            archives.put(file, known);
        }
        return known;
    }

    private void requirePresent(String file) {
        if (!has(file)) {
            throw new IllegalArgumentException("there is no file " + file);
        }
    }

    private static JsonObject parse(Path file) throws IOException {
        try {
            String text = Files.readString(file);
            JsonFields.requireShallow(file, text);
            return JsonParser.parseString(text).getAsJsonObject();
        } catch (JsonParseException | IllegalStateException e) {
            throw new BadFileException(file + " is no JSON object; copy or make it again", e);
        }
    }

    /** A text of a JSON object. */
    static String text(JsonObject object, String name) {
        return optional(object, name).orElseThrow(() -> new IllegalArgumentException("the entry has no \"" + name + "\""));
    }

    /** A text of a JSON object that need not be there. */
    static Optional<String> optional(JsonObject object, String name) {
        return Optional.ofNullable(object.get(name)).filter(JsonElement::isJsonPrimitive).map(JsonElement::getAsString);
    }

    /** A whole number of a JSON object. */
    static int whole(JsonObject object, String name) {
        double value = Double.parseDouble(text(object, name));
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("\"" + name + "\" is " + value + ", not a whole number");
        }
        return (int) value;
    }

    @Override
    public void close() throws IOException {
        for (Npz npz : archives.values()) {
            npz.close();
        }
    }
}
