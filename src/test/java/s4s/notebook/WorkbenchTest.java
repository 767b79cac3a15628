package s4s.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Profile;
import s4s.benchmark.Scores;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.io.Progress;
import s4s.io.ResultsFile;
import s4s.learn.Families;
import s4s.learn.Plan;
import s4s.learn.Recipe;
import s4s.learn.Teacher;
import s4s.metric.Extraction;
import s4s.metric.Reference;
import s4s.metric.ScriptFeatures;
import s4s.model.Conditions;
import s4s.model.DiffusionModel;
import s4s.model.TinyRepository;
import s4s.model.repository.Models;
import s4s.sampling.Sampling;
import s4s.solver.Method;
import s4s.solver.Multistep;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import tech.tablesaw.api.Table;

/** What notebooks do, with a latent model by class. */
class WorkbenchTest {
    @TempDir
    Path folder;

    @BeforeEach
    void models() throws IOException {
        TinyRepository.write(folder);
    }

    @Test
    void aMethodOfOnesOwnHasAName() throws IOException {
        try (Workbench bench = Workbench.open(folder, Benchmarks.ofRepository().named("imagenet256"))) {
            Method euler = Method.of("mine", Prediction.NOISE, Multistep.steps((t, i, y, e) -> y.plus(e.get(0).times(t.step(i)))));
            assertThrows(IllegalArgumentException.class, () -> bench.solver("mine"));
            bench.add(Method.of("mine", Prediction.NOISE, t -> {}));
            bench.add(euler);
            assertEquals(bench.solver("ddim", "edm", 4).stages(), bench.solver("mine", "edm", 4).stages());
            assertEquals(bench.solver("ddim").stages(), bench.solver("mine").stages());
            assertEquals("s4s-lms-mine-edm-nfe3", Recipe.usual(Families.S4S_LMS, euler, GridType.EDM, 3).name());
        }
    }

    @Test
    void drawsMeasuresAndLearns() throws IOException {
        try (Workbench bench = Workbench.open(folder, Benchmarks.ofRepository().named("imagenet256"))) {
            Solver solver = bench.solver("dpmpp-2m", "time-uniform", 3);
            ImageSet pictures = bench.draw(solver, 5, done -> {});
            assertEquals("5 images of 8x8 from dpmpp-2m", pictures.toString());
            assertEquals(List.of("cat", "dog", "cow", "cat", "dog"), bench.conditions(5));
            assertArrayEquals(alone("dog", 4, solver), Arrays.copyOfRange(pictures.floats(0, 5), 4 * 192, 5 * 192), 0.01f);

            Map<String, Solver> two = new LinkedHashMap<>();
            two.put("few", solver);
            two.put("teacher", bench.teacher());
            Table scores = bench.compare(20, two, done -> {});
            assertEquals(10, scores.intColumn("NFE").get(1));
            assertEquals(0, scores.doubleColumn("RMS difference to teacher").get(1), 1e-6);
            assertTrue(scores.doubleColumn("RMS difference to teacher").get(0) > 1e-4, scores.toString());

            LearningBench learning = bench.learning(12, 8, Progress.none());
            Recipe recipe = Recipe.usual(Families.S4S_LMS, "dpmpp-2m", GridType.TIME_UNIFORM, 3)
                    .with(Plan.gaussNewton(3), "3 steps");
            Map<String, String> made = learning.learn("S4S", recipe, Progress.none()).file().provenance().recipe();
            assertEquals("l2 of latents", made.get("distance"));
            assertEquals("class seed mod 3, guidance 2.0", made.get("conditions"));
            Teacher other = new Teacher(Solvers.named("ddim"), GridType.TIME_UNIFORM, 6);
            LearningBench perceptual = bench.learning(other, "perceptual", 8, 8, Progress.none());
            Recipe.Result result = perceptual.learn("S4S", recipe, Progress.none());
            assertEquals("perceptual (features64)", result.file().provenance().recipe().get("distance"));
            assertTrue(result.learned().validation() <= result.learned().history().get(0).validation());
            assertThrows(IllegalArgumentException.class, () -> bench.learning(other, "lpips", 8, 8, Progress.none()));

            assertEquals("class seed mod 3, guidance 2.0", bench.provenance("test", 20).recipe().get("conditions"));
            assertTrue(bench.model().stringColumn("network").contains("draws"));
            assertEquals(0.75, bench.classAccuracy().doubleColumn("class found").get(0));
            assertEquals(3, bench.quality().rowCount());

            Table stored = Scores.table();
            score(stored, "ddim", "edm", 3, 7);
            score(stored, "dpmpp-2m", "time-uniform", 3, 6);
            score(stored, "ddim", "time-uniform", 4, 5);
            Path csv = folder.resolve("data/results/imagenet-mini.csv");
            Files.createDirectories(csv.getParent());
            score(stored, "teacher", "time-quadratic", 3, 1);
            ResultsFile.open(csv, Scores.table(), bench.provenance("test", 20)).replace(stored);
            assertEquals(3, bench.results().table().rowCount());
            assertEquals(1.0, bench.teacherScore().row(0).getDouble("fd"));
            assertEquals(solver, bench.bestFixed(3));
            assertThrows(IllegalArgumentException.class, () -> bench.bestFixed(5));
        }
    }

