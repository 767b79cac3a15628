package s4s.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static s4s.files.Resources.assertIllegal;
import static s4s.files.Resources.assertRefused;
import static s4s.files.Resources.resource;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.Npy;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.sampling.NumpyRandom;

/** Images read when asked for are those of {@link ImageSet}, which is tested against Pillow and numpy. */
class ImageSourceTest {
    @TempDir
    Path folder;

    private Path zip(String name, Map<String, byte[]> files) throws IOException {
        Path file = folder.resolve(name);
        try (OutputStream out = Files.newOutputStream(file); ZipOutputStream zip = new ZipOutputStream(out)) {
            for (Map.Entry<String, byte[]> entry : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue());
                zip.closeEntry();
            }
        }
        return file;
    }

    private static byte[] picture(String name) throws IOException {
        return Files.readAllBytes(resource("pictures").resolve(name));
    }

    private static void sameAs(ImageSet set, Path path) throws IOException {
        try (ImageSource source = ImageSource.open(path, Colours.CONVERTED)) {
            assertEquals(set.count(), source.count());
            assertEquals(set.height(), source.height());
            assertEquals(set.width(), source.width());
            assertEquals(set.source(), source.source());
            assertEquals(set.sha256(), source.sha256());
            int last = set.count() - 1;
            for (int[] chosen : new int[][] {{0, 1}, {last}, {0, 2, 3, last}, {1, 0, 2}}) {
                assertArrayEquals(set.pixels(chosen), source.pixels(chosen));
            }
        }
    }

    @Test
    void everyKind() throws IOException {
        sameAs(ImageSet.read(resource("pictures")), resource("pictures"));
        sameAs(ImageSet.read(resource("packed.npz")), resource("packed.npz"));
        byte[] bytes = new byte[5 * 4 * 6 * 3];
        new Random(1).nextBytes(bytes);
        Path npz = folder.resolve("set.npz");
        Npz.write(npz, Map.of("arr_0", NpyArray.of(bytes, 5, 4, 6, 3)), Npz.Packing.DEFLATED);
        sameAs(ImageSet.read(npz), npz);
        Path npy = folder.resolve("set.npy");
        Npy.write(npy, NpyArray.of(bytes, 5, 3, 4, 6));
        sameAs(ImageSet.read(npy), npy);
        float[] floats = new float[bytes.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = bytes[i] / 128f;
        }
        Npy.write(npy, NpyArray.of(floats, 5, 3, 4, 6));
        sameAs(ImageSet.read(npy), npy);
        sameAs(ImageSet.read(npz), npz);
    }

    /** At any depth, in the order of the names; what is no image is passed over. */
    @Test
    void zipsOfPictures() throws IOException {
        Path zip = zip("p.zip", Map.of("b/y.png", picture("a_rgb.png"), "a/deep/x.bmp", picture("g.bmp"), "dataset.json",
                new byte[3], "__MACOSX/.hidden.png", new byte[3], "c.png", picture("e_palette.png"), "d.png",
                picture("a_rgb.png")));
        Files.createDirectories(folder.resolve("same/a/deep"));
        Files.createDirectories(folder.resolve("same/b"));
        Files.write(folder.resolve("same/a/deep/x.bmp"), picture("g.bmp"));
        Files.write(folder.resolve("same/b/y.png"), picture("a_rgb.png"));
        Files.write(folder.resolve("same/c.png"), picture("e_palette.png"));
        Files.write(folder.resolve("same/d.png"), picture("a_rgb.png"));
        assertArrayEquals(ImageSet.read(folder.resolve("same")).pixels(), ImageSet.read(zip).pixels());
        sameAs(ImageSet.read(zip), zip);
        Path none = zip("n.zip", Map.of("a.txt", new byte[3]));
        assertRefused(() -> ImageSource.open(none, Colours.CONVERTED), "n.zip", "no images");
    }

    /** 4 GiB that take no room on the disk. */
    @Test
    void moreThanMemory() throws IOException {
        Path file = folder.resolve("large.npy");
        String dictionary = "{'descr': '|u1', 'fortran_order': False, 'shape': (21846, 256, 256, 3), }";
        String header = "\u0093NUMPY\1\0\166\0" + dictionary + " ".repeat(117 - dictionary.length()) + "\n";
        try (RandomAccessFile out = new RandomAccessFile(file.toFile(), "rw")) {
            out.write(header.getBytes(StandardCharsets.ISO_8859_1));
            long size = 21846L * 256 * 256 * 3;
            out.setLength(128 + size);
            out.seek(128 + size - 1);
            out.write(200);
        }
        try (ImageSource source = ImageSource.open(file, Colours.RGB_ONLY)) {
            assertEquals(21846, source.count());
            byte[] last = source.pixels(new int[] {3, 21845});
            assertEquals(0, last[0]);
            assertEquals(200, last[last.length - 1] & 0xff);
        }
    }

    @Test
    void onlyRgbUnlessTold() throws IOException {
        for (String name : new String[] {"b_rgba.png alpha", "c_grey.png grey", "d_grey_alpha.png alpha", "k_grey.bmp"}) {
            String[] words = name.split(" ");
            Path zip = zip(words[0] + ".zip", Map.of("a.png", picture("a_rgb.png"), "it.png", picture(words[0])));
            try (ImageSource source = ImageSource.open(zip, Colours.RGB_ONLY)) {
                source.pixels(new int[] {0});
                if (words.length > 1) {
                    assertRefused(() -> source.pixels(new int[] {0, 1}), "it.png in ", words[1], "--convert-rgb");
                }
            }
        }
        try (ImageSource source = ImageSource.open(zip("g.zip", Map.of("g.png", Files.readAllBytes(resource("grey16.png")))),
                Colours.RGB_ONLY)) {
            assertRefused(() -> source.pixels(new int[] {0}), "g.png", "grey");
        }
        Path cmyk = zip("c.zip", Map.of("c.jpg", Files.readAllBytes(resource("cmyk.jpg"))));
        try (ImageSource source = ImageSource.open(cmyk, Colours.RGB_ONLY)) {
            assertRefused(() -> source.pixels(new int[] {0}), "c.jpg", "CMYK", "--convert-rgb");
        }
    }

    /** Cropped by slices and resized by Pillow 9.4, to one level of rounding; the first two channels. */
    @Test
    void squaresOfAnySize() throws IOException {
        int[][] expected = {
            {30, 36, 44, 64, 63, 36, 57, 64, 73, 92, 65, 65, 87, 92, 100, 76, 93, 94, 115, 122, 91, 104, 122, 122, 144,
                50, 56, 64, 84, 83, 56, 77, 84, 93, 112, 85, 85, 107, 112, 120, 96, 113, 114, 135, 142, 111,
                124, 142, 142, 164},
            {19, 28, 50, 50, 48, 45, 41, 51, 71, 71, 53, 67, 62, 72, 94, 56, 74, 89, 84, 93, 79, 78, 97, 110, 106, 39,
                48, 70, 70, 68, 65, 61, 71, 91, 91, 73, 87, 82, 92, 114, 76, 94, 109, 104, 113, 99, 98, 117,
                130, 126}};
        Path zip = zip("any.zip", Map.of("a.png", pattern(11, 8), "b.png", pattern(6, 9), "c.png", picture("c_grey.png")));
        try (ImageSource squares = ImageSource.squares(zip, 5, Others.REFUSED)) {
            assertEquals(3, squares.count());
            assertEquals(5, squares.height());
            assertEquals(5, squares.width());
            byte[] pixels = squares.pixels(new int[] {0, 1, 2});
            for (int picture = 0; picture < 2; picture++) {
                for (int i = 0; i < 50; i++) {
                    assertEquals(expected[picture][i], pixels[75 * picture + i] & 0xff, 1, "image " + picture + ", " + i);
                }
            }
            assertArrayEquals(squares.pixels(new int[] {1}), Arrays.copyOfRange(pixels, 75, 150));
            assertArrayEquals(Arrays.copyOfRange(pixels, 150, 175), Arrays.copyOfRange(pixels, 175, 200));
        }
        assertRefused(() -> ImageSource.squares(resource("packed.npz"), 5, Others.REFUSED), "packed.npz", "image files");
        assertIllegal(() -> ImageSource.squares(zip, 0, Others.REFUSED), "not 0");
    }

    private static byte[] pattern(int width, int height) throws IOException {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    int value = x * 7 + y * 11 + (x * 3 + y * 5) % 4 * 8 + c * 20;
                    image.setRGB(x, y, image.getRGB(x, y) | value << 16 - 8 * c);
                }
            }
        }
        ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(image, "png", png);
        return png.toByteArray();
    }

    @Test
    void brokenPictures() throws IOException {
        byte[] png = picture("a_rgb.png");
        Path cut = zip("cut.zip", Map.of("a.png", png, "b.png", Arrays.copyOf(png, png.length * 2 / 3)));
        try (ImageSource source = ImageSource.open(cut, Colours.RGB_ONLY)) {
            source.pixels(new int[] {0});
            assertRefused(() -> source.pixels(new int[] {0, 1}), "b.png in ", "truncated");
        }
        ByteArrayOutputStream other = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(9, 8, BufferedImage.TYPE_INT_RGB), "png", other);
        Path sizes = zip("sizes.zip", Map.of("a.png", png, "b.png", other.toByteArray()));
        try (ImageSource source = ImageSource.open(sizes, Colours.CONVERTED)) {
            assertRefused(() -> source.pixels(new int[] {0, 1}), "b.png in ", "9x8", "a.png in ", "8x8");
        }
        byte[] bytes = new byte[5 * 4 * 6 * 3];
        Path npy = folder.resolve("set.npy");
        Npy.write(npy, NpyArray.of(bytes, 5, 3, 4, 6));
        Files.write(npy, Arrays.copyOf(Files.readAllBytes(npy), 300));
        assertRefused(() -> ImageSource.open(npy, Colours.RGB_ONLY), "set.npy", "truncated");
        assertFalse(ImageSource.isNpzWith(npy, "mu"));
    }

    /** {@code numpy.random.RandomState(seed)}: permutation, and two draws of choice from one state. */
    @Test
    void numpysPermutations() {
        assertArrayEquals(new int[] {2, 8, 4, 9, 1, 6, 7, 3, 0, 5}, new NumpyRandom(0).permutation(10));
        assertArrayEquals(new int[] {11841, 19602, 45519, 25747, 42642},
                Arrays.copyOf(new NumpyRandom(0).permutation(50000), 5));
        NumpyRandom random = new NumpyRandom(2020);
        assertArrayEquals(new int[] {25, 13, 26, 37}, random.choice(50, 4));
        assertArrayEquals(new int[] {9, 13, 2, 20}, random.choice(30, 4));
    }
}
