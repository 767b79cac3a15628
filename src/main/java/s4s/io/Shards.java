package s4s.io;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What is made of consecutive seeds, in files of a folder, so that a run that was stopped goes on: {@code shard-00000.npz},
 * {@code shard-00001.npz}, ..., of which a manifest lists first seed, count and hash. Files may be finished in any order: those
 * that follow each other without a gap are the manifest's entry {@code shards}, others are {@code waiting} there. A file counts
 * once the manifest lists it; any other is of unknown origin, or was not finished, and is made again.
 */
public final class Shards {
    /** Name of the manifest in the folder. */
    public static final String MANIFEST = "manifest.json";
    /** Format of the manifest of images. */
    public static final String IMAGES = "s4s-images";
    private static final String LISTED = "shards";
    private static final String WAITING = "waiting";
    private static final Pattern NAME = Pattern.compile("shard-(\\d{5,9})\\.npz");
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    private final Path folder;
    private final long first;
    private final List<Shard> shards;
    private final SortedMap<Integer, Shard> waiting = new TreeMap<>();      // one before them is not there yet

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
        Shards all = new Shards(manifest.file().getParent(), first, List.of());
        for (JsonFields entry : manifest.objects(LISTED)) {
            Shard shard = shard(entry);
            long next = all.next();
            int number = all.shards.size();
            if (!shard.file.equals(name(number)) || shard.firstSeed != next || shard.count < 1
                    || shard.firstSeed + shard.count - 1 > last) {
                throw entry.fault("file", "is \"" + shard.file + "\" with " + shard.count + " seeds from "
                        + shard.firstSeed + " on, where " + name(number) + " with " + what + " seeds from " + next
                        + " on is expected");
            }
            all.shards.add(shard);
        }
        for (JsonFields entry : manifest.has(WAITING) ? manifest.objects(WAITING) : List.<JsonFields>of()) {
            Shard shard = shard(entry);
            Matcher number = NAME.matcher(shard.file);
            if (!number.matches()) {
                throw entry.fault("file", "is \"" + shard.file + "\", no name of a shard");
            }
            all.waiting.put(Integer.valueOf(number.group(1)), shard);
        }
        return all;
    }

    private static Shard shard(JsonFields entry) throws BadFileException {
        return new Shard(entry.text("file"), entry.count("firstSeed"), entry.count("count"), entry.text("sha256"));
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
            if (!isWhole(part, notes)) {
                waiting.remove(number);
                due.add(part);
            }
        }
        return due;
    }

    private boolean isWhole(Part part, Consumer<String> notes) throws IOException {
        Optional<Shard> listed = part.number < shards.size() ? Optional.of(shards.get(part.number))
                : Optional.ofNullable(waiting.get(part.number));
        if (listed.isEmpty()) {
            return false;
        }
        Path file = file(part);
        if (!Files.isRegularFile(file)) {
            notes.accept(file + " is missing; it is made again");
            return false;
        }
        if (!Hashes.sha256(file).equals(listed.get().sha256)) {
            notes.accept(file + " is damaged (its sha256 is not the manifest's); it is made again");
            return false;
        }
        return listed.get().firstSeed == part.firstSeed && listed.get().count == part.count;
    }

    /** Where a file is to be written. */
    public Path file(Part part) {
        return folder.resolve(name(part.number));
    }

    /** The seed after those of the listed files. */
    private long next() {
        return first + count();
    }

    /** Takes up a file that was written, and those that waited for it; {@link #write} lists them. */
    public void enter(Part part) throws IOException {
        Shard shard = new Shard(name(part.number), part.firstSeed, part.count, Hashes.sha256(file(part)));
        if (part.number < shards.size()) {
            shards.set(part.number, shard);
        } else {
            waiting.put(part.number, shard);
        }
        while (waiting.containsKey(shards.size()) && waiting.get(shards.size()).firstSeed == next()) {
            shards.add(waiting.remove(shards.size()));
        }
    }

    /**
     * Writes the manifest; when this returns, the files that were taken up count.
     *
     * @param start its first entries
     * @param provenance its last entry, a JSON object
     */
    public void write(JsonObject start, String provenance) throws IOException {
        JsonObject json = start.deepCopy();
        json.add(LISTED, json(shards));
        if (!waiting.isEmpty()) {
            json.add(WAITING, json(waiting.values()));
        }
        json.add("provenance", GSON.fromJson(provenance, JsonObject.class));
        AtomicFiles.write(folder.resolve(MANIFEST), (GSON.toJson(json) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static JsonArray json(Collection<Shard> some) {
        JsonArray list = new JsonArray();
        for (Shard shard : some) {
            list.add(GSON.toJsonTree(shard));
        }
        return list;
    }

    private static String name(int number) {
        return String.format(Locale.ROOT, "shard-%05d.npz", number);
    }
}
