package s4s.eval;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import s4s.data.Hashes;
import s4s.data.NpyArray;
import s4s.data.Npz;

/**
 * Where a long extraction keeps what it has, so that a killed one goes on: files {@code partial-HASH.npz} in a folder, named by
 * the hash of all that the numbers depend on.
 */
public final class PartialSums {
    private final Optional<Path> folder;
    private final int every;
    private final Set<Path> written = new LinkedHashSet<>();

    /**
     * Keeps files in {@code folder}.
     *
     * @param every images between two writings, at least 1
     */
    public PartialSums(Path folder, int every) {
        this(Optional.of(folder), every);
    }

    private PartialSums(Optional<Path> folder, int every) {
        if (every < 1) {
            throw new IllegalArgumentException("images between two writings are 1 or more, not " + every);
        }
        this.folder = folder;
        this.every = every;
    }

    /** Keeps nothing. */
    public static PartialSums none() {
        return new PartialSums(Optional.empty(), Integer.MAX_VALUE);
    }

    /** Images between two writings. */
    int every() {
        return every;
    }

    /** What was kept under {@code key}. */
    Optional<Map<String, NpyArray>> read(List<String> key) throws IOException {
        Optional<Path> file = file(key);
        if (file.isEmpty() || !Files.exists(file.get())) {
            return Optional.empty();
        }
        written.add(file.get());
        try (Npz npz = Npz.open(file.get())) {
            Map<String, NpyArray> arrays = new LinkedHashMap<>();
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
            return Optional.of(arrays);
        }
    }

    /** Keeps {@code arrays} under {@code key}, instead of what was there. */
    void write(List<String> key, Map<String, NpyArray> arrays) throws IOException {
        Optional<Path> file = file(key);
        if (file.isPresent()) {
            Map<String, NpyArray> all = new LinkedHashMap<>(arrays);
            all.put("of", NpyArray.of(key));
            Npz.write(file.get(), all);
            written.add(file.get());
        }
    }

    /** Removes the files that were written or taken up, once their results are safe elsewhere. */
    public void delete() throws IOException {
        for (Path file : written) {
            Files.deleteIfExists(file);
        }
        written.clear();
    }

    private Optional<Path> file(List<String> key) {
        String hash = Hashes.sha256(String.join("\n", key).getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        return folder.map(f -> f.resolve("partial-" + hash + ".npz"));
    }
}
