package s4s.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Profile;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.metric.Extraction;
import s4s.metric.Frechet;
import s4s.metric.Reference;
import s4s.metric.ScriptFeatures;
import s4s.model.Nets;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** A benchmark in the paper profile, with small random networks where the papers' would be. */
class PaperProfileTest {
    private static final String FEATURES = "inception-nvidia/inception";

    @TempDir
    private Path repository;

    private Path models;

    @BeforeEach
    void layOut() throws IOException {
        models = repository.resolve("data/models");
        Nets.copy(Nets.STAND_INS.resolve("edm-small"), models.resolve("edm-cifar10-32x32-uncond-vp"));
        Files.createDirectories(models.resolve("inception-nvidia"));
        Files.copy(Nets.STAND_INS.resolve("inception-small.pt"), models.resolve(FEATURES + ".pt"));
        Files.copy(Nets.STAND_INS.resolve("inception-small.json"), models.resolve(FEATURES + ".json"));
        byte[] pixels = new byte[20 * 192];
        IntStream.range(0, pixels.length).forEach(i -> pixels[i] = (byte) (i * 37 % 251));
        ImageSet images = ImageSet.of(pixels, 8, 8, "ramp");
        try (ScriptFeatures features = ScriptFeatures.load(models.resolve(FEATURES + ".pt"), Device.cpu());
                NDManager manager = NDManager.newBaseManager()) {
            Files.createDirectories(repository.resolve("data/references"));
            new Reference(Extraction.moments(features, images, manager), Reference.About.UNKNOWN)
                    .write(repository.resolve("data/references/cifar10-32x32.npz"));
        }
    }

    private Workbench open() throws IOException {
        return Workbench.open(repository, Benchmarks.ofRepository().named("cifar10", Profile.PAPER));
    }

    /** The distance of a table's row is that of its images, measured by the command that scores any folder of images. */
    @Test
    void tablesAreOfTheProfilesNetworks() throws IOException {
        try (Workbench bench = open(); NDManager manager = NDManager.newBaseManager()) {
            assertEquals("FD (random inception)", bench.metric());
            Table table = bench.measure(12, List.of(GridType.LOGSNR), List.of(5), done -> {});
            assertEquals(10, table.rowCount());
            Reference reference = Reference.read(repository.resolve("data/references/cifar10-32x32.npz"));
            for (String solver : List.of("ddim", "dpmpp-3m")) {
                Row row = table.where(table.stringColumn("solver").isEqualTo(solver)).iterator().next();
                ImageSet drawn = bench.draw(bench.solver(solver, "logsnr", 5), 12, done -> {});
                double expected = Frechet.distance(Extraction.moments(bench.features(), drawn, manager), reference.moments());
                assertEquals(expected, row.getDouble("fd"), 1e-6 * (1 + expected));
                assertTrue(Double.isNaN(row.getDouble("perceptual")) && row.getDouble("rmse") > 0);
            }
            String recipe = bench.provenance("test", 12).recipe().toString();
            assertTrue(recipe.contains("FD (random inception)") && recipe.contains("cifar10-32x32.npz")
                    && recipe.contains("edm-cifar10-32x32-uncond-vp"), recipe);
        }
    }

    @Test
    void aPublishedModelSaysWhatItWasMadeFrom() throws IOException {
        try (Workbench bench = open()) {
            assertTrue(bench.model().stringColumn(1).asList().contains("edm-small.pkl (sha256 b8d00926af4a6a01...)"));
            assertEquals(0, bench.quality().rowCount());
            assertFalse(bench.metric().equals("FID"));
        }
    }

    @Test
    void whatIsMissingIsNamed() throws IOException {
        Files.delete(repository.resolve("data/references/cifar10-32x32.npz"));
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("cifar10-32x32.npz: s4s doctor --profile"));
        Files.delete(models.resolve(FEATURES + ".pt"));
        assertTrue(assertThrows(IOException.class, this::open).getMessage().contains("inception.pt: s4s doctor --profile"));
    }

    @Test
    void momentsOfOtherFeaturesAreRefused() throws IOException {
        Path file = repository.resolve("data/references/cifar10-32x32.npz");
        Reference read = Reference.read(file);
        new Reference(read.moments(), new Reference.About("other", "hash", "data", "hash")).write(file);
        assertTrue(assertThrows(IllegalArgumentException.class, this::open).getMessage().contains("was made with other"));
    }
}
