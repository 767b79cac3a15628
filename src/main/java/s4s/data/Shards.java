package s4s.data;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What is made of consecutive seeds, in files of a folder, so that a run that was stopped goes on: {@code shard-00000.npz},
 * {@code shard-00001.npz}, ..., of which a manifest lists first seed, count and hash. The manifest is the owner's; this is its
 * entry {@code shards}. Files may be finished in any order; listed are those that follow each other without a gap.
 */
public final class Shards {
    /** Name of the manifest in the folder. */
    public static final String MANIFEST = "manifest.json";
    /** Format of the manifest of pictures. */
    public static final String IMAGES = "s4s-images";

    private final Path folder;
    private final long first;
    private final List<Shard> shards;
    private final SortedMap<Integer, Shard> unlisted = new TreeMap<>();     // whole, but one before them is not there yet

    /** Looks into a file that is not listed. */
    @FunctionalInterface
    public interface Check {
        /** @throws BadFileException if it is not whole, or of other seeds */
        void whole(Shard shard) throws IOException;
    }

    /**
     * A file.
     *
     * @param file its name in the folder
     * @param firstSeed first of its seeds; the others follow
     * @param count number of seeds
     * @param sha256 hash of the file
     */
    public record Shard(String file, long firstSeed, int count, String sha256) {}

    /**
     * A file to be made.
     *
     * @param number from 0
     * @param firstSeed first of its seeds
     * @param count number of seeds
     */
    public record Part(int number, long firstSeed, int count) {}

    private Shards(Path folder, long first, List<Shard> shards) {
        this.folder = folder;
        this.first = first;
        this.shards = new ArrayList<>(shards);
    }

    /** No files yet; the first seed will be {@code first}. */
    public static Shards none(Path folder, long first) {
        return new Shards(folder, first, List.of());
    }

    /**
     * The files that a manifest lists.
     *
     * @param manifest in the folder of the files
     * @param first the seed at which they begin
     * @param last the highest seed that they may have
     * @param what the seeds are for, for the message
     * @throws BadFileException if they do not follow each other
     */
    public static Shards read(JsonFields manifest, long first, long last, String what) throws BadFileException {
        List<Shard> shards = new ArrayList<>();
        long next = first;
        for (JsonFields entry : manifest.objects("shards")) {
            Shard shard = new Shard(entry.text("file"), entry.count("firstSeed"), entry.count("count"), entry.text("sha256"));
            if (!shard.file.equals(name(shards.size())) || shard.firstSeed != next || shard.count < 1
                    || shard.firstSeed + shard.count - 1 > last) {
                throw entry.fault("file", "is \"" + shard.file + "\" with " + shard.count + " seeds from "
                        + shard.firstSeed + " on, where " + name(shards.size()) + " with " + what + " seeds from " + next
                        + " on is expected");
            }
            shards.add(shard);
            next += shard.count;
        }
        return new Shards(manifest.file().getParent(), first, shards);
    }

    /** The files. */
    public List<Shard> list() {
        return List.copyOf(shards);
    }

    /** Number of seeds in the files. */
    public int count() {
        return shards.stream().mapToInt(Shard::count).sum();
    }

    /**
     * What is missing of the first seeds, or not as it was made.
     *
     * @param total number of seeds
     * @param size seeds in a file
     * @param notes told in one line of each file that is made again
     */
    public List<Part> due(int total, int size, Consumer<String> notes) throws IOException {
        List<Part> due = new ArrayList<>();
        for (int number = 0; (long) number * size < total; number++) {
            int offset = number * size;
            Part part = new Part(number, first + offset, Math.min(size, total - offset));
            if (!unlisted.containsKey(number) && !isWhole(part, notes)) {
                due.add(part);
            }
        }
        return due;
    }

    /**
     * Enters files that a run had finished when it was killed, but not listed yet.
     *
     * @param total number of seeds
     * @param size seeds in a file
     * @param check of each file
     */
    public void adopt(int total, int size, Check check) throws IOException {
        for (int number = shards.size(); (long) number * size < total; number++) {
            Part part = new Part(number, first + (long) number * size, Math.min(size, total - number * size));
            if (Files.isRegularFile(file(part))) {
                try {
                    check.whole(shard(part));
                } catch (BadFileException e) {
                    continue;                                           // it is made again
                }
                enter(part);
            }
        }
    }

    private boolean isWhole(Part part, Consumer<String> notes) throws IOException {
        if (part.number >= shards.size()) {
            return false;
        }
        Path file = file(part);
        if (!Files.isRegularFile(file)) {
            notes.accept(file + " is missing; it is made again");
            return false;
        }
        if (!Hashes.sha256(file).equals(shards.get(part.number).sha256)) {
            notes.accept(file + " is damaged (its sha256 is not the manifest's); it is made again");
            return false;
        }
        return shards.get(part.number).count == part.count;
    }

    /** Where a file is to be written. */
    public Path file(Part part) {
        return folder.resolve(name(part.number));
    }

    /** Lists a file that was written, and those that waited for it. */
    public void enter(Part part) throws IOException {
        if (part.number < shards.size()) {
            shards.set(part.number, shard(part));
        } else {
            unlisted.put(part.number, shard(part));
            while (unlisted.containsKey(shards.size())) {
                shards.add(unlisted.remove(shards.size()));
            }
        }
    }

    private Shard shard(Part part) throws IOException {
        return new Shard(name(part.number), part.firstSeed, part.count, Hashes.sha256(file(part)));
    }

    /** The manifest's entry {@code shards}. */
    public JsonArray json() {
        JsonArray list = new JsonArray();
        for (Shard shard : shards) {
            JsonObject entry = new JsonObject();
            entry.addProperty("file", shard.file);
            entry.addProperty("firstSeed", shard.firstSeed);
            entry.addProperty("count", shard.count);
            entry.addProperty("sha256", shard.sha256);
            list.add(entry);
        }
        return list;
    }

    private static String name(int number) {
        return String.format(Locale.ROOT, "shard-%05d.npz", number);
    }
}
