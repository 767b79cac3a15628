package s4s.image;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import s4s.io.BadFileException;
import s4s.io.DType;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.io.Npz;

/**
 * RGB images of one size in memory, 8 bits a sample. At most 2 GiB of pixels.
 *
 * <p>{@link #read} accepts
 * <ul>
 * <li>a folder of png, jpeg, webp, bmp, tiff, Netpbm or gif files at any depth, in the order of their relative names (code
 *     points); when every file is in a sub-folder just below, the sub-folders' names are the classes, unless an EDM
 *     {@code dataset.json} gives them. Colours become {@link Colours#CONVERTED};
 * <li>a zip archive of such files, at any depth, and a {@code dataset.json};
 * <li>an npz with the uint8 array {@code jpeg} (image files joined) and the integers {@code offset}: file i is
 *     {@code jpeg[offset[i]:offset[i+1]]};
 * <li>an npz or npy with uint8 images [N,H,W,3] or [N,3,H,W], or float images [N,3,H,W] in [-1,1] (see
 *     {@link #toByte}). In an npz the array is {@code images}, {@code arr_0}, {@code x}, or else the only uint8 array
 *     of four axes.
 * </ul>
 * An npz may also hold integers {@code label} (or {@code labels}) and strings {@code classes} (or
 * {@code class_name}).
 */
public final class ImageSet implements ImageSource {
    private static final int CHANNELS = 3;

    private final int height;
    private final int width;
    private final byte[] pixels;
    private final int[] labels;
    private final List<String> classes;
    private final String source;
    private final String sha256;

    /** Decoded pixels [count, 3, height, width]. */
    record Pixels(int height, int width, byte[] nchw) {
    }

    /** Takes over its arguments. */
    ImageSet(Pixels pixels, int[] labels, List<String> classes, String source, String sha256) {
        this.height = pixels.height();
        this.width = pixels.width();
        this.pixels = pixels.nchw();
        this.labels = labels;
        this.classes = classes;
        this.source = source;
        this.sha256 = sha256;
    }

    /**
     * Reads images.
     *
     * @param path a folder, npz or npy, as described above
     * @throws BadFileException if there is nothing to read, or it cannot be used; the message says why
     */
    public static ImageSet read(Path path) throws IOException {
        return read(path, Others.REFUSED);
    }

    /**
     * Reads images.
     *
     * @param path as above
     * @param others what to do with image files that are not read
     */
    public static ImageSet read(Path path, Others others) throws IOException {
        return switch (SourceKind.of(path)) {
            case FOLDER -> ImageFolder.read(ImageFiles.folder(path, others), true);
            case ZIP -> ImageFolder.read(ImageFiles.zip(path, others), false);
            case NPY -> ImageArrays.readNpy(path);
            case NPZ -> ImageArrays.readNpz(path);
        };
    }

    /**
     * Images from pixels.
     *
     * @param nchw pixels [N, 3, height, width]; copied
     * @param source what to call them
     * @throws IllegalArgumentException if there is not at least one whole image, or a part of one
     */
    public static ImageSet of(byte[] nchw, int height, int width, String source) {
        return new ImageSet(new Pixels(height, width, whole(nchw.length, height, width, nchw.clone())),
                new int[0], List.of(), source, Hashes.sha256(nchw));
    }

    /**
     * Images from a network's output, each number by {@link #toByte}.
     *
     * @param nchw numbers [N, 3, height, width], [-1,1] for black to full
     * @param source what to call them
     * @throws IllegalArgumentException if there is not at least one whole image, or a part of one, or a number is not
     *     finite
     */
    public static ImageSet of(float[] nchw, int height, int width, String source) {
        byte[] bytes = new byte[nchw.length];
        for (int i = 0; i < nchw.length; i++) {
            bytes[i] = toByte(nchw[i]);
        }
        whole(nchw.length, height, width, bytes);
        return new ImageSet(new Pixels(height, width, bytes), new int[0], List.of(), source,
                Hashes.sha256(bytes));
    }

    /**
     * The 8-bit sample for a number in [-1,1]: x * 127.5 + 128, held within 0..255, its fraction dropped. This is the
     * inverse of p / 127.5 - 1 for every sample p.
     *
     * @throws IllegalArgumentException if x is not finite
     * @see <a href="https://github.com/NVlabs/edm/blob/main/generate.py">EDM, generate.py</a>
     */
    public static byte toByte(double x) {
        if (!Double.isFinite(x)) {
            throw new IllegalArgumentException("a sample is " + x + "; the image cannot be stored");
        }
        return (byte) (int) Math.max(0, Math.min(255, x * 127.5 + 128));
    }

    /**
     * The numbers a network takes for some of the images: p / 127.5 - 1 for every sample p, [count, 3, height, width].
     *
     * @param from first image
     * @param count how many
     */
    public float[] floats(int from, int count) {
        int size = CHANNELS * height * width;
        float[] values = new float[count * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (pixels[from * size + i] & 0xFF) / 127.5f - 1;
        }
        return values;
    }

    /**
     * Writes images as samplers do for FID scripts: {@code images} uint8 [N,H,W,3] and {@code seeds} int64 [N], and
     * {@code label} and {@code classes} where there are any. Stored, so that the same images give the same bytes.
     *
     * @param npz where to; replaced atomically
     * @param images what to write
     * @param seeds the seed of each image
     * @throws IllegalArgumentException if there is not one seed for each image
     * @throws IOException if the file cannot be written
     */
    public static void write(Path npz, ImageSet images, long[] seeds) throws IOException {
        if (seeds.length != images.count()) {
            throw new IllegalArgumentException(
                    seeds.length + " seeds for " + images.count() + " images; give one for each");
        }
        Map<String, NpyArray> arrays = new java.util.TreeMap<>();
        arrays.put("images", images.interleaved());
        arrays.put("seeds", NpyArray.of(seeds));
        if (images.labels.length > 0) {
            arrays.put("label", NpyArray.of(images.labels));
        }
        if (!images.classes.isEmpty()) {
            arrays.put("classes", NpyArray.of(images.classes));
        }
        Npz.write(npz, arrays);
    }

