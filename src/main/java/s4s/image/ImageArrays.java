package s4s.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import s4s.io.BadFileException;
import s4s.io.DType;
import s4s.io.Hashes;
import s4s.io.Npy;
import s4s.io.NpyArray;
import s4s.io.NpyHeader;
import s4s.io.NpyRows;
import s4s.io.Npz;

/** Images in numpy files as an {@link ImageSet}. */
final class ImageArrays {
    private ImageArrays() {
    }

    static ImageSet readNpy(Path file) throws IOException {
        NpyArray array = Npy.read(file);
        return new ImageSet(pixels(array, file.toString()), new int[0], List.of(), name(file), Hashes.sha256(file));
    }

    static ImageSet readNpz(Path file) throws IOException {
        try (Npz npz = Npz.open(file)) {
            ImageSet.Pixels pixels = isPacked(npz) ? packed(npz, file)
                    : pixels(npz.get(arrayName(npz, file)), title(arrayName(npz, file), file));
            int count = pixels.nchw().length / (3 * pixels.height() * pixels.width());
            List<String> classes = classes(npz, file);
            return new ImageSet(pixels, labels(npz, file, count, classes), classes, name(file), Hashes.sha256(file));
        }
    }

    /** Images in an npz, read when asked for. */
    static ImageSource openNpz(Path file, Colours colours) throws IOException {
        Npz npz = Npz.open(file);
        try {
            if (isPacked(npz)) {
                try (npz) {
                    return new EncodedImages(packedFiles(npz, file), colours);
                }
            }
            String array = arrayName(npz, file);
            npz.verify(array);
            return source(file, () -> npz.rows(array), title(array, file), npz);
        } catch (IOException e) {
            npz.close();
            throw e;
        }
    }

    /** Opens an array at its first row. */
    interface RowsOpener {
        NpyRows open() throws IOException;
    }

    /**
     * Images of an array, read when asked for.
     *
     * @param title what the array is, for messages
     * @param owner closed with the source
     */
    static ImageSource source(Path file, RowsOpener opener, String title, Closeable owner) throws IOException {
        return new ArrayImages(file, opener, title, owner);
    }

    private static boolean isPacked(Npz npz) {
        return npz.has("jpeg") && npz.has("offset");
    }

