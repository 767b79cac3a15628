package s4s.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.files.Resources.assertIllegal;
import static s4s.files.Resources.assertRefused;
import static s4s.files.Resources.resource;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.BadFileException;
import s4s.io.DType;
import s4s.io.Hashes;
import s4s.io.Npy;
import s4s.io.NpyArray;
import s4s.io.NpyTest;
import s4s.io.Npz;

/** Against what Pillow and numpy make of the same files. */
class ImageSetTest {
    @TempDir
    Path folder;

    /** Pillow's pixels [N,H,W,3] as planes. */
    private static int[] expected(String name) throws IOException {
        NpyArray array = Npy.read(resource(name));
        int area = (int) (array.shape()[1] * array.shape()[2]);
        int[] last = array.ints();
        int[] planes = new int[last.length];
        for (int i = 0; i < last.length; i++) {
            planes[i / 3 / area * 3 * area + i % 3 * area + i / 3 % area] = last[i];
        }
        return planes;
    }

    private static int[] unsigned(byte[] bytes) {
        int[] out = new int[bytes.length];
        Arrays.setAll(out, i -> bytes[i] & 0xff);
        return out;
    }

    private Path npz(Object... namesAndArrays) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        for (int i = 0; i < namesAndArrays.length; i += 2) {
            arrays.put((String) namesAndArrays[i], (NpyArray) namesAndArrays[i + 1]);
        }
        Path file = folder.resolve("set.npz");
        Npz.write(file, arrays);
        return file;
    }

    @Test
    void readsPackedJpegsAsPillowDoes() throws IOException {
        ImageSet set = ImageSet.read(resource("packed.npz"));
        assertEquals(7, set.count());
        assertEquals(3, set.channels());
        assertEquals(16, set.height());
        assertEquals(20, set.width());
        assertArrayEquals(new int[] {0, 1, 2, 0, 1, 2, 0}, set.labels());
        assertEquals(List.of("disc", "ring", "square"), set.classes());
        assertEquals("packed.npz", set.source());
        assertEquals(Hashes.sha256(resource("packed.npz")), set.sha256());
        int[] pillow = expected("packed_expected.npy");
        int[] java = unsigned(set.pixels());
        int each = 3 * 16 * 20;
        for (int i = 0; i < set.count(); i++) {
            double sum = 0;
            for (int k = i * each; k < (i + 1) * each; k++) {
                sum += Math.abs(pillow[k] - java[k]);
            }
            // 0 here; another Java may bring another libjpeg
            assertTrue(sum / each <= 2, "image " + i + " differs by " + sum / each + " levels on average");
        }
    }

    @Test
    void readsAFolderOfEveryKindAsPillowDoes() throws IOException {
        ImageSet set = ImageSet.read(resource("pictures"));
        assertEquals(11, set.count());
        assertArrayEquals(expected("pictures_expected.npy"), unsigned(set.pixels()));
        assertEquals("pictures", set.source());
        assertEquals(0, set.labels().length);
        assertEquals(List.of(), set.classes());
        // (cd images; sha256sum * | sha256sum)
        assertEquals("d7f7eb911eaf91d0994c20bd23cfc37bcd2b8ef01a4004922ea8e877b1ca29c8", set.sha256());
    }

    @Test
    void cutsSixteenBitGreyAsPillowDoes() throws IOException {
        Files.copy(resource("grey16.png"), folder.resolve("a.png"));
        ImageSet set = ImageSet.read(folder);
        int[] pixels = unsigned(set.pixels());
        for (int i = 0; i < 3 * 64; i++) {
            assertEquals(Math.min(255, i % 64 * 1040), pixels[i]);
        }
    }

    @Test
    void takesClassesFromOneLevelOfFolders() throws IOException {
        Path cats = Files.createDirectories(folder.resolve("cat"));
        Path dogs = Files.createDirectories(folder.resolve("a dog"));
        Path checkpoints = Files.createDirectories(folder.resolve(".ipynb_checkpoints"));
        Path source = resource("pictures/a_rgb.png");
        Files.copy(source, cats.resolve("1.PNG"));
        Files.copy(resource("pictures/c_grey.png"), cats.resolve("2.png"));
        Files.copy(source, dogs.resolve("9.png"));
        Files.copy(source, checkpoints.resolve("1.png"));
        Files.writeString(folder.resolve("notes.txt"), "no image");
        ImageSet set = ImageSet.read(folder);
        assertEquals(List.of("a dog", "cat"), set.classes());
        assertArrayEquals(new int[] {0, 1, 1}, set.labels());
        assertArrayEquals(new int[] {1}, new int[] {set.head(2).labels()[1]});
        Files.copy(source, folder.resolve("top.png"));
        assertEquals(4, ImageSet.read(folder).count());
        assertEquals(0, ImageSet.read(folder).labels().length);
    }

    @Test
    void namesTheFirstOddPicture() throws IOException {
        Path source = resource("pictures/a_rgb.png");
        for (String name : List.of("a.png", "c.png")) {
            Files.copy(source, folder.resolve(name));
        }
        ImageSet wide = ImageSet.read(resource("packed.npz")).head(1);
        for (String name : List.of("b.png", "d.png", "e.png")) {
            Pictures.writePng(folder.resolve(name), Pictures.grid(wide, 1, 0, 1));
        }
        assertRefused(() -> ImageSet.read(folder), "b.png has 20x16 pixels", "a.png has 8x8", "same size");
    }

    @Test
    void refusesFoldersAndPicturesItCannotUse() throws IOException {
        assertRefused(() -> ImageSet.read(folder), "no png, jpg, jpeg, jpe, jfif, webp, bmp, tif, tiff, ppm, pgm, pbm, pnm or",
                folder.toString());
        assertRefused(() -> ImageSet.read(folder.resolve("none")), "no such file", "none");
        Path text = Files.writeString(folder.resolve("x.txt"), "text");
        assertRefused(() -> ImageSet.read(text), "x.txt holds no set of images", "folder");
        Path fake = Files.writeString(folder.resolve("x.png"), "text");
        assertRefused(() -> ImageSet.read(folder), "x.png is not a png, jpg, ", "or gif image");
        Files.delete(fake);
        byte[] png = Files.readAllBytes(resource("pictures/a_rgb.png"));
        for (int length = 1; length < png.length - 20; length += 3) {
            Files.write(fake, Arrays.copyOf(png, length));
            assertRefused(() -> ImageSet.read(folder), "x.png");
        }
        // 40000 x 40000 pixels declared by a few bytes
        Files.write(fake, NpyTest.patched(png, 16, 0, 0, 0x9c, 0x40, 0, 0, 0x9c, 0x40));
        assertRefused(() -> ImageSet.read(folder), "x.png", "40000", "make it smaller");
    }

    @Test
    void refusesTruncatedJpegs() throws IOException {
        byte[] jpeg;
        int[] offset;
        try (Npz npz = Npz.open(resource("packed.npz"))) {
            jpeg = npz.get("jpeg").bytes();
            offset = npz.get("offset").ints();
        }
        for (int length = 4; length < offset[1]; length += 5) {
            Files.write(folder.resolve("x.jpg"), Arrays.copyOf(jpeg, length));
            assertRefused(() -> ImageSet.read(folder), "x.jpg");
        }
        Path cut = npz("jpeg", NpyArray.of(Arrays.copyOf(jpeg, offset[2] - 9)), "offset",
                NpyArray.of(new int[] {0, offset[1], offset[2] - 9}));
        assertRefused(() -> ImageSet.read(cut), "image 1 in ", "set.npz is a truncated");
    }

    @Test
    void failsWithALineWhateverIsDamaged() throws IOException {
        Random random = new Random(3);
        for (String name : List.of("a_rgb.png", "e_palette.png", "g.bmp", "h.gif")) {
            byte[] whole = Files.readAllBytes(resource("pictures/" + name));
            for (int i = 0; i < 200; i++) {
                byte[] damaged = whole.clone();
                for (int k = 0; k < 3; k++) {
                    damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
                }
                Path file = Files.write(folder.resolve(name), damaged);
                try {
                    assertEquals(1, ImageSet.read(folder).count());
                } catch (BadFileException e) {
                    assertEquals(1, e.getMessage().lines().count(), e.getMessage());
                }
                Files.delete(file);
            }
        }
    }

    @Test
    void refusesBadPacking() throws IOException {
        NpyArray jpeg = NpyArray.of(new byte[10]);
        for (int[] offset : List.of(new int[] {0, 11}, new int[] {-1, 5}, new int[] {0, 5, 5}, new int[] {0, 6, 5},
                new int[] {0}, new int[0])) {
            Path file = npz("jpeg", jpeg, "offset", NpyArray.of(offset));
            assertRefused(() -> ImageSet.read(file), "'offset'", "set.npz", "must rise from 0");
        }
        Path real = npz("jpeg", jpeg, "offset", NpyArray.of(new double[] {0, 10}));
        assertRefused(() -> ImageSet.read(real), "'offset'", "float64(2,)", "integers");
        Path wide = npz("jpeg", NpyArray.of(new int[10]), "offset", NpyArray.of(new int[] {0, 10}));
        assertRefused(() -> ImageSet.read(wide), "'jpeg'", "int32(10,)", "uint8");
    }

    @Test
    void readsArraysInBothOrders() throws IOException {
        byte[] planes = new byte[2 * 3 * 4 * 5];
        byte[] last = new byte[planes.length];
        for (int n = 0; n < 2; n++) {
            for (int c = 0; c < 3; c++) {
                for (int i = 0; i < 20; i++) {
                    byte value = (byte) (n * 100 + c * 20 + i + 90);
                    planes[(n * 3 + c) * 20 + i] = value;
                    last[(n * 20 + i) * 3 + c] = value;
                }
            }
        }
        Path npy = folder.resolve("a.npy");
        Npy.write(npy, NpyArray.of(planes, 2, 3, 4, 5));
        NpyArray nhwc = NpyArray.of(last, 2, 4, 5, 3);
        NpyArray label = NpyArray.of(new long[] {7, 1});
        for (Path file : List.of(npy, npz("images", nhwc, "x", label), npz("arr_0", nhwc, "labels", label),
                npz("faces", nhwc, "other", NpyArray.of(new byte[4]), "real", NpyArray.of(new float[1], 1, 1, 1, 1)))) {
            ImageSet set = ImageSet.read(file);
            assertArrayEquals(planes, set.pixels(), file.toString());
            assertEquals(4, set.height());
            assertEquals(5, set.width());
        }
        assertArrayEquals(new int[] {7, 1}, ImageSet.read(npz("arr_0", nhwc, "label", label)).labels());
        Path twice = npz("a", nhwc, "b", nhwc);
        assertRefused(() -> ImageSet.read(twice), "no images in ", "set.npz", "it holds a, b");
        Path text = npz("images", nhwc, "label", NpyArray.of(List.of("a", "b")));
        assertRefused(() -> ImageSet.read(text), "'label'", "integers");
        Path few = npz("images", nhwc, "label", NpyArray.of(new int[1]));
        assertRefused(() -> ImageSet.read(few), "'label'", "each of the 2 images");
        Path beyond = npz("images", nhwc, "label", label, "classes", NpyArray.of(List.of("a", "b")));
        assertRefused(() -> ImageSet.read(beyond), "'label'", "label 0 is 7", "0 to 1");
        Path names = npz("images", nhwc, "classes", label);
        assertRefused(() -> ImageSet.read(names), "'classes'", "strings");
    }

    @Test
    void refusesArraysThatAreNoPictures() throws IOException {
        for (NpyArray array : List.of(NpyArray.of(new byte[12], 12), NpyArray.of(new byte[16], 1, 4, 2, 2),
                NpyArray.of(new int[12], 1, 3, 2, 2), NpyArray.of(new float[12], 1, 2, 2, 3))) {
            Path file = npz("images", array);
            assertRefused(() -> ImageSet.read(file), "'images'", array.toString(), "uint8 [N,H,W,3]");
        }
        Path either = npz("images", NpyArray.of(new byte[18], 1, 3, 2, 3));
        assertRefused(() -> ImageSet.read(either), "either axis of 3");
        Path none = npz("images", NpyArray.of(new byte[0], 0, 3, 2, 2));
        assertRefused(() -> ImageSet.read(none), "holds no images");
        Path nan = npz("x", NpyArray.of(new float[] {0, Float.NaN, 0}, 1, 3, 1, 1));
        assertRefused(() -> ImageSet.read(nan), "'x'", "NaN at element 1");
        Path bright = npz("x", NpyArray.of(new float[] {0, 128, 255}, 1, 3, 1, 1));
        refusedBoth(bright, "'x'", "0 to 255.0", "save 0..255 as uint8");
        Path unit = npz("x", NpyArray.of(new float[] {0, 0.5f, 1}, 1, 3, 1, 1));
        refusedBoth(unit, "'x'", "0 to 1.0", "2 x - 1");
        Path latents = npz("x", NpyArray.of(new float[] {-3, 0.5f, 1}, 1, 3, 1, 1));
        refusedBoth(latents, "'x'", "-3.0 to 1.0", "[-1,1]");
        Path infinite = npz("x", NpyArray.of(new double[] {-1, Double.POSITIVE_INFINITY, 1}, 1, 3, 1, 1));
        refusedBoth(infinite, "'x'", "an infinite number at element 1");
        Path half = npz("x", NpyArray.half(new float[] {-1, 0, 1.25f}, 1, 3, 1, 1));
        assertArrayEquals(new int[] {0, 128, 255}, unsigned(ImageSet.read(half).pixels()));
    }

    private static void refusedBoth(Path file, String... words) {
        assertRefused(() -> ImageSet.read(file), words);
        assertRefused(() -> ImageSource.open(file, Colours.RGB_ONLY), words);
    }

    /** The network's input p / 127.5 - 1 in single precision must come back as p. */
    @Test
    void quantizesAsEdmDoes() throws IOException {
        float[] x = new float[3 * 256];
        for (int i = 0; i < x.length; i++) {
            x[i] = i % 256 / 127.5f - 1;
        }
        ImageSet set = ImageSet.of(x, 16, 16, "all");
        for (int i = 0; i < x.length; i++) {
            assertEquals(i % 256, set.pixels()[i] & 0xff);
        }
        assertArrayEquals(set.pixels(), ImageSet.read(npz("x", NpyArray.of(x, 1, 3, 16, 16))).pixels());
        assertEquals(-1, ImageSet.toByte(1e30));
        assertIllegal(() -> ImageSet.toByte(Double.NEGATIVE_INFINITY), "Infinity");
        assertEquals((byte) 128, ImageSet.toByte(0));
        assertIllegal(() -> ImageSet.toByte(Double.NaN), "NaN");
    }

    @Test
    void writesWhatFidScriptsRead() throws IOException {
        Path file = folder.resolve("samples.npz");
        ImageSet set = ImageSet.read(resource("packed.npz"));
        ImageSet.write(file, set, new long[] {5, 6, 7, 8, 9, 10, 1L << 40});
        try (Npz npz = Npz.open(file)) {
            assertArrayEquals(new long[] {7, 16, 20, 3}, npz.get("images").shape());
            assertEquals(Npy.read(resource("packed_expected.npy")).shape()[2], npz.get("images").shape()[2]);
            assertEquals(DType.INT64, npz.get("seeds").dtype());
            assertArrayEquals(new long[] {5, 6, 7, 8, 9, 10, 1L << 40}, npz.get("seeds").longs());
        }
        ImageSet back = ImageSet.read(file);
        assertArrayEquals(set.pixels(), back.pixels());
        assertArrayEquals(set.labels(), back.labels());
        assertEquals(set.classes(), back.classes());
        assertIllegal(() -> ImageSet.write(file, set, new long[6]), "6 seeds for 7 images");
    }

    @Test
    void takesTheFirstPictures() throws IOException {
        ImageSet set = ImageSet.read(resource("packed.npz"));
        ImageSet two = set.head(2);
        assertEquals(2, two.count());
        assertArrayEquals(Arrays.copyOf(set.pixels(), 2 * 3 * 16 * 20), two.pixels());
        assertArrayEquals(new int[] {0, 1}, two.labels());
        assertEquals(set.sha256(), two.sha256());
        assertIllegal(() -> set.head(8), "first 8 of 7", "1 to 7");
        assertArrayEquals(Arrays.copyOfRange(set.pixels(), 5 * 3 * 16 * 20, 7 * 3 * 16 * 20), set.tail(2).pixels());
        assertArrayEquals(Arrays.copyOfRange(set.labels(), 5, 7), set.tail(2).labels());
        assertIllegal(() -> set.tail(8), "last 8 of 7", "1 to 7");
        assertIllegal(() -> set.head(0), "first 0 of 7");
        assertIllegal(() -> ImageSet.of(new byte[13], 2, 2, "x"), "13 samples", "2x2");
        assertIllegal(() -> ImageSet.of(new byte[0], 2, 2, "x"), "0 samples");
        assertIllegal(() -> ImageSet.of(new byte[12], -2, 2, "x"), "12 samples");
    }
}
