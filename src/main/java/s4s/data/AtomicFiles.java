package s4s.data;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;

/** Files that appear whole or not at all. */
public final class AtomicFiles {
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
     * Writes a file under a temporary name in its own folder and then moves it into place, replacing an older file.
     * If anything fails, the temporary file is removed and the older file is left as it was.
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
        Path folder = target.getParent();
        // Not Files.createTempFile: its files can be read by their owner alone, and so could the result.
        Path temporary = folder.resolve("." + target.getFileName() + "." + UUID.randomUUID() + ".tmp");
        try {
            Files.createDirectories(folder);
            try {
                try (OutputStream out = new BufferedOutputStream(
                        Files.newOutputStream(temporary, StandardOpenOption.CREATE_NEW), 1 << 16)) {
                    content.accept(out);
                }
                move(temporary, target);
            } finally {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw BadFileException.writing(file, e);
        }
    }

    /** Writes {@code bytes}; see {@link #write(Path, IOConsumer)}. */
    public static void write(Path file, byte[] bytes) throws IOException {
        write(file, out -> out.write(bytes));
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
        }
    }
}