    /** Published networks: what their cards do not say is not shown. */
    @Test
    void paperProfile() throws IOException {
        Path nets = Path.of("src/test/resources/nets");
        Path data = folder.resolve("data");
        Path model = Files.createDirectories(data.resolve("models/ldm-imagenet256"));
        try (Stream<Path> files = Files.list(nets.resolve("ldm-small"))) {
            for (Path file : files.toList()) {
                Files.copy(file, model.resolve(file.getFileName()));
            }
        }
        Path inception = Files.createDirectories(data.resolve("models/inception-nvidia"));
        Files.copy(nets.resolve("nvidia-small.pt"), inception.resolve("inception.pt"));
        Files.copy(nets.resolve("nvidia-small.json"), inception.resolve("inception.json"));
        try (NDManager manager = NDManager.newBaseManager();
                ScriptFeatures features = ScriptFeatures.load(inception.resolve("inception.pt"), Device.cpu())) {
            ImageSet images = ImageSet.of(new byte[4 * 3 * 64], 8, 8, "black");
            new Reference(Extraction.moments(features, images, manager), Reference.About.of(features, images))
                    .write(Files.createDirectories(data.resolve("references")).resolve("imagenet256.npz"));
        }
        try (Workbench bench = Workbench.open(folder, Benchmarks.ofRepository().named("imagenet256", Profile.PAPER))) {
            assertEquals(List.of("0", "1", "2"), bench.conditions(3));
            assertEquals(0, bench.classAccuracy().rowCount());
            assertEquals(0, bench.quality().rowCount());
            assertTrue(bench.model().stringColumn(0).contains("made from"));
            assertEquals(2, bench.draw(bench.teacher(), 2, done -> {}).count());
            assertTrue(bench.metric().startsWith("FD ("), bench.metric());
        }
    }

    private static void score(Table table, String solver, String grid, int nfe, double fd) {
        Object[] values = {solver, grid, nfe, 20, 20, fd, fd, 0.0, 0.0, 0.0};
        for (int c = 0; c < values.length; c++) {
            table.column(c).appendObj(values[c]);
        }
    }

    /** The image of a class and seed, by the network itself. */
    private float[] alone(String name, long seed, Solver solver) throws IOException {
        Models models = new Models(folder.resolve("data/models"));
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel model = models.load("imagenet-mini", manager).given(Conditions.inTurn(name, List.of(name)), 2);
            NDArray latent = Sampling.images(manager, model, solver, new long[] {seed}, 1);
            return ImageSet.of(model.decoder().decode(latent).toFloatArray(), 8, 8, "x").floats(0, 1);
        }
    }

    @Test
    void aModelOfAnotherKindIsRefused() throws IOException {
        Path models = folder.resolve("data/models");
        Files.move(models.resolve("imagenet-mini"), models.resolve("ms-coco-mini"));
        String message = assertThrows(IOException.class, () ->
                Workbench.open(folder, Benchmarks.ofRepository().named("ms-coco"))).getMessage();
        assertEquals("the benchmark ms-coco needs a model of latent, condition text; 'ms-coco-mini' is of latent, condition"
                + " class", message);
    }
}
