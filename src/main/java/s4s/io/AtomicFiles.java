package s4s.io;

import java.io.BufferedOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that appear whole or not at all. */
public final class AtomicFiles {
    private static final String SUFFIX = ".tmp";
    private static final int UUID_LENGTH = 36;

    private AtomicFiles() {
    }

    /**
     * Something done with a value that may fail as input and output do.
     *
     * @param <T> the value's type
     */
    @FunctionalInterface
    public interface IOConsumer<T> {
        /**
         * @param value what to work on
         * @throws IOException if reading or writing fails
         */
        void accept(T value) throws IOException;
    }

    /**
     * Writes a file under a temporary name in its own folder and then moves it into place, replacing an older file. It is on
     * the disk before it is moved, so that not even a power cut leaves half a file. If anything fails, the temporary file is
     * removed and the older file is left as it was; what a killed process left behind, the next to write the file removes.
     *
     * @param file where to; missing parent folders are made
     * @param content writes the content; it need not close the (buffered) stream
     * @throws BadFileException if the file or its folder cannot be written, or if {@code content} fails (its
     *     exception is the cause, unless it is a BadFileException itself)
     */
    public static void write(Path file, IOConsumer<? super OutputStream> content) throws IOException {
        if (Files.isDirectory(file)) {
            throw new BadFileException("cannot write " + file + ": it is a folder; give a file name");
        }
        Path target = file.toAbsolutePath();
        try {
            Files.createDirectories(target.getParent());
            removeLeftovers(target);
            try (Temporary temporary = Temporary.of(target)) {
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(temporary.channel), 1 << 16);
                content.accept(out);
                out.flush();
                temporary.channel.force(true);
                move(temporary.path, target);
            }
            force(target.getParent());
        } catch (IOException e) {
            throw BadFileException.writing(file, e);
        }
    }

    /** Writes {@code bytes}; see {@link #write(Path, IOConsumer)}. */
    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, out -> out.write(bytes));
    }

    /** A file that is being written, locked as long as its process lives; removed at the end if it was not moved. */
    private record Temporary(Path path, FileChannel channel) implements Closeable {
        static Temporary of(Path target) throws IOException {
            while (true) {
                // Not Files.createTempFile: its files can be read by their owner alone, and so could the result.
                Path path = target.resolveSibling("." + target.getFileName() + "." + UUID.randomUUID() + SUFFIX);
                FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
                if (locked(channel, true) && Files.exists(path)) {
                    return new Temporary(path, channel);
                }
                channel.close();                        // another process took it for a leftover before it was locked
            }
        }

        @Override
        public void close() throws IOException {
            try (channel) {
                Files.deleteIfExists(path);
            }
        }
    }

    /** Whether a file was locked; {@code unknown} on a disk without locks. */
    private static boolean locked(FileChannel channel, boolean unknown) {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            return unknown;
        }
    }

    /** Removes what dead processes left of a file: a temporary file that can be locked has no process. */
    private static void removeLeftovers(Path target) {
        String start = "." + target.getFileName() + ".";
        int length = start.length() + UUID_LENGTH + SUFFIX.length();
        try (DirectoryStream<Path> names = Files.newDirectoryStream(target.getParent(), path -> {
            String name = path.getFileName().toString();
            return name.length() == length && name.startsWith(start) && name.endsWith(SUFFIX);
        })) {
            for (Path path : names) {
                try (FileChannel channel = FileChannel.open(path, StandardOpenOption.WRITE)) {
                    if (locked(channel, false)) {
                        Files.deleteIfExists(path);
                    }
                }
            }
        } catch (IOException | DirectoryIteratorException e) {
            return;                                     // they take room, and no more
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    /** Brings the names in a folder to the disk, where folders can be opened (not on Windows). */
    private static void force(Path folder) throws IOException {
        try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException e) {
            return;
        }
    }
}
