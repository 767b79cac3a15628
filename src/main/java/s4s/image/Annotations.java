package s4s.image;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.LongStream;
import s4s.io.BadFileException;
import s4s.io.JsonFields;
import s4s.io.NpyArray;
import s4s.io.Npz;

/** What is said about images, beside the classes that {@link ImageSet} reads by itself. */
public final class Annotations {

    /** COCO's training captions have 92 MB. */
    private static final long MOST_BYTES = 1L << 30;

    private Annotations() {}

    /**
     * Images whose classes are made of other arrays of their npz: two images are of one class if they agree in all of them.
     *
     * @param images the images of {@code npz}
     * @param npz where they are from
     * @param columns names of arrays of text or integers with one entry for each image, for example {@code scene}; a name
     *     with a number, {@code age/20}, stands for the whole quotients
     * @return classes in the order of their names, which are the entries joined by a blank
     * @throws BadFileException if the file lacks such an array
     * @throws IllegalArgumentException if a number is no positive whole one
     */
    public static ImageSet classesOf(ImageSet images, Path npz, List<String> columns) throws IOException {
        String[] names = new String[images.count()];
        Arrays.fill(names, "");
        try (Npz file = Npz.open(npz)) {
            for (String column : columns) {
                List<String> entries = entries(file, npz, column, images.count());
                for (int i = 0; i < names.length; i++) {
                    names[i] += (names[i].isEmpty() ? "" : " ") + entries.get(i);
                }
            }
        }
        List<String> classes = Arrays.stream(names).distinct().sorted().toList();
        int[] labels = Arrays.stream(names).mapToInt(name -> java.util.Collections.binarySearch(classes, name)).toArray();
        return images.labelled(labels, classes);
    }

    private static List<String> entries(Npz file, Path npz, String column, int count) throws IOException {
        String[] parts = column.split("/", 2);
        String name = parts[0];
        if (!file.has(name)) {
            throw new BadFileException("no array '" + name + "' in " + npz + "; it holds " + String.join(", ", file.names()));
        }
        NpyArray array = file.get(name);
        boolean text = array.dtype().isText();
        if (array.shape().length != 1 || array.size() != count || !text && !array.dtype().isWhole()) {
            throw new BadFileException("array '" + name + "' in " + npz + " is " + array
                    + "; it must hold one text or integer for each of the " + count + " images");
        }
        if (text) {
            return array.strings();
        }
        long width = parts.length == 1 ? 1 : width(column, parts[1]);
        return LongStream.of(array.longs()).mapToObj(value -> Long.toString(Math.floorDiv(value, width))).toList();
    }

    private static long width(String column, String number) {
        if (!number.matches("[1-9][0-9]{0,8}")) {
            throw new IllegalArgumentException("labels '" + column + "': a positive whole number follows the '/', as in age/20");
        }
        return Long.parseLong(number);
    }

    /**
     * The captions of the images, from the bytes {@code captions_json}: a JSON list with one list of texts for each.
     *
     * @param npz where they are
     * @param count the number of images
     * @throws BadFileException if there are none, or not at least one for each image
     */
    public static List<List<String>> captions(Path npz, int count) throws IOException {
        try (Npz file = Npz.open(npz)) {
            if (!file.has("captions_json")) {
                throw new BadFileException("no captions in " + npz + ": it needs the bytes 'captions_json', a JSON list with a"
                        + " list of texts for each image");
            }
            String json = new String(file.get("captions_json").bytes(), StandardCharsets.UTF_8);
            List<List<String>> captions = new ArrayList<>();
            try {
                @SuppressWarnings("deprecation") // the one way that Gson 2.8.5 has, which is IJava's
                JsonElement root = new JsonParser().parse(json);
                for (JsonElement of : root.getAsJsonArray()) {
                    captions.add(texts(of.getAsJsonArray()));
                }
            } catch (JsonParseException | IllegalStateException | ClassCastException e) {
                throw new BadFileException("'captions_json' in " + npz + " is no JSON list of lists of texts; make it again", e);
            }
            if (captions.size() != count || captions.stream().anyMatch(List::isEmpty)) {
                throw new BadFileException("'captions_json' in " + npz + " has captions for " + captions.size() + " of " + count
                        + " images, or none for one of them; make it again");
            }
            return List.copyOf(captions);
        }
    }

    /**
     * The captions of a file of COCO, {@code captions_val2014.json}, in the file's order, which is LD3's: {@code annotations}, a
     * list of objects with {@code image_id} and {@code caption}. White space within a caption becomes single blanks.
     *
     * @param json the file
     * @param oneEach only the first caption of each image; there are five or so
     * @throws BadFileException if it is no such file, or a caption is blank
     */
    public static List<String> coco(Path json, boolean oneEach) throws IOException {
        try {
            return coco(JsonFields.read(json, MOST_BYTES).objects("annotations"), oneEach);
        } catch (BadFileException e) {
            throw new BadFileException(e.getMessage() + "; give captions_val2014.json of annotations_trainval2014.zip", e);
        }
    }

    private static List<String> coco(List<JsonFields> annotations, boolean oneEach) throws BadFileException {
        List<String> captions = new ArrayList<>();
        Set<Integer> pictures = new HashSet<>();
        for (JsonFields annotation : annotations) {
            boolean first = pictures.add(annotation.count("image_id"));
            String caption = annotation.text("caption").strip().replaceAll("\\s+", " ");
            if (caption.isEmpty()) {
                throw annotation.fault("caption", "is blank");
            }
            if (first || !oneEach) {
                captions.add(caption);
            }
        }
        return List.copyOf(captions);
    }

    private static List<String> texts(JsonArray array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.getAsString()));
        return List.copyOf(texts);
    }
}
