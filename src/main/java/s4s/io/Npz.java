package s4s.io;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;

/**
 * A file of named numpy arrays ({@code numpy.savez}, {@code numpy.savez_compressed}). Opening reads the table of
 * contents; each {@link #get} reads one array.
 *
 * <pre>{@code
 * try (var npz = Npz.open(file)) {
 *     double[] mu = npz.get("mu").doubles();
 * }
 * }</pre>
 */
public final class Npz implements Closeable {
    private static final String SUFFIX = ".npy";
    /** Any fixed local time will do, except the first of 1980, beside which Java also stores the time zone's. */
    private static final LocalDateTime TIMESTAMP = LocalDateTime.of(1980, 2, 1, 0, 0);

    private final Path file;
    private final ZipArchive zip;

    private Npz(Path file, ZipArchive zip) {
        this.file = file;
        this.zip = zip;
    }

    /** Whether a written npz is packed. */
    public enum Packing {
        /** Plain: fast, and the same arrays give the same bytes everywhere. */
        STORED,
        /** Packed as {@code numpy.savez_compressed} does; the bytes may change with the zlib that Java uses. */
        DEFLATED
    }

    /**
     * @param file an npz file
     * @return its arrays, to be closed
     * @throws BadFileException if the file is missing or no (whole) zip archive, or has two arrays of one name
     */
    public static Npz open(Path file) throws IOException {
        BadFileException.requireFile(file);
        try {
            return new Npz(file, ZipArchive.open(file));
        } catch (ZipException e) {
            throw new BadFileException(notZip(file), e);
        } catch (IOException e) {
            throw BadFileException.reading(file, e);
        }
    }

    /**
     * Writes arrays, sorted by name, with a fixed time stamp: the same arrays give the same bytes.
     *
     * @param file where to; replaced atomically
     * @param arrays what to write
     * @throws IllegalArgumentException if a name is blank
     * @throws IOException if the file cannot be written
     */
    public static void write(Path file, Map<String, NpyArray> arrays, Packing packing) throws IOException {
        if (arrays.keySet().stream().anyMatch(String::isBlank)) {
            throw new IllegalArgumentException("an array without a name in " + file + "; give it one");
        }
        AtomicFiles.write(file, out -> write(out, new TreeMap<>(arrays), packing));
    }

    /**
     * Writes arrays unpacked.
     *
     * @see #write(Path, Map, Packing)
     */
    public static void write(Path file, Map<String, NpyArray> arrays) throws IOException {
        write(file, arrays, Packing.STORED);
    }

    private static void write(OutputStream out, Map<String, NpyArray> sorted, Packing packing) throws IOException {
        ZipOutputStream zip = new ZipOutputStream(out);
        for (Map.Entry<String, NpyArray> named : sorted.entrySet()) {
            NpyArray array = named.getValue();
            ZipEntry entry = new ZipEntry(named.getKey() + SUFFIX);
            entry.setTimeLocal(TIMESTAMP);
            if (packing == Packing.STORED) {
                byte[] header = NpyHeader.of(array);
                CRC32 crc = new CRC32();
                crc.update(header);
                crc.update(array.raw());
                entry.setMethod(ZipEntry.STORED);
                entry.setSize((long) header.length + array.raw().length);
                entry.setCrc(crc.getValue());
            }
            zip.putNextEntry(entry);
            Npy.write(zip, array);
            zip.closeEntry();
        }
        zip.finish();
    }

    /** The names of the arrays, in the order of the file. */
    public List<String> names() {
        return zip.names().stream().filter(n -> n.endsWith(SUFFIX))
                .map(n -> n.substring(0, n.length() - SUFFIX.length())).toList();
    }

    /** Whether there is an array of this name. */
    public boolean has(String name) {
        return zip.has(name + SUFFIX);
    }

    /**
     * Reads one array; nothing is kept, so ask once.
     *
     * @throws BadFileException if there is no such array (the message lists those present), or its content is
     *     truncated, damaged, or of a type that is not read
     */
    public NpyArray get(String name) throws IOException {
        try (InputStream in = stream(name)) {
            return Npy.read(in, zip.length(name + SUFFIX), title(name));
        }
    }

    /** An array that a file may have: {@link #get}, or empty if there is none of this name and of a type that is read. */
    public Optional<NpyArray> find(String name) throws IOException {
        if (!has(name)) {
            return Optional.empty();
        }
        try {
            header(name);
        } catch (BadFileException e) {      // of another tool, which may keep Python objects there
            return Optional.empty();
        }
        return Optional.of(get(name));
    }

    /** What {@link #get} would find, without reading the data. */
    public NpyHeader header(String name) throws IOException {
        try (InputStream in = stream(name)) {
            return Npy.header(in, zip.length(name + SUFFIX), title(name));
        }
    }

    /** Reads an array to its end, without keeping it, to find damage. */
    public void verify(String name) throws IOException {
        header(name);
        zip.verify(name + SUFFIX, title(name));
    }

    /** One array piece by piece, whatever its length; only {@link #verify} finds all damage. */
    public NpyRows rows(String name) throws IOException {
        return Npy.rows(new BufferedInputStream(stream(name), 1 << 16), zip.length(name + SUFFIX), title(name));
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private String title(String name) {
        return "array '" + name + "' in " + file;
    }

    private InputStream stream(String name) throws IOException {
        if (!has(name)) {
            List<String> names = names();
            String present = names.isEmpty() ? "no arrays at all"
                    : String.join(", ", names.subList(0, Math.min(20, names.size()))) + (names.size() > 20 ? ", ..." : "");
            throw new BadFileException("no array '" + name + "' in " + file + "; it holds " + present);
        }
        return zip.stream(name + SUFFIX, title(name));
    }

    private static String notZip(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(6);
        }
        if (java.util.Arrays.equals(start, NpyHeader.MAGIC)) {
            return file + " holds a single array (npy), not an npz archive; write it with numpy.savez";
        }
        return start.length >= 2 && start[0] == 'P' && start[1] == 'K'
                ? file + " is a truncated or damaged npz archive; make or copy it again"
                : file + " is not an npz archive; write it with numpy.savez";
    }
}
