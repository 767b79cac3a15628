package s4s.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.files.Resources.assertRefused;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ClaimTest {
    private static final String TAKEN = "is being written by another process";

    @TempDir
    private Path folder;

    /** Another process: claims a folder, says so and waits. */
    static final class Other {
        private Other() {}

        /** @param args the folder */
        public static void main(String[] args) throws IOException {
            try (Claim claim = Claim.ofFolder(Path.of(args[0]))) {
                System.out.println("claimed");
                System.in.read();
            }
        }
    }

    @Test
    void oneAtATimeInOneProgram() throws IOException {
        Path out = folder.resolve("a/out");
        try (Claim claim = Claim.ofFolder(out)) {
            assertRefused(() -> Claim.ofFolder(out).close(), "out", TAKEN);
            Claim.ofFolder(folder.resolve("a/other")).close();
            Files.writeString(out.resolve("result"), "");
        }
        Claim.ofFolder(out).close();
        try (var left = Files.list(out)) {
            assertEquals(List.of(out.resolve("result")), left.toList());
        }
        Path file = folder.resolve("b/x.csv");
        try (Claim claim = Claim.ofFile(file)) {
            assertRefused(() -> Claim.ofFile(file).close(), "x.csv", TAKEN);
            Claim.ofFile(folder.resolve("b/y.csv")).close();
        }
        Claim.ofFile(file).close();
        assertFalse(Files.exists(folder.resolve("b/.x.csv.lock")));
    }

    @Test
    void anEmptyFolderIsNotLeftBehindButALinkIs() throws IOException {
        Claim.ofFolder(folder.resolve("new")).close();
        assertFalse(Files.exists(folder.resolve("new")));
        Files.createDirectory(folder.resolve("there"));
        Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("there"));
        Claim.ofFolder(link).close();
        assertTrue(Files.isDirectory(link));
        assertRefused(() -> Claim.ofFolder(Files.writeString(folder.resolve("file"), "")), "is a file where a folder is needed");
    }

    /** A refused claim leaves the one that stands, also under another name of the folder and towards other processes. */
    @Test
    void aRefusalHereLeavesTheClaim() throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        try (Claim claim = Claim.ofFolder(out)) {
            assertRefused(() -> Claim.ofFolder(out).close(), TAKEN);
            assertRefused(() -> Claim.ofFolder(Files.createSymbolicLink(folder.resolve("link"), out)).close(), TAKEN);
            Process other = other(out).redirectErrorStream(true).start();
            other.getOutputStream().close();
            String said = new String(other.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertEquals(1, other.waitFor(), said);
            assertTrue(said.contains(TAKEN), said);
        }
    }

    private static ProcessBuilder other(Path out) {
        return new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-cp",
                System.getProperty("java.class.path"), Other.class.getName(), out.toString());
    }

    /** The lock is the operating system's: whatever ends its process ends it. */
    @Test
    void aKilledProcessLosesItsClaim() throws IOException, InterruptedException {
        Path out = folder.resolve("out");
        Process other = other(out).redirectError(ProcessBuilder.Redirect.INHERIT).start();
        try (BufferedReader said = new BufferedReader(new InputStreamReader(other.getInputStream()))) {
            assertEquals("claimed", said.readLine());
            assertRefused(() -> Claim.ofFolder(out).close(), TAKEN);
        } finally {
            other.destroyForcibly().waitFor();
        }
        assertTrue(Files.exists(out.resolve(".lock")), "a kill cleans nothing up");
        Claim.ofFolder(out).close();
        assertFalse(Files.exists(out));
    }
}
