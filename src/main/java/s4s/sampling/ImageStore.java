package s4s.sampling;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;
import s4s.image.ImageSet;
import s4s.io.BadFileException;
import s4s.io.Claim;
import s4s.io.JsonFields;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.io.Shards;

/**
 * Images of consecutive seeds in a folder, version 1, as many as a FID needs. A run that was stopped goes on; a finished one
 * grows to more images. {@link s4s.image.ImageSource#open} reads the folder as one set.
 *
 * <pre>
 *   shard-00000.npz    images  uint8  [n, height, width, 3]
 *   ...                seeds   int64  [n]
 *   manifest.json      format, version   "s4s-images", 1
 *                      firstSeed         of all
 *                      shards            [ { file, firstSeed, count, sha256 }, ... ]
 *                      provenance        its recipe: what the pictures depend on
 * </pre>
 *
 * The manifest is written after each shard, so that what it lists is on disk. One command at a time fills a folder, see
 * {@link Claim}.
 */
public final class ImageStore {
    private static final int VERSION = 1;
    private static final String SHARD_SIZE = "images in a shard";

    private final Path folder;
    private final long first;
    private final int shardSize;
    private final Provenance run;
    private final long start = System.nanoTime();
    private Provenance provenance;
    private Shards shards;

    /** Draws the images of some seeds. */
    @FunctionalInterface
    public interface Drawer {
        /**
         * @param seeds one image each
         * @param progress told the number of finished images
         * @throws IOException if they cannot be drawn
         */
        ImageSet draw(long[] seeds, LongConsumer progress) throws IOException;
    }

    private ImageStore(Path folder, long first, int shardSize, Provenance run) throws IOException {
        this.folder = folder;
        this.first = first;
        this.shardSize = shardSize;
        this.run = run;
        load();
    }

    /**
     * Opens a folder to make images; begins it if it has no manifest. Nothing is written yet.
     *
     * @param folder where
     * @param recipe what the images depend on, beside their seeds, in its recipe
     * @param first the first seed
     * @param shardSize images in a shard, at least 1
     * @throws IllegalArgumentException if the folder's images are of another recipe; the message names the first difference
     * @throws IOException if the folder is a file, or its manifest is damaged
     */
    public static ImageStore open(Path folder, Provenance recipe, long first, int shardSize) throws IOException {
        if (shardSize < 1) {
            throw new IllegalArgumentException("A shard holds at least one image, not " + shardSize + ".");
        }
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new BadFileException(folder + " is a file where a folder for images is needed; give another path");
        }
        return new ImageStore(folder, first, shardSize, recipe.with("first seed", first).with(SHARD_SIZE, shardSize));
    }

    /** Takes up what the folder has. */
    private void load() throws IOException {
        provenance = run;
        shards = Shards.none(folder, first);
        if (!Files.exists(folder.resolve(Shards.MANIFEST))) {
            return;
        }
        JsonFields manifest = JsonFields.read(folder.resolve(Shards.MANIFEST));
        if (!manifest.text("format").equals(Shards.IMAGES) || manifest.count("version") != VERSION) {
            throw manifest.fault("format", "is not " + Shards.IMAGES + " version " + VERSION + ": give another folder");
        }
        try {
            provenance = run.continuing(Provenance.fromJson(manifest.object("provenance").json()));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(folder + " holds images made with other settings: " + e.getMessage()
                    + "; give another folder", e);
        }
        shards = Shards.read(manifest, first, Integer.MAX_VALUE, "picture");
    }

    /**
     * Bytes that images take on disk, as far as they are not there yet.
     *
     * @param count how many in all
     * @param height rows of an image
     * @param width columns of an image
     */
    public long bytes(int count, int height, int width) {
        return Math.max(0, count - shards.count()) * (3L * height * width + Long.BYTES);
    }

    /**
     * Makes what is missing of the first {@code count} images, and again what is not as the manifest says.
     *
     * @param count how many, at least 1
     * @param drawer draws them
     * @param progress shows where it is
     * @param notes told in one line of each shard that is made again
     * @throws IOException if another command fills the folder, or a file cannot be written
     */
    public void to(int count, Drawer drawer, Progress progress, Consumer<String> notes) throws IOException {
        try (Claim claim = Claim.ofFolder(folder)) {
            load();                                         // again: another command may have filled it meanwhile
            List<Shards.Part> due = shards.due(Math.max(count, shards.count()), shardSize, notes);
            long work = due.stream().mapToLong(Shards.Part::count).sum();
            long done = 0;
            for (Shards.Part part : due) {
                long before = done;
                long[] seeds = LongStream.range(part.firstSeed(), part.firstSeed() + part.count()).toArray();
                ImageSet images = drawer.draw(seeds, n -> progress.update(before + n, work, "images"));
                ImageSet.write(shards.file(part), images, seeds);
                shards.enter(part);
                writeManifest();
                done += part.count();
            }
        }
    }

    private void writeManifest() throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("format", Shards.IMAGES);
        json.addProperty("version", VERSION);
        json.addProperty("firstSeed", first);
        shards.write(json, provenance.took(Duration.ofNanos(System.nanoTime() - start)).toJson());
    }

    /** Number of images that the manifest lists. */
    public int count() {
        return shards.count();
    }

    /** Number of files. */
    public int files() {
        return shards.list().size();
    }
}
