package s4s.app;

import java.io.Closeable;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import s4s.image.ImageSet;
import s4s.io.AtomicFiles;
import s4s.io.Claim;

/**
 * The finished parts of images that become one file, in a folder {@code FILE.npz.parts} beside it, so that a run that was
 * stopped resumes.
 */
final class Parts implements Closeable {
    private static final String RECIPE = "recipe.txt";

    private final Path folder;
    private final Claim claim;

    /**
     * Takes up what is there; nobody else does until this is closed.
     *
     * @param file where all images go in the end
     * @param recipe what the parts depend on
     * @throws IllegalArgumentException if there are parts of another recipe
     * @throws IOException if another command makes the file, or nothing can be written
     */
    Parts(Path file, String recipe) throws IOException {
        folder = file.resolveSibling(file.getFileName() + ".parts");
        claim = Claim.ofFolder(folder);
        Path written = folder.resolve(RECIPE);
        if (!Files.exists(written)) {
            AtomicFiles.write(written, recipe.getBytes(StandardCharsets.UTF_8));
        } else if (!Files.readString(written).equals(recipe)) {
            claim.close();
            throw new IllegalArgumentException(folder + " holds parts of other images (other model, solver, seeds or batch):"
                    + " finish those, give another file, or remove the folder");
        }
    }

    /** Whether a part is there. */
    boolean has(int number) {
        return Files.exists(file(number));
    }

    /** Keeps a part. */
    void put(int number, ImageSet images, long[] seeds) throws IOException {
        ImageSet.write(file(number), images, seeds);
    }

    /** A part that is there. */
    ImageSet get(int number) throws IOException {
        return ImageSet.read(file(number));
    }

    /** Removes all, once the file is written. */
    void delete() throws IOException {
        Folders.delete(folder);
    }

    @Override
    public void close() throws IOException {
        claim.close();
    }

    private Path file(int number) {
        return folder.resolve(String.format(Locale.ROOT, "part-%06d.npz", number));
    }
}
