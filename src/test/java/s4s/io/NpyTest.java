package s4s.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static s4s.files.Resources.assertIllegal;
import static s4s.files.Resources.assertRefused;
import static s4s.files.Resources.resource;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import s4s.files.Resources;

/** Against files that numpy wrote, and against files that nobody should have written. */
public class NpyTest {
    private static final double[] TO_23 = IntStream.range(0, 24).asDoubleStream().toArray();

    @TempDir
    Path folder;

    private static NpyArray read(String name) throws IOException {
        return Npy.read(resource(name));
    }

    @Test
    void readsCOrder() throws IOException {
        NpyArray array = read("c_float64.npy");
        assertEquals(DType.FLOAT64, array.dtype());
        assertArrayEquals(new long[] {2, 3}, array.shape());
        assertEquals(6, array.size());
        assertArrayEquals(new double[] {0, 0.1, 0.2, 0.3, 0.4, 0.5}, array.doubles());
        assertArrayEquals(new float[] {0, 0.1f, 0.2f, 0.3f, 0.4f, 0.5f}, array.floats());
    }

    @ParameterizedTest
    @ValueSource(strings = {"fortran_float32.npy", "fortran_big_endian_float64.npy", "version_2.npy", "version_3.npy"})
    void convertsOrderAndReadsAllFormats(String name) throws IOException {
        NpyArray array = read(name);
        assertArrayEquals(new long[] {2, 3, 4}, array.shape());
        assertArrayEquals(TO_23, array.doubles());
    }

    @Test
    void convertsBigEndian() throws IOException {
        assertArrayEquals(new int[] {1, -2, Integer.MAX_VALUE}, read("big_endian_int32.npy").ints());
        assertEquals(List.of("x", "yz"), read("big_endian_strings.npy").strings());
    }

    @Test
    void readsScalarEmptyAndBool() throws IOException {
        NpyArray scalar = read("scalar.npy");
        assertArrayEquals(new long[0], scalar.shape());
        assertArrayEquals(new double[] {Math.PI}, scalar.doubles());
        NpyArray empty = read("empty.npy");
        assertArrayEquals(new long[] {0, 3}, empty.shape());
        assertEquals(0, empty.floats().length);
        NpyArray bool = read("bool.npy");
        assertEquals(DType.BOOL, bool.dtype());
        assertArrayEquals(new int[] {1, 0, 1}, bool.ints());
    }

    @Test
    void readsStrings() throws IOException {
        assertEquals(List.of("airplane", "Größe", "猫", "😀", ""), read("strings.npy").strings());
        assertEquals(List.of("a", "bb", "ccc", "d", "ee", "fff"), read("fortran_strings.npy").strings());
    }

    @Test
    void readsHalfPrecision() throws IOException {
        double third = 1365.0 / 4096; // the half-precision number nearest to 1/3
        assertArrayEquals(new double[] {1, -2.5, 65504, Math.pow(2, -24), third, -0.0, Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY, Double.NaN}, read("float16.npy").doubles());
    }

    /** numpy's own bytes back, and what IEEE 754 says about numbers between two halves. */
    @Test
    void writesHalfPrecision() throws IOException {
        NpyArray theirs = read("float16.npy");
        assertEquals(theirs, NpyArray.half(theirs.floats(), theirs.shape()));
        float ulp = 0x1p-10f;
        assertArrayEquals(new double[] {1, 1 + 2 * ulp, 1 + ulp, 2, 65504, 0, 0x1p-24, 0x1p-14, -0x1p-14},
                NpyArray.half(new float[] {1 + ulp / 2, 1 + 1.5f * ulp, 1 + 0.51f * ulp, 2 - ulp / 4, 65519, 0x1p-25f,
                    0x1.8p-25f, 0x1.ffep-15f, -0x1.ffffp-15f}).doubles());
        Resources.assertIllegal(() -> NpyArray.half(new float[] {65520}), "65520");
    }

