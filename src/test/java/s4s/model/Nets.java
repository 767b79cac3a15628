package s4s.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** The small networks in src/test/resources/nets. */
public final class Nets {
    /** Where they are. */
    public static final Path FOLDER = Path.of("src/test/resources/nets");

    private Nets() {}

    /** Copies the files of an exported model to a folder, which is made. */
    public static void copy(String name, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(FOLDER.resolve(name))) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
