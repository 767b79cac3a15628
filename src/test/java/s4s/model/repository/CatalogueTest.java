package s4s.model.repository;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.Hashes;
import s4s.model.Nets;

class CatalogueTest {
    @TempDir
    private Path repository;

    private static Catalogue.Entry entry(String result, Catalogue.Source... sources) {
        return new Catalogue.Entry("edm", "EDM", "", "no commerce", List.of(sources), "a clone", "python3 export.py", result);
    }

    private Catalogue.Finding look(Catalogue.Entry entry) throws IOException {
        return new Catalogue(repository, List.of(entry)).look(entry);
    }

    private static Catalogue.Source source(String file, long bytes, String sha256) {
        return new Catalogue.Source(file, "https://example.org/" + file,
                bytes < 0 ? OptionalLong.empty() : OptionalLong.of(bytes), Optional.ofNullable(sha256));
    }

    /** What ships: every entry is complete, and its command writes its result. */
    @Test
    void entriesOfTheRepository() throws IOException {
        Catalogue catalogue = Catalogue.of(Path.of("."));
        assertTrue(catalogue.entries().size() >= 13);
        for (Catalogue.Entry entry : catalogue.entries()) {
            assertTrue(entry.command().contains(entry.result()), entry.name());
            assertFalse(entry.licence().isBlank() || entry.files().isEmpty(), entry.name());
            for (Catalogue.Source source : entry.files()) {
                assertTrue(source.address().startsWith("https://"), entry.name());
                assertTrue(source.sha256().map(h -> h.matches("[0-9a-f]{64}")).orElse(true), entry.name());
                assertTrue(entry.command().contains(Catalogue.DOWNLOADS + "/" + source.file().split("/")[0]), entry.name());
            }
            if (entry.command().startsWith("python3")) {
                assertTrue(Files.exists(Path.of(entry.command().split(" ")[1])), entry.name());
            }
        }
        assertFalse(new Models(Path.of("data/models")).names().contains("catalogue"));
    }

    @Test
    void whatIsMissingIsSaidStepByStep() throws IOException {
        Catalogue.Entry entry = entry("data/models/edm", source("a.pkl", 1234, null), source("b.pkl", -1, null));
        Catalogue.Finding all = look(entry);
        assertEquals(Catalogue.State.MISSING, all.state());
        assertEquals(List.of("licence: no commerce", "get https://example.org/a.pkl as data/downloads/a.pkl (1,234 bytes)",
                "get https://example.org/b.pkl as data/downloads/b.pkl", "run python3 export.py   [needs a clone]"), all.steps());
        Path downloads = Files.createDirectories(repository.resolve(Catalogue.DOWNLOADS));
        Files.write(downloads.resolve("b.pkl"), new byte[3]);
        assertEquals(3, look(entry).steps().size());
        Files.write(downloads.resolve("a.pkl"), new byte[1234]);
        assertEquals(List.of("run python3 export.py   [needs a clone]"), look(entry).steps());
    }

    @Test
    void downloadsAreCheckedByWhatIsPublished() throws IOException {
        Path file = Files.createDirectories(repository.resolve(Catalogue.DOWNLOADS)).resolve("a.pkl");
        Files.write(file, new byte[10]);
        assertTrue(look(entry("data/models/edm", source("a.pkl", 11, null))).line().contains("has 10 bytes, the published"));
        String other = "0".repeat(64);
        assertEquals(Catalogue.State.DAMAGED, look(entry("data/models/edm", source("a.pkl", 10, other))).state());
        assertEquals(Catalogue.State.MISSING, look(entry("data/models/edm", source("a.pkl", 10, Hashes.sha256(file)))).state());
    }

    @Test
    void exportedModelsAreCheckedByTheirHashes() throws IOException {
        Path model = repository.resolve("data/models/edm");
        Nets.copy(Nets.STAND_INS.resolve("edm-small"), model);
        Catalogue.Finding found = look(entry("data/models/edm", source("edm-small.pkl", -1, null)));
        assertEquals(Catalogue.State.PRESENT, found.state());
        assertTrue(found.line().contains("made from edm-small.pkl (no hash is published"), found.line());
        found = look(entry("data/models/edm", source("edm-small.pkl", -1, "0".repeat(64))));
        assertEquals(Catalogue.State.DAMAGED, found.state());
        assertTrue(found.line().contains("was made from another edm-small.pkl than the published one"), found.line());
        Files.write(model.resolve("denoiser.pt"), new byte[3]);
        found = look(entry("data/models/edm", source("edm-small.pkl", -1, null)));
        assertEquals(Catalogue.State.DAMAGED, found.state());
        assertTrue(found.line().contains("denoiser.pt is not the file that card.json describes"), found.line());
    }

    @Test
    void otherFiles() throws IOException {
        Path file = repository.resolve("data/references/x.npz");
        Files.createDirectories(file.getParent());
        Files.write(file, new byte[5]);
        assertEquals(Map.of(Catalogue.State.PRESENT, "data/references/x.npz: sha256 " + Hashes.sha256(file)),
                Map.of(look(entry("data/references/x.npz")).state(), look(entry("data/references/x.npz")).line()));
        Path pt = repository.resolve("data/models/inception.pt");
        Files.createDirectories(pt.getParent());
        Files.copy(Nets.STAND_INS.resolve("inception-small.pt"), pt);
        assertTrue(look(entry("data/models/inception.pt")).line().contains("has no card"));
        Files.copy(Nets.STAND_INS.resolve("inception-small.json"), pt.resolveSibling("inception.json"));
        assertTrue(look(entry("data/models/inception.pt")).line().contains("its weights are random numbers"));
    }
}
