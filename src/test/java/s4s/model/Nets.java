package s4s.model;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Small networks with random weights. */
public final class Nets {
    /** Those of the tests alone. */
    public static final Path FOLDER = Path.of("src/test/resources/nets");
    /** Those that a notebook shows where the published ones are not. */
    public static final Path STAND_INS = Path.of("data/stand-ins");

    private Nets() {}

    /** Copies the files of an exported model to a folder, which is made. */
    public static void copy(Path from, Path to) throws IOException {
        Files.createDirectories(to);
        try (Stream<Path> files = Files.list(from)) {
            for (Path file : files.toList()) {
                Files.copy(file, to.resolve(file.getFileName()));
            }
        }
    }
}
