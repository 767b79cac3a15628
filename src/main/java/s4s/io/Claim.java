package s4s.io;

import java.io.Closeable;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The right to make an output, which one command has at a time: a lock of the operating system, gone with its process however
 * that ends. What is locked is an empty file, {@code .lock} in a folder and {@code .NAME.lock} beside a file; closing removes
 * it. Readers need no claim: files are replaced whole.
 */
public final class Claim implements Closeable {
    private static final String SUFFIX = ".lock";

    /**
     * The claims of this process, as the operating system has them: on POSIX a file's locks belong to the process, and closing
     * any of its channels on the file ends them all, so a file that is claimed here must not be opened a second time.
     */
    private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

    private final Path file;
    private final Path held;
    private final FileChannel channel;

    private Claim(Path file, Path held, FileChannel channel) {
        this.file = file;
        this.held = held;
        this.channel = channel;
    }

    /**
     * Claims all that a folder holds. A folder that is not there is made, and one that is empty when the claim ends is removed.
     *
     * @throws BadFileException if another command makes it, or if nothing can be written there
     */
    public static Claim ofFolder(Path folder) throws IOException {
        if (Files.exists(folder) && !Files.isDirectory(folder)) {
            throw new BadFileException(folder + " is a file where a folder is needed; give another path");
        }
        return of(folder, folder.resolve(SUFFIX));
    }

    /**
     * Claims a file and what is kept beside it under its name. Missing folders are made.
     *
     * @throws BadFileException as {@link #ofFolder}
     */
    public static Claim ofFile(Path output) throws IOException {
        return of(output, beside(output));
    }

    /** Whether a file is claimed, or was when its process was killed. */
    public static boolean isLeftOn(Path output) {
        return Files.exists(beside(output));
    }

    private static Path beside(Path output) {
        return output.resolveSibling("." + output.getFileName() + SUFFIX);
    }

    private static Claim of(Path output, Path name) throws IOException {
        Path file = name.toAbsolutePath();
        try {
            while (true) {
                Files.createDirectories(file.getParent());
                Path key = file.getParent().toRealPath().resolve(file.getFileName());
                if (!HELD.add(key)) {
                    throw taken(output);
                }
                boolean held = false;
                try {
                    String before = identity(file);
                    FileChannel channel = FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
                    try {
                        if (channel.tryLock() == null) {
                            throw taken(output);
                        }
                        // another command may have removed the file between opening and locking it: a lock of nothing
                        held = !before.isEmpty() && before.equals(identity(file));
                    } finally {
                        if (!held) {
                            channel.close();
                        }
                    }
                    if (held) {
                        return new Claim(file, key, channel);
                    }
                } finally {
                    if (!held) {
                        HELD.remove(key);
                    }
                }
            }
        } catch (IOException e) {
            throw BadFileException.writing(output, e);
        }
    }

    private static BadFileException taken(Path output) {
        return new BadFileException(output + " is being written by another process; wait until that has ended, or give another"
                + " place");
    }

    /** Tells files of one name apart; empty where there is none. */
    private static String identity(Path file) throws IOException {
        try {
            return "file " + Files.readAttributes(file, BasicFileAttributes.class).fileKey();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    /** Ends the claim. */
    @Override
    public void close() throws IOException {
        try (channel) {
            Files.deleteIfExists(file);                 // while it is locked: who opens it later opens another
        } finally {
            HELD.remove(held);
        }
        if (file.endsWith(SUFFIX) && !Files.isSymbolicLink(file.getParent())) {
            try {
                Files.delete(file.getParent());
            } catch (IOException e) {
                return;                                 // it holds something, as it should
            }
        }
    }
}
