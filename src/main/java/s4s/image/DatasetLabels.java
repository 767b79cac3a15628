package s4s.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import s4s.io.BadFileException;

/**
 * The classes that EDM's and StyleGAN's {@code dataset.json} gives the images beside it:
 * {@code {"labels": [["00000/a.png", 6], ...]}}, or null for none. Folders mean nothing there.
 *
 * @param labels for each image; empty if there are none
 * @param classes the numbers' names, "0" to the highest
 * @see <a href="https://github.com/NVlabs/edm/blob/main/training/dataset.py">EDM, ImageFolderDataset</a>
 */
record DatasetLabels(int[] labels, List<String> classes) {
    private static final String FILE = "dataset.json";
    private static final int MOST_CLASSES = 1 << 20;

    /** Reads the file; empty where there is none, or one of another tool. */
    static Optional<DatasetLabels> of(ImageFiles files) throws IOException {
        Optional<byte[]> text = files.beside(FILE);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        String title = FILE + " in " + files.source();
        JsonElement root;
        try {
            root = JsonParser.parseString(new String(text.get(), StandardCharsets.UTF_8));
        } catch (JsonParseException e) {
            throw new BadFileException(title + " is truncated or no JSON; make it again, or remove it to have no labels", e);
        }
        if (!root.isJsonObject() || !root.getAsJsonObject().has("labels")) {
            return Optional.empty();
        }
        JsonElement labels = root.getAsJsonObject().get("labels");
        return Optional.of(labels.isJsonNull() ? new DatasetLabels(new int[0], List.of())
                : of(files.names(), entries(labels, title), title));
    }

    private static DatasetLabels of(List<String> names, Map<String, Integer> entries, String title) throws BadFileException {
        int[] labels = new int[names.size()];
        for (int i = 0; i < labels.length; i++) {
            Integer label = entries.remove(names.get(i));
            if (label == null) {
                throw new BadFileException(title + " has no label for " + names.get(i) + "; make it again with all images");
            }
            labels[i] = label;
        }
        if (!entries.isEmpty()) {
            throw new BadFileException(title + " has labels for " + entries.size() + " images that are not there, such as "
                    + entries.keySet().iterator().next() + "; get them, or make the file again");
        }
        int highest = Arrays.stream(labels).max().orElse(0);
        return new DatasetLabels(labels, IntStream.rangeClosed(0, highest).mapToObj(Integer::toString).toList());
    }

    private static Map<String, Integer> entries(JsonElement labels, String title) throws BadFileException {
        Map<String, Integer> entries = new HashMap<>();
        if (labels.isJsonObject()) {
            for (Map.Entry<String, JsonElement> entry : ((JsonObject) labels).entrySet()) {
                entries.put(entry.getKey(), label(entry.getValue(), title));
            }
        } else if (labels.isJsonArray()) {
            for (JsonElement pair : (JsonArray) labels) {
                boolean isPair = pair.isJsonArray() && pair.getAsJsonArray().size() == 2
                        && pair.getAsJsonArray().get(0).isJsonPrimitive();
                if (!isPair) {
                    throw new BadFileException(title + ": \"labels\" must hold pairs [\"name\", class]");
                }
                String name = pair.getAsJsonArray().get(0).getAsString().replace('\\', '/');
                if (entries.put(name, label(pair.getAsJsonArray().get(1), title)) != null) {
                    throw new BadFileException(title + " has two labels for " + name + "; make it again with one");
                }
            }
        } else {
            throw new BadFileException(title + ": \"labels\" must be a list of pairs [\"name\", class], or null");
        }
        return entries;
    }

    private static int label(JsonElement label, String title) throws BadFileException {
        boolean number = label.isJsonPrimitive() && label.getAsJsonPrimitive().isNumber();
        double value = number ? label.getAsDouble() : -1;
        if (value < 0 || value != Math.rint(value) || value >= MOST_CLASSES) {
            String shown = label.toString();
            throw new BadFileException(title + " has the label "
                    + (shown.length() > 40 ? shown.substring(0, 40) + "..." : shown) + "; labels are whole numbers from 0, one for each image");
        }
        return (int) value;
    }
}