    /** The number of images, at least one. */
    @Override
    public int count() {
        return pixels.length / (CHANNELS * height * width);
    }

    /** Always 3: red, green, blue. */
    public int channels() {
        return CHANNELS;
    }

    /** Rows of an image. */
    @Override
    public int height() {
        return height;
    }

    /** Columns of an image. */
    @Override
    public int width() {
        return width;
    }

    /**
     * The samples [count, channels, height, width], last index fastest, each {@code b & 0xff}. This is the memory of
     * the set itself, which may be hundreds of megabytes: read it, do not write.
     */
    public byte[] pixels() {
        return pixels;
    }

    @Override
    public byte[] pixels(int[] chosen) {
        int size = CHANNELS * height * width;
        byte[] out = new byte[Math.multiplyExact(chosen.length, size)];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(pixels, Math.multiplyExact(chosen[i], size), out, i * size, size);
        }
        return out;
    }

    /** Nothing to release. */
    @Override
    public void close() {}

    /** The class of each image, an index into {@link #classes} where that is known; empty if there are no labels. */
    public int[] labels() {
        return labels.clone();
    }

    /** The names of the classes; empty if unknown. */
    public List<String> classes() {
        return classes;
    }

    /** The name of the file or folder, without the path to it. */
    @Override
    public String source() {
        return source;
    }

    /**
     * SHA-256 of the whole source (not of a part of it): of the file; for a folder of the list that
     * {@code sha256sum} prints for its images in order of their relative names; for pixels of these.
     */
    @Override
    public String sha256() {
        return sha256;
    }

    /**
     * The first images.
     *
     * @param n 1 to {@link #count}
     * @throws IllegalArgumentException if n is outside that range
     */
    public ImageSet head(int n) {
        return end("first", 0, n);
    }

    /**
     * The last images.
     *
     * @param n 1 to {@link #count}
     * @throws IllegalArgumentException if n is outside that range
     */
    public ImageSet tail(int n) {
        return end("last", count() - n, n);
    }

    private ImageSet end(String which, int from, int n) {
        if (n < 1 || n > count()) {
            throw new IllegalArgumentException("the " + which + " " + n + " of " + count() + " images of " + source
                    + "; ask for 1 to " + count());
        }
        return part(from, n);
    }

    /**
     * Some of the images.
     *
     * @param from first image
     * @param n how many, at least 1
     * @throws IllegalArgumentException if they are not all there
     */
    public ImageSet part(int from, int n) {
        if (from < 0 || n < 1 || n > count() - from) {
            throw new IllegalArgumentException(n + " images from number " + from + " of " + count() + " of " + source
                    + "; ask for some that are there");
        }
        int size = CHANNELS * height * width;
        byte[] part = Arrays.copyOfRange(pixels, from * size, (from + n) * size);
        int[] partLabels = labels.length == 0 ? labels : Arrays.copyOfRange(labels, from, from + n);
        return new ImageSet(new Pixels(height, width, part), partLabels, classes, source, sha256);
    }

    /**
     * These images with other classes; they share memory.
     *
     * @param newLabels the class of each image
     * @param names the name of each class
     * @throws IllegalArgumentException if there is not one label for each image, or one is no class
     */
    public ImageSet labelled(int[] newLabels, List<String> names) {
        if (newLabels.length != count() || Arrays.stream(newLabels).anyMatch(l -> l < 0 || l >= names.size())) {
            throw new IllegalArgumentException("labels for " + newLabels.length + " of " + count() + " images of " + source
                    + ", or one that is none of the " + names.size() + " classes");
        }
        return new ImageSet(new Pixels(height, width, pixels), newLabels.clone(), List.copyOf(names), source,
                sha256);
    }

    @Override
    public String toString() {
        return count() + " images of " + width + "x" + height + " from " + source;
    }

    /** The samples of that many images, if they fit into one array. */
    static int checkedLength(int count, int height, int width, String source) throws BadFileException {
        long length = CHANNELS * (long) height * width; // sides are at most 2^12
        if (length > (Integer.MAX_VALUE - 8) / count) {
            throw new BadFileException(count + " images of " + width + "x" + height + " in " + source
                    + " need more than 2 GiB; use fewer or smaller ones");
        }
        long bytes = length * count;
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap) {
            throw new BadFileException(count + " images of " + width + "x" + height + " in " + source + " need "
                    + (bytes >> 20) + " MiB, more than the " + (heap >> 20)
                    + " MiB that Java may use; start it with a larger -Xmx");
        }
        return (int) bytes;
    }

    private static byte[] whole(int length, int height, int width, byte[] pixels) {
        if (height < 1 || width < 1 || length == 0 || length % (CHANNELS * (long) height * width) != 0) {
            throw new IllegalArgumentException(length + " samples are not a number of whole RGB images of "
                    + width + "x" + height);
        }
        return pixels;
    }

    private NpyArray interleaved() {
        byte[] out = new byte[pixels.length];
        int area = height * width;
        for (int start = 0; start < pixels.length; start += CHANNELS * area) {
            for (int c = 0; c < CHANNELS; c++) {
                for (int i = 0; i < area; i++) {
                    out[start + CHANNELS * i + c] = pixels[start + c * area + i];
                }
            }
        }
        return new NpyArray(DType.UINT8, 1, new long[] {count(), height, width, CHANNELS}, out);
    }
}
