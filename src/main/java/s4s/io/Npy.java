package s4s.io;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/**
 * Files of one numpy array ({@code numpy.save}), formats 1.0 to 3.0. Big-endian data and Fortran order are converted
 * while reading; object and structured arrays are refused.
 */
public final class Npy {
    /** numpy itself refuses headers above 10,000 characters by default. */
    private static final int LONGEST_HEADER = 1 << 16;
    private static final int LARGEST_ARRAY = Integer.MAX_VALUE - 8;

    private Npy() {
    }

    /**
     * @param file an npy file
     * @return its array
     * @throws BadFileException if the file is missing, is no npy file, has a type that is not read, or is shorter or
     *     longer than its header says
     */
    public static NpyArray read(Path file) throws IOException {
        BadFileException.requireFile(file);
        try (InputStream in = Files.newInputStream(file)) {
            return read(in, Files.size(file), file.toString());
        } catch (IOException e) {
            throw BadFileException.reading(file, e);
        }
    }

    /**
     * Writes what {@code numpy.save} would write.
     *
     * @param file where to; replaced atomically
     * @param array what to write
     * @throws IOException if the file cannot be written
     */
    public static void write(Path file, NpyArray array) throws IOException {
        AtomicFiles.write(file, out -> write(out, array));
    }

    static void write(OutputStream out, NpyArray array) throws IOException {
        out.write(NpyHeader.of(array));
        out.write(array.raw());
    }

    /**
     * @param in at the start of an npy file
     * @param length bytes that it holds; the array must fill them
     * @param name what it is, for messages
     */
    static NpyArray read(InputStream in, long length, String name) throws IOException {
        Start start = start(in, length, name);
        NpyHeader header = start.header();
        long bytes = byteCount(header, length - start.bytes(), name);
        byte[] data = new byte[(int) bytes];
        int got = in.readNBytes(data, 0, data.length);
        if (got < data.length) {
            throw new BadFileException(name + " is truncated: its data ends after " + got + " of " + bytes
                    + " bytes; make or copy it again");
        }
        if (header.bigEndian()) {
            reverse(data, header.dtype().unit());
        }
        byte[] ordered = header.fortran() ? transposed(data, header) : data;
        return new NpyArray(header.dtype(), header.width(), header.shape(), ordered);
    }

    /** The array piece by piece, whatever its length. */
    public static NpyRows rows(Path file) throws IOException {
        BadFileException.requireFile(file);
        InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
        return rows(in, Files.size(file), file.toString());
    }

    /** As {@link #read(InputStream, long, String)}, piece by piece. */
    static NpyRows rows(InputStream in, long length, String name) throws IOException {
        try {
            Start start = start(in, length, name);
            declaredBytes(start.header(), length - start.bytes(), name);
            return new NpyRows(in, start.header(), name);
        } catch (IOException e) {
            in.close();
            throw e;
        }
    }

    /** The header alone. */
    static NpyHeader header(InputStream in, long length, String name) throws IOException {
        return start(in, length, name).header();
    }

    private record Start(NpyHeader header, long bytes) {
    }

    private static Start start(InputStream in, long length, String name) throws IOException {
        byte[] magic = in.readNBytes(8);
        if (magic.length < 8 || !Arrays.equals(NpyHeader.MAGIC, Arrays.copyOf(magic, 6))) {
            throw new BadFileException(name + " is not an npy array; write it with numpy.save or numpy.savez");
        }
        int version = magic[6];
        if (version < 1 || version > 3 || magic[7] != 0) {
            throw new BadFileException(name + " has the unknown npy format " + (magic[6] & 0xff) + "."
                    + (magic[7] & 0xff) + "; save the array again with numpy.save");
        }
        byte[] size = in.readNBytes(version == 1 ? 2 : 4);
        int start = 8 + (version == 1 ? 2 : 4);
        long headerLength = start > length ? 0
                : ByteBuffer.wrap(Arrays.copyOf(size, 8)).order(ByteOrder.LITTLE_ENDIAN).getLong();
        if (headerLength == 0 || headerLength > LONGEST_HEADER || headerLength > length - start) {
            throw new BadFileException(name + " is truncated or damaged: it declares an npy header of " + headerLength
                    + " bytes and has " + Math.max(0, length - start) + "; make or copy it again");
        }
        byte[] text = in.readNBytes((int) headerLength);
        if (text.length < headerLength) {
            throw new BadFileException(name + " is truncated within its npy header; make or copy it again");
        }
        String dict = new String(text, version == 3 ? StandardCharsets.UTF_8 : StandardCharsets.ISO_8859_1);
        return new Start(NpyHeaderParser.parse(dict, name), start + headerLength);
    }

    /** The bytes of the data, once it is certain that they are there and fit into memory. */
    private static long byteCount(NpyHeader header, long present, String name) throws BadFileException {
        long bytes = declaredBytes(header, present, name);
        if (bytes > LARGEST_ARRAY) {
            throw new BadFileException(declared(header, name) + ", " + bytes
                    + " bytes; at most 2 GiB are read: split the array");
        }
        long heap = Runtime.getRuntime().maxMemory();
        if (bytes > heap) {
            throw new BadFileException(declared(header, name) + ", " + bytes + " bytes, more than the " + (heap >> 20)
                    + " MiB that Java may use; start it with a larger -Xmx");
        }
        return bytes;
    }

    /** The bytes of the data, once it is certain that they are there. */
    private static long declaredBytes(NpyHeader header, long present, String name) throws BadFileException {
        long elements = NpyArray.product(header.shape());
        boolean countable = elements >= 0 && elements <= Long.MAX_VALUE / header.width();
        long bytes = countable ? elements * header.width() : -1;
        if (!countable || bytes > present) {
            throw new BadFileException(declared(header, name) + (countable ? ", " + bytes + " bytes" : "")
                    + ", but only " + present + " bytes follow; the file is truncated or damaged: make or copy it again");
        }
        if (bytes < present) {
            throw new BadFileException(declared(header, name) + ", " + bytes + " bytes, but " + present
                    + " bytes follow; the file is damaged: make or copy it again");
        }
        return bytes;
    }

    private static String declared(NpyHeader header, String name) {
        return name + ": its header declares shape " + NpyArray.text(header.shape()) + " with " + header.width()
                + " bytes each";
    }

    static void reverse(byte[] data, int unit) {
        for (int start = 0; start < data.length; start += unit) {
            for (int i = start, j = start + unit - 1; i < j; i++, j--) {
                byte b = data[i];
                data[i] = data[j];
                data[j] = b;
            }
        }
    }

    /** From first index fastest to last index fastest. */
    private static byte[] transposed(byte[] data, NpyHeader header) {
        int axes = header.shape().length;
        if (axes < 2 || data.length == 0) {
            return data;
        }
        int width = header.width();
        long[] shape = header.shape();
        int[] strides = new int[axes];
        strides[0] = width;
        for (int k = 1; k < axes; k++) {
            strides[k] = (int) (strides[k - 1] * shape[k - 1]);
        }
        byte[] out = new byte[data.length];
        int[] index = new int[axes];
        int from = 0;
        for (int to = 0; to < out.length; to += width) {
            System.arraycopy(data, from, out, to, width);
            for (int k = axes - 1; k >= 0; k--) {
                from += strides[k];
                if (++index[k] < shape[k]) {
                    break;
                }
                index[k] = 0;
                from -= (int) (strides[k] * shape[k]);
            }
        }
        return out;
    }
}
