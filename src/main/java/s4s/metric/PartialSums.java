package s4s.metric;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import s4s.io.Checkpoint;
import s4s.io.Claim;
import s4s.io.Hashes;
import s4s.io.NpyArray;

/**
 * Where a long extraction keeps what it has, so that a killed one goes on: a {@link Checkpoint} {@code partial-HASH.npz} in a
 * folder for each extraction, named by the hash of its recipe. The folder is claimed until this is closed.
 */
public final class PartialSums implements Closeable {
    private final Optional<Path> folder;
    private final Optional<Claim> claim;
    private final int every;
    private final Map<String, Checkpoint> used = new LinkedHashMap<>();

    /**
     * Keeps files in {@code folder}.
     *
     * @param every checkpoint interval in images, at least 1
     * @throws IOException if another command uses the folder, or it cannot be made
     */
    public PartialSums(Path folder, int every) throws IOException {
        if (every < 1) {
            throw new IllegalArgumentException("the checkpoint interval is 1 image or more, not " + every);
        }
        this.folder = Optional.of(folder);
        this.claim = Optional.of(Claim.ofFolder(folder));
        this.every = every;
    }

    private PartialSums() {
        this.folder = Optional.empty();
        this.claim = Optional.empty();
        this.every = Integer.MAX_VALUE;
    }

    /** Keeps nothing. */
    public static PartialSums none() {
        return new PartialSums();
    }

    /** Checkpoint interval in images. */
    int every() {
        return every;
    }

    /** What was kept for an extraction. */
    Optional<Map<String, NpyArray>> read(Map<String, String> recipe) throws IOException {
        Optional<Checkpoint> place = place(recipe);
        return place.isPresent() ? place.get().read() : Optional.empty();
    }

    /** Keeps {@code arrays} for an extraction, instead of what was there. */
    void write(Map<String, String> recipe, Map<String, NpyArray> arrays) throws IOException {
        Optional<Checkpoint> place = place(recipe);
        if (place.isPresent()) {
            place.get().write(arrays);
        }
    }

    /** Removes what was kept for the extractions, once their results are safe elsewhere. */
    public void delete() throws IOException {
        for (Checkpoint place : used.values()) {
            place.delete();
        }
    }

    private Optional<Checkpoint> place(Map<String, String> recipe) {
        String hash = Hashes.sha256(recipe.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        return folder.map(f -> used.computeIfAbsent(hash,
                name -> new Checkpoint(f.resolve("partial-" + name + ".npz"), recipe)));
    }

    /** Ends the claim; what was kept stays. */
    @Override
    public void close() throws IOException {
        if (claim.isPresent()) {
            claim.get().close();
        }
    }
}