    @ParameterizedTest
    @ValueSource(strings = {"c_float64.npy", "c_uint8.npy", "scalar.npy", "empty.npy", "bool.npy", "strings.npy"})
    void writesTheBytesThatNumpyWrites(String name) throws IOException {
        Path copy = folder.resolve("copy.npy");
        Npy.write(copy, read(name));
        assertArrayEquals(Files.readAllBytes(resource(name)), Files.readAllBytes(copy));
    }

    @Test
    void makesArraysAsNumpyDoes() throws IOException {
        assertEquals(read("c_float64.npy"), NpyArray.of(new double[] {0, 0.1, 0.2, 0.3, 0.4, 0.5}, 2, 3));
        assertEquals(read("c_uint8.npy"), NpyArray.of(new byte[] {-6, -5, -4, -3, -2, -1}));
        assertEquals(read("strings.npy"), NpyArray.of(List.of("airplane", "Größe", "猫", "😀", "")));
        assertEquals(read("big_endian_int32.npy"), NpyArray.of(new int[] {1, -2, Integer.MAX_VALUE}, 3));
        assertEquals(read("empty.npy"), NpyArray.of(new float[0], 0, 3));
        assertNotEquals(read("empty.npy"), NpyArray.of(new float[0], 3, 0));
    }

    @Test
    void isImmutable() {
        double[] values = {1, 2};
        long[] shape = {2};
        NpyArray array = NpyArray.of(values, shape);
        values[0] = 9;
        shape[0] = 9;
        array.doubles()[0] = 9;
        array.shape()[0] = 9;
        assertEquals(NpyArray.of(new double[] {1, 2}, 2), array);
        NpyArray bytes = NpyArray.of(new byte[] {1});
        bytes.bytes()[0] = 9;
        assertArrayEquals(new byte[] {1}, bytes.bytes());
    }

