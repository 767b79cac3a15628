package s4s.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.function.Executable;
import s4s.io.BadFileException;

/** What the tests of this package share. */
public final class Resources {
    private Resources() {
    }

    /** A file that make_vectors.py wrote with numpy and Pillow. */
    public static Path resource(String name) {
        try {
            return Path.of(Resources.class.getResource(name).toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The action must fail with one line that holds each of the parts. */
    public static void assertRefused(Executable action, String... parts) {
        assertOneLine(assertThrows(BadFileException.class, action).getMessage(), parts);
    }

    /** The action must fail with one line that holds each of the parts. */
    public static void assertIllegal(Executable action, String... parts) {
        assertOneLine(assertThrows(IllegalArgumentException.class, action).getMessage(), parts);
    }

    private static void assertOneLine(String message, String... parts) {
        assertEquals(1, message.lines().count(), message);
        for (String part : List.of(parts)) {
            assertTrue(message.contains(part), () -> "'" + part + "' is not in: " + message);
        }
    }
}
