package s4s.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.files.Resources.assertIllegal;
import static s4s.files.Resources.assertRefused;
import static s4s.files.Resources.resource;
import static s4s.io.NpyTest.patched;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TimeZone;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against archives that numpy wrote, and against damaged and hostile ones. */
class NpzTest {
    private static final Map<String, NpyArray> SOME = Map.of("mu", NpyArray.of(new double[] {1, 2}),
            "label", NpyArray.of(new int[] {3, 4, 5, 6}, 2, 2));

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "compressed.npz"})
    void readsWhatNumpyWrote(String name) throws IOException {
        try (Npz npz = Npz.open(resource(name))) {
            assertTrue(npz.names().containsAll(List.of("u1", "i1", "b1", "u2", "i2", "u4", "i4", "i8", "f4", "f8", "text")));
            assertTrue(npz.has("u1"));
            assertFalse(npz.has("u1.npy"));
            assertArrayEquals(new byte[] {0, -1}, npz.get("u1").bytes());
            assertArrayEquals(new int[] {0, 255}, npz.get("u1").ints());
            assertArrayEquals(new int[] {-128, 127}, npz.get("i1").ints());
            assertArrayEquals(new int[] {0, 1}, npz.get("b1").ints());
            assertArrayEquals(new int[] {0, 65535}, npz.get("u2").ints());
            assertArrayEquals(new int[] {-32768, 32767}, npz.get("i2").ints());
            assertArrayEquals(new long[] {0, 4294967295L}, npz.get("u4").longs());
            assertArrayEquals(new double[] {0, 4294967295.0}, npz.get("u4").doubles());
            assertArrayEquals(new int[] {Integer.MIN_VALUE, Integer.MAX_VALUE}, npz.get("i4").ints());
            assertArrayEquals(new long[] {Long.MIN_VALUE, Long.MAX_VALUE}, npz.get("i8").longs());
            assertArrayEquals(new float[] {1 / 3f, -3.4e38f}, npz.get("f4").floats());
            assertArrayEquals(new double[] {1 / 3.0, 1e300}, npz.get("f8").doubles());
            assertEquals(List.of("cat", "ship"), npz.get("text").strings());
        }
    }

    @ParameterizedTest
    @EnumSource
    void writesWhatItReads(Npz.Packing packing) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (Npz npz = Npz.open(resource("compressed.npz"))) {
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
        }
        Path copy = folder.resolve("new/folder/copy.npz");
        Npz.write(copy, arrays, packing);
        try (Npz npz = Npz.open(copy)) {
            assertEquals(arrays.keySet().stream().sorted().toList(), npz.names());
            for (String name : npz.names()) {
                assertEquals(arrays.get(name), npz.get(name));
            }
        }
    }

    /** The hash is that of a file which numpy.load has read; it may not depend on time, place or order. */
    @Test
    void writesTheSameBytesAlways() throws IOException {
        Path file = folder.resolve("a.npz");
        TimeZone before = TimeZone.getDefault();
        try {
            for (String zone : List.of("UTC", "Pacific/Auckland")) {
                TimeZone.setDefault(TimeZone.getTimeZone(zone));
                Npz.write(file, SOME);
                assertEquals("4457ee5401d1b79d9ed6de3cddfac58893a6a36adb0693cc923f42721e922db3", Hashes.sha256(file));
            }
        } finally {
            TimeZone.setDefault(before);
        }
    }

    @Test
    void saysWhatIsThere() throws IOException {
        try (Npz npz = Npz.open(resource("packed.npz"))) {
            assertRefused(() -> npz.get("images"), "no array 'images'", "packed.npz", "jpeg, offset, label, classes");
        }
        Path none = folder.resolve("none.npz");
        Npz.write(none, Map.of());
        try (Npz npz = Npz.open(none)) {
            assertRefused(() -> npz.get("x"), "no arrays at all");
        }
        assertIllegal(() -> Npz.write(none, Map.of(" ", NpyArray.of(new int[1]))), "without a name");
    }

    @Test
    void refusesWhatIsNoArchive() throws IOException {
        assertRefused(() -> Npz.open(folder.resolve("x.npz")), "no such file", "x.npz");
        assertRefused(() -> Npz.open(folder), "is a folder");
        assertRefused(() -> Npz.open(resource("scalar.npy")), "scalar.npy", "single array (npy)");
        Path text = Files.writeString(folder.resolve("notes.npz"), "hello, these are notes");
        assertRefused(() -> Npz.open(text), "notes.npz is not an npz archive");
        Path empty = Files.write(folder.resolve("empty.npz"), new byte[0]);
        assertRefused(() -> Npz.open(empty), "empty.npz is not an npz archive");
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "compressed.npz"})
    void refusesEveryTruncation(String name) throws IOException {
        byte[] whole = Files.readAllBytes(resource(name));
        Path part = folder.resolve("part.npz");
        for (int length = 2; length < whole.length; length += 7) {
            Files.write(part, Arrays.copyOf(whole, length));
            assertRefused(() -> Npz.open(part).close(), "part.npz is a truncated or damaged npz archive");
        }
    }

    @Test
    void refusesAHeaderOfATrillionElements() throws IOException {
        Path file = zip("x.npy", npy("(1000000, 1000000)", 4));
        try (Npz npz = Npz.open(file)) {
            assertRefused(() -> npz.get("x"), "array 'x' in ", "made.npz", "(1000000, 1000000)", "4000000000000 bytes",
                    "only 4 bytes follow");
        }
    }

    @Test
    void refusesATruncatedArrayInAWholeArchive() throws IOException {
        try (Npz npz = Npz.open(zip("x.npy", npy("(3,)", 10)))) {
            assertRefused(() -> npz.get("x"), "array 'x' in ", "12 bytes", "only 10 bytes follow", "truncated");
        }
        try (Npz npz = Npz.open(zip("x.npy", new byte[] {1, 2}))) {
            assertRefused(() -> npz.get("x"), "array 'x' in ", "is not an npy array");
        }
    }

    @Test
    void refusesABombThatDeclaresMoreThanItCanHold() throws IOException {
        Path file = zip("x.npy", npy("(1073741760,)", 4));
        byte[] bytes = Files.readAllBytes(file);
        int size = lastIndexOf(bytes, "PK\1\2") + 24; // the unpacked size in the table of contents
        Files.write(file, patched(bytes, size, 0xfe, 0xff, 0xff, 0xff));
        try (Npz npz = Npz.open(file)) {
            assertRefused(() -> npz.get("x"), "array 'x' in ", "declares 4294967294 bytes", "cannot be");
        }
        // Within what deflate can do, but not what the entry holds.
        Path modest = zip("x.npy", npy("(1000,)", 4));
        byte[] head = npy("(1000,)", 0);
        int total = head.length + 4000;
        byte[] other = Files.readAllBytes(modest);
        Files.write(modest, patched(other, lastIndexOf(other, "PK\1\2") + 24, total, total >> 8, 0, 0));
        try (Npz npz = Npz.open(modest)) {
            assertRefused(() -> npz.get("x"), "array 'x' in ", "truncated");
        }
    }

    @Test
    void noticesAChangedByte() throws IOException {
        Path file = folder.resolve("a.npz");
        Npz.write(file, SOME);
        byte[] bytes = Files.readAllBytes(file);
        byte[] two = {0, 0, 0, 0, 0, 0, 0, 0x40};
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(new String(two, StandardCharsets.ISO_8859_1));
        Files.write(file, patched(bytes, at + 1, 7));
        try (Npz npz = Npz.open(file)) {
            assertRefused(() -> npz.get("mu"), "array 'mu' in ", "checksum is wrong");
            assertArrayEquals(new int[] {3, 4, 5, 6}, npz.get("label").ints());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"stored.npz", "compressed.npz"})
    void failsWithALineWhateverIsDamaged(String name) throws IOException {
        Random random = new Random(2);
        byte[] whole = Files.readAllBytes(resource(name));
        Path file = folder.resolve("damaged.npz");
        for (int i = 0; i < 300; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k < 6; k++) {
                damaged[random.nextInt(whole.length)] = (byte) random.nextInt();
            }
            Files.write(file, damaged);
            try (Npz npz = Npz.open(file)) {
                for (String array : npz.names()) {
                    readOrRefuse(npz, array);
                }
            } catch (BadFileException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
    }

    private static void readOrRefuse(Npz npz, String array) throws IOException {
        try {
            npz.get(array);
        } catch (BadFileException e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
        }
    }

    private static byte[] npy(String shape, int zeros) {
        byte[] bytes = ("\u0093NUMPY\1\0\106\0{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}")
                .getBytes(StandardCharsets.ISO_8859_1);
        bytes[8] = (byte) (bytes.length - 10);
        return Arrays.copyOf(bytes, bytes.length + zeros);
    }

    private Path zip(String entry, byte[] content) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            zip.putNextEntry(new ZipEntry(entry));
            ((OutputStream) zip).write(content);
        }
        return Files.write(folder.resolve("made.npz"), bytes.toByteArray());
    }

    private static int lastIndexOf(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).lastIndexOf(text);
    }
}
