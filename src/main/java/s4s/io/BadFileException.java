package s4s.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** A file that cannot be used. The message is one line that names the file and says what to do. */
public final class BadFileException extends IOException {
    private static final long serialVersionUID = 1L;

    /** @param message one line, ready to be shown */
    public BadFileException(String message) {
        super(message);
    }

    /**
     * @param message one line, ready to be shown
     * @param cause what was found below
     */
    public BadFileException(String message, Throwable cause) {
        super(message, cause);
    }

    /** Gives the bare messages of {@code java.nio.file} (often only a path) words. */
    public static BadFileException reading(Path file, IOException cause) {
        if (cause instanceof BadFileException same) {
            return same;
        }
        return new BadFileException("cannot read " + file + ": " + reason(cause), cause);
    }

    static BadFileException writing(Path file, IOException cause) {
        if (cause instanceof BadFileException same) {
            return same;
        }
        return new BadFileException("cannot write " + file + ": " + reason(cause), cause);
    }

    /** Refuses anything but an existing ordinary file, so that later failures are about its content. */
    public static void requireFile(Path file) throws BadFileException {
        if (Files.isDirectory(file)) {
            throw new BadFileException(file + " is a folder where a file is expected; give the file's own path");
        }
        if (!Files.exists(file)) {
            throw new BadFileException("no such file: " + file + "; check the path");
        }
        if (!Files.isRegularFile(file)) {
            throw new BadFileException(file + " is not an ordinary file; copy its content into one");
        }
    }

    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied; check the rights of the file and its folder";
        }
        if (cause instanceof NoSuchFileException) {
            return "it does not exist; check the path";
        }
        if (cause instanceof FileAlreadyExistsException e) {
            return e.getFile() + " is a file where a folder is needed; give another path";
        }
        String message = cause.getMessage();
        return (message == null ? cause.getClass().getSimpleName() : message.lines().findFirst().orElse(""))
                + "; check the path and the disk";
    }
}
