package s4s.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * Where a stopped run stands, in one npz: its arrays, beside them {@code recipe} (names and values in turn) and {@code sha256}
 * of all that. It is replaced whole, so that a run that is killed at any point finds the last one.
 */
public final class Checkpoint {
    private static final String RECIPE = "recipe";
    private static final String HASH = "sha256";

    private final Path file;
    private final Map<String, String> recipe;

    /**
     * A place for a checkpoint; nothing is read yet.
     *
     * @param file the npz
     * @param recipe everything that the arrays depend on, by name
     */
    public Checkpoint(Path file, Map<String, String> recipe) {
        this.file = file;
        this.recipe = new LinkedHashMap<>(recipe);
    }

    /** The file. */
    public Path file() {
        return file;
    }

    /**
     * What was written last; empty if nothing was.
     *
     * @throws BadFileException if the file is damaged or of another recipe; the message names the first difference
     */
    public Optional<Map<String, NpyArray>> read() throws IOException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (Npz npz = Npz.open(file)) {
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
        }
        NpyArray hash = arrays.remove(HASH);
        if (hash == null) {
            throw new BadFileException(file + " was written by an earlier version, which did not record what it depends on: end"
                    + " that run with that version, or remove the file to begin again");
        }
        if (!hash.equals(NpyArray.of(List.of(sha256(arrays))))) {
            throw new BadFileException(file + " is damaged: its arrays are not those that were written; remove it to begin"
                    + " again");
        }
        Optional<String> other = Recipes.difference(pairs(arrays.remove(RECIPE).strings()), recipe);
        if (other.isPresent()) {
            throw new BadFileException(file + " belongs to another run: " + other.get()
                    + "; go on with that, or remove the file to begin again");
        }
        return Optional.of(arrays);
    }

    /**
     * {@link #read()}, or nothing where that is refused: then the file is removed.
     *
     * @param notes told the reason in one line
     */
    public Optional<Map<String, NpyArray>> readOrBegin(Consumer<String> notes) throws IOException {
        try {
            return read();
        } catch (BadFileException e) {
            notes.accept("begun again, for " + e.getMessage());
            delete();
            return Optional.empty();
        }
    }

    /** Puts {@code arrays} in place of what was written before; when this returns, they are on the disk. */
    public void write(Map<String, NpyArray> arrays) throws IOException {
        Map<String, NpyArray> all = new LinkedHashMap<>(arrays);
        List<String> texts = new ArrayList<>();
        recipe.forEach((name, value) -> texts.addAll(List.of(name, value)));
        all.put(RECIPE, NpyArray.of(texts));
        all.put(HASH, NpyArray.of(List.of(sha256(all))));
        Npz.write(file, all);
    }

    /** Removes what was written, once the result is safe elsewhere. */
    public void delete() throws IOException {
        Files.deleteIfExists(file);
    }

    private static Map<String, String> pairs(List<String> texts) {
        Map<String, String> map = new LinkedHashMap<>();
        for (int i = 0; i < texts.size(); i += 2) {
            map.put(texts.get(i), texts.get(i + 1));
        }
        return map;
    }

    private static String sha256(Map<String, NpyArray> arrays) {
        MessageDigest digest = Hashes.digest();
        new TreeMap<>(arrays).forEach((name, array) -> {
            String header = name + " " + array.code() + " " + NpyArray.text(array.shape()) + "\n";
            digest.update(header.getBytes(StandardCharsets.UTF_8));
            digest.update(array.raw());
        });
        return Hashes.text(digest);
    }
}
