package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code s4s verify}: table, last line and exit code. */
class VerifyCommandTest {

    private static final Path VECTORS = Path.of("src/test/resources/golden/vectors");

    private static String lastLine(String text) {
        return text.lines().reduce("", (before, line) -> line);
    }

    @Test
    void tableAndLastLine() {
        String out = ok("verify", VECTORS.toString(), "--only", "d8/ldm/.*(unipc3_bh2|_vary_)").out();
        assertTrue(out.lines().anyMatch(line -> line.matches("unipc3_bh2_ld3 +6 +6 +\\d\\.\\de-1\\d *")), out);
        assertTrue(out.lines().anyMatch(line -> line.matches("unipc2_vary_off +2 +0 +2: .*order 1")), out);
        assertTrue(lastLine(out).matches("\\d+ passed, 0 failed, 4 skipped"), out);
    }

    @Test
    void failuresAreListed() {
        Answer answer = Answer.of("verify", VECTORS.toString(), "--only", "d8/vplin/ddim_ld3/logSNR", "--tolerance", "1e-30");
        assertEquals(1, answer.code(), answer.err());
        assertTrue(answer.out().contains("shared/d8/vplin/ddim_ld3/logSNR/nfe6: error "), answer.out());
        assertEquals("0 passed, 1 failed, 0 skipped", lastLine(answer.out()));
    }

    @Test
    void foldersThatAreNone(@TempDir Path folder) throws IOException {
        refuses("no such folder", "verify", folder.resolve("nowhere").toString());
        refuses("index.json", "verify", folder.toString());
        Files.writeString(folder.resolve("index.json"), "[1, 2");
        refuses("index.json", "verify", folder.toString());
        try (Stream<Path> files = Files.list(VECTORS)) {
            for (Path file : files.toList()) {
                byte[] bytes = Files.readAllBytes(file);
                boolean cut = file.endsWith("traj_d8_edm.npz");
                Files.write(folder.resolve(file.getFileName()), cut ? Arrays.copyOf(bytes, bytes.length / 2) : bytes);
            }
        }
        refuses("traj_d8_edm.npz", "verify", folder.toString());
        refuses("tolerance", "verify", VECTORS.toString(), "--tolerance", "-1");
        refuses("say what to measure", "bench");
    }
}