    @Test
    void refusesConversionsThatLose() throws IOException {
        assertIllegal(() -> NpyArray.of(new double[] {1, 1e300}).floats(), "element 1", "1.0E300", "doubles()");
        assertIllegal(() -> NpyArray.of(new int[] {1 << 24, (1 << 24) + 1}).floats(), "element 1", "16777217");
        assertIllegal(() -> NpyArray.of(new long[] {Long.MAX_VALUE}).doubles(), "element 0", "longs()");
        assertIllegal(() -> NpyArray.of(new long[] {1L << 32}).ints(), "4294967296", "longs()");
        assertIllegal(() -> NpyArray.of(new double[] {1}).ints(), "float64(1,)", "whole numbers");
        assertIllegal(() -> NpyArray.of(new int[] {1}).bytes(), "int32(1,)", "uint8");
        assertIllegal(() -> NpyArray.of(new int[] {1}).strings(), "int32(1,)", "text");
        NpyArray text = read("strings.npy");
        assertIllegal(text::doubles, "string(5,)", "numbers");
        assertIllegal(() -> NpyArray.of(new double[6], 2, 2), "(2, 2)", "6 values");
        assertIllegal(() -> NpyArray.of(new double[6], -2, -3), "(-2, -3)", "6 values");
        assertIllegal(() -> NpyArray.of(List.of("a\0")), "NUL");
        assertArrayEquals(new double[] {Double.NaN, Double.NEGATIVE_INFINITY},
                IntStream.of(0, 1).mapToDouble(i -> NpyArray.of(new double[] {Double.NaN, -1 / 0.0}).floats()[i])
                        .toArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), }",
        "{\"shape\":(2),\"fortran_order\":False,\"descr\":\"<i2\"}",
        " { 'fortran_order' :\tFalse , 'shape' : ( 2 , ) , 'descr' : '<i2' , } \n",
        "{'descr': '=i2', 'fortran_order': True, 'shape': (2L,)}"})
    void readsHeadersInAnyOrderAndSpacing(String header) throws IOException {
        assertArrayEquals(new int[] {258, 772}, Npy.read(file(header, 2, 1, 4, 3)).ints());
    }

    @ParameterizedTest
    @CsvSource(delimiter = ';', quoteCharacter = '`', value = {
        "{'descr': '<i2', 'fortran_order': False};lacks one of the keys",
        "{'descr': '<i2', 'descr': '<i2', 'fortran_order': False, 'shape': (2,)};'descr' twice",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,), 'x': 1};unknown key 'x'",
        "{'descr': '<i2', 'fortran_order': 0, 'shape': (2,)};neither True nor False",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (-2,)};negative length",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2.0,)};'.' where ')' is expected",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (x,)};else than whole numbers",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (9999999999999999999999,)};22 digits",
        "{'descr': '<i2', 'fortran_order': False, 'shape': 2};'2' where '(' is expected",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,)} + f();after its '}'",
        "{'descr': '<i2', 'fortran_order': False, 'shape': (2,);ends where '}' is expected",
        "{'descr': '<i2;broken string",
        "['descr'];'[' where '{' is expected",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)};object arrays are not read",
        "{'descr': '<q9', 'fortran_order': False, 'shape': (1,)};'<q9' is not read",
        "{'descr': '<U0', 'fortran_order': False, 'shape': (1000000000000,)};'<U0' is not read",
        "{'descr': '', 'fortran_order': False, 'shape': (1,)};'' is not read",
    })
    void refusesBadHeaders(String header, String message) throws IOException {
        assertRefused(() -> Npy.read(file(header, 2, 1, 4, 3)), "bad.npy", message);
    }

    @Test
    void refusesMoreAxesThanNumpyHas() throws IOException {
        Path file = file(header("<i2", "1,".repeat(65)), 1, 2);
        assertRefused(() -> Npy.read(file), "bad.npy", "65 axes");
    }

    @Test
    void refusesWhatTheFileDoesNotHold() throws IOException {
        Path trillion = file(header("<f4", "1000000, 1000000"), 0, 0, 0, 0);
        assertRefused(() -> Npy.read(trillion), "bad.npy", "shape (1000000, 1000000)", "4000000000000 bytes",
                "only 4 bytes follow");
        String many = "999999999999999999, ".repeat(3);
        Path overflow = file(header("<f4", many), 0, 0, 0, 0);
        assertRefused(() -> Npy.read(overflow), "bad.npy", "999999999999999999", "only 4 bytes follow");
        Path overflowOfBytes = file(header("<f8", "999999999999999999, 9"), 0, 0, 0, 0);
        assertRefused(() -> Npy.read(overflowOfBytes), "bad.npy", "only 4 bytes follow");
        Path emptyButHuge = file(header("<f8", "0, " + many));
        assertEquals(0, Npy.read(emptyButHuge).size());
        Path longer = file(header("<i2", "1,"), 1, 2, 3);
        assertRefused(() -> Npy.read(longer), "2 bytes, but 3 bytes follow", "damaged");
    }

    @Test
    void refusesMoreThanTwoGigabytes() throws IOException {
        Path large = file(header("|u1", "3221225472,"));
        try (RandomAccessFile sparse = new RandomAccessFile(large.toFile(), "rw")) {
            sparse.setLength(sparse.length() + 3221225472L);
        }
        assertRefused(() -> Npy.read(large), "bad.npy", "3221225472 bytes", "at most 2 GiB");
    }

    @Test
    void refusesEveryTruncation() throws IOException {
        byte[] whole = Files.readAllBytes(resource("c_float64.npy"));
        Path part = folder.resolve("part.npy");
        for (int length = 0; length < whole.length; length++) {
            Files.write(part, Arrays.copyOf(whole, length));
            assertRefused(() -> Npy.read(part), "part.npy", Files.size(part) < 8 ? "not an npy array" : "truncated");
        }
    }

    @Test
    void refusesHeaderLengthsThatCannotBe() throws IOException {
        byte[] version1 = Files.readAllBytes(resource("c_float64.npy"));
        byte[] version2 = Files.readAllBytes(resource("version_2.npy"));
        Path file = folder.resolve("length.npy");
        Files.write(file, patched(version1, 8, 0xff, 0xff));
        assertRefused(() -> Npy.read(file), "length.npy", "65535 bytes", "has 166");
        Files.write(file, patched(version1, 8, 0, 0));
        assertRefused(() -> Npy.read(file), "header of 0 bytes");
        Files.write(file, patched(version2, 8, 0xff, 0xff, 0xff, 0xff));
        assertRefused(() -> Npy.read(file), "4294967295 bytes");
        byte[] spaces = new byte[100_000];
        Arrays.fill(spaces, (byte) ' ');
        byte[] long2 = patched(Arrays.copyOf(version2, 12), 8, 0xa0, 0x86, 1, 0); // 100,000, all there
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(long2);
        out.write(spaces);
        Files.write(file, out.toByteArray());
        assertRefused(() -> Npy.read(file), "header of 100000 bytes");
        Files.write(file, patched(version1, 6, 9));
        assertRefused(() -> Npy.read(file), "unknown npy format 9.0");
    }

    @Test
    void refusesTypesItDoesNotRead() {
        assertRefused(() -> read("object.npy"), "object.npy", "object arrays are not read");
        assertRefused(() -> read("structured.npy"), "structured.npy", "structured arrays are not read");
        assertRefused(() -> read("complex.npy"), "complex.npy", "'<c16' is not read");
    }

    /** bytes.npy is numpy's array([b"ab"]); the other is what numpy 2.4 writes of array([0, 3, 2**63 - 1], "u8"), and 2**63. */
    @Test
    void readsBytesAndUnsignedLongs() throws IOException {
        assertEquals(List.of("ab"), read("bytes.npy").strings());
        byte[] file = new byte[128 + 24];
        String head = "\u0093NUMPY\1\0v\0{'descr': '<u8', 'fortran_order': False, 'shape': (3,), }" + " ".repeat(60) + "\n";
        System.arraycopy(head.getBytes(StandardCharsets.ISO_8859_1), 0, file, 0, 128);
        file[128 + 8] = 3;
        java.util.Arrays.fill(file, 128 + 16, 128 + 23, (byte) -1);
        file[128 + 23] = 0x7f;
        Path npy = Files.write(folder.resolve("u8.npy"), file);
        assertArrayEquals(new long[] {0, 3, Long.MAX_VALUE}, Npy.read(npy).longs());
        file[128 + 23] = -1;
        NpyArray beyond = Npy.read(Files.write(npy, file));
        assertIllegal(beyond::longs, "element 2", "2^63");
    }

    @Test
    void refusesWhatIsNoFile() throws IOException {
        assertRefused(() -> Npy.read(folder.resolve("none.npy")), "no such file", "none.npy");
        assertRefused(() -> Npy.read(folder), folder.toString(), "is a folder");
        Path text = Files.writeString(folder.resolve("notes.npy"), "hello, these are notes");
        assertRefused(() -> Npy.read(text), "notes.npy is not an npy array", "numpy.save");
    }

    @Test
    void failsWithALineWhateverIsDamaged() throws IOException {
        Random random = new Random(1);
        String letters = "(),{}'19-LU O<>|";
        byte[] whole = Files.readAllBytes(resource("fortran_float32.npy"));
        Path file = folder.resolve("damaged.npy");
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = whole.clone();
            for (int k = 0; k <= i % 3; k++) {
                int letter = letters.charAt(random.nextInt(letters.length()));
                damaged[random.nextInt(128)] = (byte) (i % 2 == 0 ? random.nextInt() : letter);
            }
            Files.write(file, damaged);
            try {
                Npy.read(file);
            } catch (BadFileException e) {
                assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            }
        }
    }

    private static String header(String descr, String shape) {
        return "{'descr': '" + descr + "', 'fortran_order': False, 'shape': (" + shape + "), }";
    }

    private Path file(String header, int... data) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
        out.write(NpyHeader.MAGIC);
        out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).put((byte) 1).put((byte) 0)
                .putShort((short) text.length).array());
        out.write(text);
        IntStream.of(data).forEach(out::write);
        return Files.write(folder.resolve("bad.npy"), out.toByteArray());
    }

    public static byte[] patched(byte[] bytes, int at, int... values) {
        byte[] out = bytes.clone();
        for (int i = 0; i < values.length; i++) {
            out[at + i] = (byte) values[i];
        }
        return out;
    }
}