    private static String title(String array, Path file) {
        return "array '" + array + "' in " + file;
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    private static ImageSet.Pixels packed(Npz npz, Path file) throws IOException {
        try (EncodedImages images = new EncodedImages(packedFiles(npz, file), Colours.CONVERTED)) {
            return new ImageSet.Pixels(images.height(), images.width(), images.all());
        }
    }

    /** Image i is the file in bytes offset[i] to offset[i+1] of jpeg. */
    private static ImageFiles packedFiles(Npz npz, Path file) throws IOException {
        byte[] jpeg = bytes(npz.get("jpeg"), title("jpeg", file));
        long[] offset = wholes(npz.get("offset"), title("offset", file));
        boolean rising = offset.length >= 2 && offset[0] >= 0 && offset[offset.length - 1] <= jpeg.length;
        for (int i = 1; rising && i < offset.length; i++) {
            rising = offset[i - 1] < offset[i];
        }
        if (!rising) {
            throw new BadFileException("array 'offset' in " + file + " does not cut 'jpeg' (" + jpeg.length
                    + " bytes) into images; it must rise from 0 to that length: pack the file again");
        }
        return new ImageFiles() {
            @Override
            public int count() {
                return offset.length - 1;
            }

            @Override
            public byte[] bytes(int i) {
                return Arrays.copyOfRange(jpeg, (int) offset[i], (int) offset[i + 1]);
            }

            @Override
            public String name(int i) {
                return "image " + i + " in " + file;
            }

            @Override
            public String source() {
                return ImageArrays.name(file);
            }

            @Override
            public String sha256() throws IOException {
                return Hashes.sha256(file);
            }
        };
    }

    /** The array with the images; others, also of kinds that are not read, don't matter. */
    private static String arrayName(Npz npz, Path file) throws IOException {
        List<String> names = npz.names();
        Optional<String> usual = Stream.of("images", "arr_0", "x").filter(npz::has).findFirst();
        List<String> candidates = new ArrayList<>();
        for (String name : names) {
            Optional<NpyHeader> header = headerOf(npz, name);
            if (header.isPresent() && header.get().shape().length == 4 && header.get().dtype() == DType.UINT8) {
                candidates.add(name);
            }
        }
        if (usual.isPresent() && (candidates.size() != 1 || hasFourAxes(npz, usual.get()))) {
            return usual.get();
        }
        if (candidates.size() != 1) {
            throw new BadFileException("no images in " + file + ": it needs 'jpeg' and 'offset', or 'images', 'arr_0'"
                    + " or 'x', or one uint8 array of four axes; it holds "
                    + (names.isEmpty() ? "no arrays" : String.join(", ", names)));
        }
        return candidates.get(0);
    }

    private static boolean hasFourAxes(Npz npz, String name) throws IOException {
        return headerOf(npz, name).map(header -> header.shape().length == 4).orElse(false);
    }

    /** Empty for arrays of Python objects and the like. */
    private static Optional<NpyHeader> headerOf(Npz npz, String name) throws IOException {
        try {
            return Optional.of(npz.header(name));
        } catch (BadFileException e) {
            return Optional.empty();
        }
    }

    /** How an array holds images. */
    record Layout(int count, int height, int width, boolean real, boolean coloursLast) {
        /**
         * @param shown the array, for messages
         * @throws BadFileException if it holds no images
         */
        static Layout of(DType dtype, long[] shape, String title, String shown) throws BadFileException {
            boolean real = dtype == DType.FLOAT16 || dtype == DType.FLOAT32 || dtype == DType.FLOAT64;
            boolean first = shape.length == 4 && shape[1] == 3;
            boolean last = shape.length == 4 && shape[3] == 3 && !real;
            if (!real && dtype != DType.UINT8 || !first && !last) {
                throw new BadFileException(title + " is " + shown + "; images are uint8 [N,H,W,3] or [N,3,H,W],"
                        + " or float16, float32 or float64 [N,3,H,W] in [-1,1]");
            }
            if (first && last) {
                throw new BadFileException(title + " is " + shown
                        + ": either axis of 3 could be the colours; transpose it to [N,H,W,3] with another width");
            }
            if (LongStream.of(shape).anyMatch(n -> n == 0 || n > Integer.MAX_VALUE)) {
                throw new BadFileException(title + " is " + shown + ": it holds no images; give another file");
            }
            int rows = last ? 1 : 2;
            return new Layout((int) shape[0], (int) shape[rows], (int) shape[rows + 1], real, last);
        }
    }

    /** A whole array. Takes it over: the caller must not use it again. */
    private static ImageSet.Pixels pixels(NpyArray array, String title) throws BadFileException {
        Layout layout = Layout.of(array.dtype(), array.shape(), title, array.toString());
        if (layout.real) {
            FloatRange range = new FloatRange(title);
            range.add(array);
            range.check();
        }
        return new ImageSet.Pixels(layout.height, layout.width, bytes(array, layout));
    }

    /** Some images of an array whose numbers, if they are floats, were checked. Takes them over. */
    static byte[] bytes(NpyArray array, Layout layout) {
        if (layout.real) {
            byte[] out = new byte[array.size()];
            for (int i = 0; i < out.length; i++) {
                out[i] = ImageSet.toByte(array.real(i));
            }
            return out;
        }
        if (layout.coloursLast) {
            toPlanes(array.shared(), layout.height * layout.width);
        }
        return array.shared();
    }

    /** From RGBRGB... to planes, image by image within the same memory. */
    private static void toPlanes(byte[] pixels, int area) {
        byte[] picture = new byte[3 * area];
        for (int start = 0; start < pixels.length; start += picture.length) {
            System.arraycopy(pixels, start, picture, 0, picture.length);
            for (int i = 0; i < area; i++) {
                for (int c = 0; c < 3; c++) {
                    pixels[start + c * area + i] = picture[3 * i + c];
                }
            }
        }
    }

    private static List<String> classes(Npz npz, Path file) throws IOException {
        for (String name : List.of("classes", "class_name")) {
            if (npz.has(name)) {
                NpyArray array = npz.get(name);
                if (!array.dtype().isText()) {
                    throw new BadFileException("array '" + name + "' in " + file + " is " + array
                            + "; names of classes are strings");
                }
                return array.strings();
            }
        }
        return List.of();
    }

    private static int[] labels(Npz npz, Path file, int count, List<String> classes) throws IOException {
        Optional<String> name = Stream.of("label", "labels").filter(npz::has).findFirst();
        if (name.isEmpty()) {
            return new int[0];
        }
        String title = title(name.get(), file);
        NpyArray array = npz.get(name.get());
        long[] wide = wholes(array, title);
        if (array.shape().length != 1 || wide.length != count) {
            throw new BadFileException(title + " is " + array + "; it must hold one label for each of the " + count
                    + " images");
        }
        int limit = classes.isEmpty() ? Integer.MAX_VALUE : classes.size();
        for (int i = 0; i < count; i++) {
            if (wide[i] < 0 || wide[i] >= limit) {
                throw new BadFileException(title + ": label " + i + " is " + wide[i] + ", not from 0 to " + (limit - 1)
                        + "; correct it");
            }
        }
        return Arrays.stream(wide).mapToInt(label -> (int) label).toArray();
    }

    private static byte[] bytes(NpyArray array, String title) throws BadFileException {
        if (array.dtype() != DType.UINT8) {
            throw new BadFileException(title + " is " + array + " where uint8 is expected; convert it with astype");
        }
        return array.shared();
    }

    private static long[] wholes(NpyArray array, String title) throws BadFileException {
        if (!array.dtype().isWhole()) {
            throw new BadFileException(title + " is " + array + " where integers are expected; convert it with astype");
        }
        return array.longs();
    }
}
