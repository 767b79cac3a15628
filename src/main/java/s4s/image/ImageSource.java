package s4s.image;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import s4s.io.BadFileException;
import s4s.io.Npy;
import s4s.io.Npz;
import s4s.io.Shards;

/**
 * Numbered RGB images of one size, read when asked for: sets that do not fit into memory. An {@link ImageSet} is one that
 * does.
 */
public interface ImageSource extends AutoCloseable {

    /**
     * Opens images: all that {@link ImageSet#read} accepts, and a folder that {@code s4s sample} filled.
     *
     * @param path folder, zip, npz or npy
     * @param colours what to do with files that are not 8-bit RGB; arrays always are
     * @throws BadFileException if there is nothing to read, or it cannot be used; the message says why
     */
    static ImageSource open(Path path, Colours colours) throws IOException {
        return open(path, colours, Others.REFUSED);
    }

    /**
     * Opens images.
     *
     * @param path folder, zip, npz or npy
     * @param colours what to do with files that are not 8-bit RGB
     * @param others what to do with image files that are not read
     */
    static ImageSource open(Path path, Colours colours, Others others) throws IOException {
        return switch (SourceKind.of(path)) {
            case FOLDER -> Files.exists(path.resolve(Shards.MANIFEST)) ? JoinedImages.open(path)
                    : new EncodedImages(ImageFiles.folder(path, others), colours);
            case ZIP -> new EncodedImages(ImageFiles.zip(path, others), colours);
            case NPY -> ImageArrays.source(path, () -> Npy.rows(path), path.toString(), () -> {});
            case NPZ -> ImageArrays.openNpz(path, colours);
        };
    }

    /**
     * Opens a folder or zip of image files of any sizes, as squares of one size: the middle of each, as large as it allows,
     * resized by Pillow's bicubic; RGB as {@link Colours#CONVERTED} makes it. EDM's dataset tool cuts the same
     * squares, and shrinks them with another kernel.
     *
     * @param path folder or zip of png or jpeg files
     * @param side pixels of a side of the result
     * @param others what to do with image files that are not read
     * @throws BadFileException if there are no image files
     * @throws IllegalArgumentException if {@code side} is not from 1 to 4096
     */
    static ImageSource squares(Path path, int side, Others others) throws IOException {
        if (side < 1 || side > 4096) {
            throw new IllegalArgumentException("squares have 1 to 4096 pixels a side, not " + side);
        }
        SourceKind kind = SourceKind.of(path);
        if (kind != SourceKind.FOLDER && kind != SourceKind.ZIP) {
            throw new BadFileException(path + " holds arrays: squares are cut out of a folder or zip of image files");
        }
        ImageFiles files = kind == SourceKind.ZIP ? ImageFiles.zip(path, others) : ImageFiles.folder(path, others);
        return new EncodedImages(files, side);
    }

    /** The number of images, at least one. */
    int count();

    /** Rows of an image. */
    int height();

    /** Columns of an image. */
    int width();

    /**
     * Some of the images.
     *
     * @param chosen their numbers; fastest when they rise from call to call
     * @return samples [chosen, 3, height, width], each {@code b & 0xff}
     * @throws BadFileException if one cannot be read, or has another size; the message names it
     */
    byte[] pixels(int[] chosen) throws IOException;

    /** The name of the file or folder, without the path to it. */
    String source();

    /** SHA-256 of the whole source, see {@link ImageSet#sha256}; reads it once. */
    String sha256() throws IOException;

    /** The images' names in folder or archive, with '/' on every system; none if they have no names. */
    default List<String> names() {
        return List.of();
    }

    /** How many images were left out, and of which kinds; empty if none. */
    default String leftOut() {
        return "";
    }

    /** What decodes the images, with versions; empty where they are numbers. */
    default String decoders() {
        return "";
    }

    @Override
    void close() throws IOException;

    /** Whether the path is a file of numbers rather than of images, such as moments: an npz with this array. */
    static boolean isNpzWith(Path path, String array) throws IOException {
        if (!Files.isRegularFile(path) || SourceKind.of(path) != SourceKind.NPZ) {
            return false;
        }
        try (Npz npz = Npz.open(path)) {
            return npz.has(array);
        }
    }
}
