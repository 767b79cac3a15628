package s4s.data;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Pictures in numpy files as an {@link ImageSet}. */
final class ImageArrays {
    private ImageArrays() {
    }

    static ImageSet readNpy(Path file) throws IOException {
        NpyArray array = Npy.read(file);
        return new ImageSet(pixels(array, file.toString()), new int[0], List.of(), name(file), Hashes.sha256(file));
    }

    static ImageSet readNpz(Path file) throws IOException {
        try (Npz npz = Npz.open(file)) {
            PixelBuilder.Pixels pixels = npz.has("jpeg") && npz.has("offset") ? packed(npz, file) : plain(npz, file);
            int count = pixels.nchw().length / (3 * pixels.height() * pixels.width());
            List<String> classes = classes(npz, file);
            return new ImageSet(pixels, labels(npz, file, count, classes), classes, name(file), Hashes.sha256(file));
        }
    }

    private static String name(Path file) {
        return String.valueOf(file.getFileName());
    }

    /** Picture i is the file in bytes offset[i] to offset[i+1] of jpeg. */
    private static PixelBuilder.Pixels packed(Npz npz, Path file) throws IOException {
        byte[] jpeg = bytes(npz.get("jpeg"), "array 'jpeg' in " + file);
        long[] offset = wholes(npz.get("offset"), "array 'offset' in " + file);
        boolean rising = offset.length >= 2 && offset[0] >= 0 && offset[offset.length - 1] <= jpeg.length;
        for (int i = 1; rising && i < offset.length; i++) {
            rising = offset[i - 1] < offset[i];
        }
        if (!rising) {
            throw new BadFileException("array 'offset' in " + file + " does not cut 'jpeg' (" + jpeg.length
                    + " bytes) into pictures; it must rise from 0 to that length: pack the file again");
        }
        return PixelBuilder.decode(new PixelBuilder.Files() {
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
                return "picture " + i + " in " + file;
            }
        }, file.toString());
    }

    private static PixelBuilder.Pixels plain(Npz npz, Path file) throws IOException {
        List<String> names = npz.names();
        Optional<String> usual = Stream.of("images", "arr_0", "x").filter(npz::has).findFirst();
        if (usual.isPresent()) {
            return pixels(npz.get(usual.get()), "array '" + usual.get() + "' in " + file);
        }
        List<String> candidates = new java.util.ArrayList<>();
        for (String name : names) {
            NpyHeader header = npz.header(name);
            if (header.dtype() == DType.UINT8 && header.shape().length == 4) {
                candidates.add(name);
            }
        }
        if (candidates.size() != 1) {
            throw new BadFileException("no pictures in " + file + ": it needs 'jpeg' and 'offset', or 'images', 'arr_0'"
                    + " or 'x', or one uint8 array of four axes; it holds "
                    + (names.isEmpty() ? "no arrays" : String.join(", ", names)));
        }
        return pixels(npz.get(candidates.get(0)), "array '" + candidates.get(0) + "' in " + file);
    }

    /** Takes over the array, which the caller must not use again. */
    private static PixelBuilder.Pixels pixels(NpyArray array, String title) throws BadFileException {
        long[] shape = array.shape();
        boolean real = array.dtype() == DType.FLOAT32 || array.dtype() == DType.FLOAT64;
        boolean first = shape.length == 4 && shape[1] == 3;
        boolean last = shape.length == 4 && shape[3] == 3 && !real;
        if (!real && array.dtype() != DType.UINT8 || !first && !last) {
            throw new BadFileException(title + " is " + array + "; pictures are uint8 [N,H,W,3] or [N,3,H,W],"
                    + " or float [N,3,H,W] in [-1,1]");
        }
        if (first && last) {
            throw new BadFileException(title + " is " + array
                    + ": either axis of 3 could be the colours; transpose it to [N,H,W,3] with another width");
        }
        if (array.size() == 0) {
            throw new BadFileException(title + " is " + array + ": it holds no pictures; give another file");
        }
        int height = (int) (last ? shape[1] : shape[2]);
        int width = (int) (last ? shape[2] : shape[3]);
        if (real) {
            return new PixelBuilder.Pixels(height, width, quantized(array, title));
        }
        if (last) {
            toPlanes(array.shared(), height * width);
        }
        return new PixelBuilder.Pixels(height, width, array.shared());
    }

    private static byte[] quantized(NpyArray array, String title) throws BadFileException {
        byte[] out = new byte[array.size()];
        double least = 0;
        double most = 0;
        for (int i = 0; i < out.length; i++) {
            double value = array.real(i);
            if (Double.isNaN(value)) {
                throw new BadFileException(title + " has NaN at element " + i + "; make it again");
            }
            least = Math.min(least, value);
            most = Math.max(most, value);
            out[i] = ImageSet.toByte(value);
        }
        if (least == 0 && most > 2) {
            throw new BadFileException(title + " has numbers from 0 to " + most
                    + ", but float pictures are in [-1,1]; save 0..255 as uint8");
        }
        return out;
    }

    /** From RGBRGB... to planes, picture by picture within the same memory. */
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
                if (array.dtype() != DType.STRING) {
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
        String title = "array '" + name.get() + "' in " + file;
        NpyArray array = npz.get(name.get());
        long[] wide = wholes(array, title);
        if (array.shape().length != 1 || wide.length != count) {
            throw new BadFileException(title + " is " + array + "; it must hold one label for each of the " + count
                    + " pictures");
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
