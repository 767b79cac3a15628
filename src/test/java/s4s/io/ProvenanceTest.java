package s4s.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.Table;

class ProvenanceTest {

    @Test
    void jsonRoundTripKeepsTheOrder() {
        Provenance made = Provenance.of("s4s fd --seeds 0-9").with("seeds", "0-9").with("model", "<\"m\">").with("a", 1)
                .note("device", "cpu").took(Duration.ofMillis(1234));
        Provenance read = Provenance.fromJson(made.toJson());
        assertEquals(made, read);
        assertEquals(List.of("seeds", "model", "a"), List.copyOf(read.recipe().keySet()));
        assertEquals("1.2 s", read.sessions().get(0).get("wall time"));
        assertTrue(read.sessions().get(0).get("java").startsWith(System.getProperty("java.version")));
        assertTrue(read.sessions().get(0).get("date").matches("\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ"));
        assertTrue(read.sessions().get(0).get("pytorch").matches("\\d+\\.\\d+.*"));
        assertTrue(read.sessions().get(0).get("djl").matches("\\d+\\.\\d+.*"));
    }

    /** SHA-256 of "abc": FIPS 180-2, appendix B.1. */
    @Test
    void filesAreNamedByTheirBytes(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("weights.bin");
        Files.write(file, "abc".getBytes(StandardCharsets.US_ASCII));
        Provenance made = Provenance.of("x").file("model", file);
        assertEquals("weights.bin", made.recipe().get("model"));
        assertEquals("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
                made.recipe().get("model sha256"));
        assertEquals(made.recipe().get("model sha256"), Hashes.sha256("abc".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void sessionsAddUp() {
        Provenance first = Provenance.of("run 1").with("seeds", "0-9").took(Duration.ofSeconds(100));
        Provenance second = Provenance.of("run 2").with("seeds", "0-9").took(Duration.ofSeconds(25)).continuing(first);
        Table table = second.toTable();
        assertEquals(List.of("what", "value"), table.columnNames());
        assertEquals("seeds", table.stringColumn("what").get(0));
        assertEquals("run 1; run 2", value(table, "command"));
        assertEquals("2 min 05 s", value(table, "wall time"));
        assertEquals("2", value(table, "sessions"));
        assertEquals("seeds was 0-9, now it is 0-5", assertThrows(IllegalArgumentException.class,
                () -> Provenance.of("x").with("seeds", "0-5").continuing(first)).getMessage());
        assertEquals("seeds was 0-9, now it is (not given)", assertThrows(IllegalArgumentException.class,
                () -> Provenance.of("x").continuing(first)).getMessage());
    }

    @Test
    void brokenJsonIsRefused() {
        for (String bad : List.of("", "[]", "{\"recipe\": {}}", "{\"sessions\": [{}]}", "{\"recipe\": {\"a\": []},"
                + "\"sessions\": [{}]}", "not json")) {
            assertThrows(IllegalArgumentException.class, () -> Provenance.fromJson(bad), bad);
        }
    }

    private static String value(Table table, String what) {
        return table.where(table.stringColumn("what").isEqualTo(what)).stringColumn("value").get(0);
    }
}
