package s4s.docs;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** README.md and the pages of src/site/markdown. */
final class Pages {
    static final Path README = Path.of("README.md");
    static final Path FOLDER = Path.of("src", "site", "markdown");

    private Pages() {
    }

    static String read(String page) throws IOException {
        return Files.readString(FOLDER.resolve(page));
    }

    /** All of them, in order. */
    static List<Path> all() throws IOException {
        try (Stream<Path> pages = Files.list(FOLDER)) {
            return Stream.concat(Stream.of(README), pages.sorted()).toList();
        }
    }
}
