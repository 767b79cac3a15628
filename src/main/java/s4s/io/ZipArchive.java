package s4s.io;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.zip.CRC32;
import java.util.zip.ZipException;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.archivers.zip.ZipMethod;

/**
 * The files of a zip archive. Each has one name alone, and what is read of it to the end has the length and the checksum that
 * the archive declares, or is refused. May be read by several threads.
 *
 * <p>Names are UTF-8, or else in CP437, as Python's zipfile has it; steps of "." in them are left out.
 */
public final class ZipArchive implements Closeable {
    /** Deflate cannot shrink further: a length and a distance of one bit each stand for at most 258 bytes. */
    private static final long LARGEST_RATIO = 1032;
    private static final Charset OLD = Charset.isSupported("IBM437") ? Charset.forName("IBM437") : StandardCharsets.ISO_8859_1;

    private final Path file;
    private final ZipFile zip;
    private final long fileLength;
    private final Map<String, ZipArchiveEntry> entries;

    private ZipArchive(Path file, ZipFile zip, long fileLength, Map<String, ZipArchiveEntry> entries) {
        this.file = file;
        this.zip = zip;
        this.fileLength = fileLength;
        this.entries = entries;
    }

    /**
     * Opens an archive.
     *
     * @throws ZipException if the file is no whole zip archive
     * @throws BadFileException if it cannot be opened, or two of its files have one name
     */
    public static ZipArchive open(Path file) throws IOException {
        BadFileException.requireFile(file);
        if (!Files.isReadable(file)) {
            Files.newInputStream(file).close();
        }
        ZipFile zip;
        try {
            zip = ZipFile.builder().setPath(file).setIgnoreLocalFileHeader(true).get();
        } catch (IOException | RuntimeException e) {
            throw (IOException) new ZipException(String.valueOf(e.getMessage())).initCause(e);
        }
        Map<String, ZipArchiveEntry> entries = new LinkedHashMap<>();
        for (ZipArchiveEntry entry : Collections.list(zip.getEntries())) {
            String name = name(entry);
            if (!name.endsWith("/") && entries.put(name, entry) != null) {
                zip.close();
                throw new BadFileException(file + " has two files of the name " + name + "; make it again with one");
            }
        }
        return new ZipArchive(file, zip, Files.size(file), entries);
    }

    private static String name(ZipArchiveEntry entry) {
        String name;
        try {
            name = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(entry.getRawName())).toString();
        } catch (CharacterCodingException e) {
            name = new String(entry.getRawName(), OLD);
        }
        return Arrays.stream(name.split("(?<=/)")).filter(step -> !step.equals("./")).collect(Collectors.joining());
    }

    /** The files' names, in the order of the archive. */
    public List<String> names() {
        return List.copyOf(entries.keySet());
    }

    public boolean has(String name) {
        return entries.containsKey(name);
    }

    /** The length that the archive declares. */
    public long length(String name) {
        return entries.get(name).getSize();
    }

    /**
     * The content of a file.
     *
     * @param title what it is, for messages
     * @throws BadFileException if it cannot be unpacked; on reading, if it is damaged
     */
    public InputStream stream(String name, String title) throws IOException {
        ZipArchiveEntry entry = entries.get(name);
        requirePossible(entry, title);
        try {
            synchronized (zip) {                            // the stream itself reads where nobody else moves
                return new Checked(zip.getInputStream(entry), entry.getSize(), entry.getCrc(), title);
            }
        } catch (IOException | RuntimeException e) {
            throw damaged(title, e);
        }
    }

    private void requirePossible(ZipArchiveEntry entry, String title) throws BadFileException {
        if (entry.getGeneralPurposeBit().usesEncryption()) {
            throw new BadFileException(title + " is encrypted; unpack the archive and zip it again without a password");
        }
        if (!zip.canReadEntryData(entry)) {
            throw new BadFileException(title + " is packed by method " + method(entry) + ", which is not read; unpack the"
                    + " archive and zip it again");
        }
        long packed = entry.getCompressedSize();
        boolean possible = entry.getMethod() == ZipArchiveEntry.STORED ? entry.getSize() == packed
                : entry.getSize() >= 0 && (entry.getMethod() != ZipArchiveEntry.DEFLATED
                        || entry.getSize() <= LARGEST_RATIO * packed + 64);
        if (packed < 0 || packed > fileLength || !possible) {
            throw new BadFileException(title + " declares " + entry.getSize() + " bytes from " + packed
                    + " packed ones, which cannot be; the file is damaged: make or copy it again");
        }
    }

    private static String method(ZipArchiveEntry entry) {
        ZipMethod method = ZipMethod.getMethodByCode(entry.getMethod());
        return entry.getMethod() + (method == null ? "" : " (" + method + ")");
    }

    /** Reads a file to its end. */
    void verify(String name, String title) throws IOException {
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = stream(name, title)) {
            while (in.read(buffer) >= 0) {
                continue;
            }
        }
    }

    private static BadFileException damaged(String title, Exception cause) {
        return cause instanceof BadFileException same ? same
                : new BadFileException(title + " is truncated or damaged; make or copy the file again", cause);
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    @Override
    public String toString() {
        return file.toString();
    }

    /** No more than the declared bytes; with the last of them the checksum is compared. */
    private static final class Checked extends InputStream {
        private final InputStream in;
        private final long declared;
        private final String title;
        private final CRC32 crc = new CRC32();
        private final long length;
        private long left;

        Checked(InputStream in, long length, long declared, String title) {
            this.in = in;
            this.length = length;
            this.left = length;
            this.declared = declared;
            this.title = title;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int count) throws IOException {
            if (count == 0 || left == 0) {
                return count == 0 ? 0 : -1;
            }
            int got;
            try {
                got = in.read(bytes, offset, (int) Math.min(count, left));
            } catch (IOException | RuntimeException e) {
                throw damaged(title, e);
            }
            if (got < 0) {
                throw new BadFileException(title + " is truncated: it ends after " + (length - left) + " of " + length
                        + " bytes; make or copy the file again");
            }
            crc.update(bytes, offset, got);
            left -= got;
            if (left == 0 && crc.getValue() != declared) {
                throw new BadFileException(title + " is damaged: its checksum is wrong; make or copy the file again");
            }
            return got;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
