package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.image.ImageSet;
import s4s.io.ResultsFile;
import s4s.learn.Families;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Recipe;
import s4s.learn.Teacher;
import s4s.learn.TeacherStore;
import s4s.metric.Extraction;
import s4s.metric.Features;
import s4s.metric.Frechet;
import s4s.metric.Reference;
import s4s.metric.ScriptFeatures;
import s4s.model.Convolutions;
import s4s.model.DiffusionModel;
import s4s.model.Nets;
import s4s.model.repository.Models;
import s4s.solver.data.SolverFile;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

/** Everything for a model of the user's own, which no benchmark knows: exported networks in a folder outside the repository. */
class OwnModelTest {
    private static final String USUAL = "teacher unipc-3-bh1";

    @TempDir
    Path folder;

    private String model;

    @BeforeEach
    void export() throws IOException {
        Nets.copy(Nets.STAND_INS.resolve("edm-small"), folder.resolve("my-faces"));
        Nets.copy(Nets.FOLDER.resolve("edm-classes"), folder.resolve("my-classes"));
        model = folder.resolve("my-faces").toString();
    }

    /** The pairs are what s4s sample draws with the same solver and seeds, before it rounds to 8 bits. */
    @Test
    void theTeacherIsWhatSampleDraws() throws IOException {
        String pairs = folder.resolve("pairs").toString();
        Answer said = ok("teacher", "--model", model, "--pairs", "3", "--out", pairs);
        assertEquals("s4s: no benchmark has the model " + model + ": " + USUAL + " logsnr 20 NFE, conditions none, guidance 1.0",
                said.err().strip());
        assertSame(pairs, model, "--solver", "unipc-3-bh1", "--grid", "logsnr", "--nfe", "20");
        String other = folder.resolve("other").toString();
        ok("teacher", "--model", model, "--teacher", "dpmpp-2m,edm,9", "--pairs", "3", "--out", other);
        assertSame(other, model, "--solver", "dpmpp-2m", "--grid", "edm", "--nfe", "9");
        refuses("give it without --solver", "teacher", "--model", model, "--teacher", "ddim,edm,9", "--nfe", "4", "--out", other);
        refuses("a teacher is SOLVER,GRID,NFE, for instance unipc-3-bh1,logsnr,20, not 'ddim'", "teacher", "--model", model,
                "--teacher", "ddim", "--out", other);
    }

    /** All classes in turn, or those of a list, guided; sample names them one by one. */
    @Test
    void conditionsAreAskedForBySeed() throws IOException {
        String classes = folder.resolve("my-classes").toString();
        String teacher = "ddim,edm,4";
        String[] drawn = {"--solver", "ddim", "--grid", "edm", "--nfe", "4"};
        String all = folder.resolve("all").toString();
        assertTrue(ok("teacher", "--model", classes, "--teacher", teacher, "--guidance", "2", "--pairs", "3", "--out", all).err()
                .contains("conditions class, guidance 2.0"));
        assertSame(all, classes, with(drawn, "--balanced", "--guidance", "2"));
        Path list = Files.writeString(folder.resolve("list.txt"), "2\n0\n");
        String some = folder.resolve("some").toString();
        ok("teacher", "--model", classes, "--teacher", teacher, "--conditions", list.toString(), "--pairs", "3", "--out", some);
        assertSame(some, classes, with(drawn, "--prompts", list.toString()));
        String none = folder.resolve("none").toString();
        ok("teacher", "--model", classes, "--teacher", teacher, "--conditions", "none", "--pairs", "3", "--out", none);
        assertSame(none, classes, drawn);
        refuses("guidance 2.0 needs conditions", "teacher", "--model", model, "--guidance", "2", "--out", none + "2");
        refuses("there are no conditions 'classes'", "teacher", "--model", classes, "--conditions", "classes", "--out", none + "2");
        refuses("is drawn from by class, not by --conditions text", "teacher", "--model", classes, "--conditions", "text", "--out", none + "2");
    }

    private static String[] with(String[] some, String... more) {
        return Stream.of(some, more).flatMap(Stream::of).toArray(String[]::new);
    }

    private void assertSame(String pairs, String model, String... drawn) throws IOException {
        Path images = folder.resolve("drawn.npz");
        Files.deleteIfExists(images);
        ok(with(new String[] {"sample", "--model", model, "--seeds", "1000000-1000002", "--out", images.toString()}, drawn));
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray samples = TeacherStore.open(Path.of(pairs)).pairs().samples(manager, 0, 3);
            byte[] expected = ImageSet.of(samples.toFloatArray(), (int) samples.getShape().get(2),
                    (int) samples.getShape().get(3), "pairs").head(3).pixels();
            assertArrayEquals(expected, ImageSet.read(images).pixels());
        }
    }

    @Test
    void learnsWithoutABenchmark() throws IOException {
        Convolutions.assumeRightGradients();
        Path file = folder.resolve("s.json");
        Answer said = ok("learn", "--model", model, "--family", "s4s-joint", "--nfe", "3", "--pairs", "12", "--validation", "8",
                "--steps", "3", "--out", file.toString());
        assertTrue(said.err().contains("s4s: no benchmark has the model " + model + ": teacher unipc-3-bh1,logsnr,20, start"
                + " dpmpp-3m on logsnr, distance l2, conditions none, guidance 1.0"), said.err());
        SolverFile learned = SolverFile.read(file);
        assertEquals("l2", learned.provenance().recipe().get("distance"));
        assertTrue(learned.provenance().recipe().get("teacher").startsWith("unipc-3-bh1, 20 NFE"));
        String[] losses = learned.provenance().recipe().get("validation loss").split(", the start's ");
        assertTrue(Double.parseDouble(losses[0]) < Double.parseDouble(losses[1]), String.join(" ", losses));

        ok("learn", "--model", model, "--family", "s4s-lms", "--nfe", "3", "--pairs", "4", "--validation", "4", "--steps", "1",
                "--teacher", "ddim,edm,8", "--grid", "edm", "--distance", "l1", "--out", file.toString());
        assertEquals("l1", SolverFile.read(file).provenance().recipe().get("distance"));
        assertTrue(SolverFile.read(file).provenance().recipe().get("teacher").startsWith("ddim, 8 NFE"));
        assertEquals("edm", SolverFile.read(file).provenance().recipe().get("grid"));
    }

    /** The same numbers from Java as from the command line. */
    @Test
    void javaLearnsInTenLines() throws IOException {
        Convolutions.assumeRightGradients();
        Path file = folder.resolve("s.json");
        ok("learn", "--model", model, "--family", "s4s-lms", "--nfe", "3", "--pairs", "8", "--validation", "4", "--out",
                file.toString());
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel network = Models.load(folder.resolve("my-faces"), 1, manager);
            LearningTask task = LearningTask.draw(manager, network, Teacher.usual(), NamedDistance.l2(), 8, 4);
            Recipe.Result result = Recipe.usual(Families.S4S_LMS, 3).withPairs(8, 4).learn(task);
            assertEquals(SolverFile.read(file).solver(), result.file().solver());
        }
    }

    /** A table of distances to the teacher's images, and with moments of real images also Frechet distances. */
    @Test
    void tablesNeedNoReference() throws IOException {
        Path csv = folder.resolve("t.csv");
        Answer bare = ok("benchmark", "--model", model, "--only", "5-logsnr", "--images", "12", "--out", csv.toString());
        List<String> lines = bare.err().strip().lines().filter(line -> line.startsWith("s4s: ")).toList();
        assertEquals(2, lines.size(), bare.err());
        assertTrue(lines.get(0).endsWith("teacher unipc-3-bh1,logsnr,20, 12 images, conditions none, guidance 1.0"), lines.get(0));
        assertTrue(lines.get(1).contains("distances to the teacher's images alone; give their moments by --reference"));
        Table table = ResultsFile.read(csv).table();
        assertEquals(10, table.doubleColumn("fd").countMissing());
        assertTrue(table.doubleColumn("rmse").min() > 0);

        Path script = Nets.STAND_INS.resolve("inception-small.pt");
        Path moments = folder.resolve("moments.npz");
        try (ScriptFeatures features = ScriptFeatures.load(script, Device.cpu()); NDManager manager = NDManager.newBaseManager()) {
            byte[] pixels = new byte[20 * 192];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) (i * 37 % 251);
            }
            ImageSet real = ImageSet.of(pixels, 8, 8, "ramp");
            new Reference(Extraction.moments(features, real, manager), Reference.About.of(features, real)).write(moments);
            Path other = folder.resolve("u.csv");
            refuses("does not name a feature network of", "benchmark", "--model", model, "--images", "12", "--reference",
                    moments.toString(), "--out", other.toString());
            ok("benchmark", "--model", model, "--only", "5-logsnr", "--images", "12", "--reference", moments.toString(),
                    "--features", script.toString(), "--out", other.toString());
            Row row = row(ResultsFile.read(other).table(), "dpmpp-3m");
            assertEquals(row(table, "dpmpp-3m").getDouble("rmse"), row.getDouble("rmse"));
            assertEquals(distance(features, Reference.read(moments), manager), row.getDouble("fd"), 1e-9 * row.getDouble("fd"));
        }
    }

    private double distance(Features features, Reference real, NDManager manager) throws IOException {
        Path images = folder.resolve("twelve.npz");
        ok("sample", "--model", model, "--solver", "dpmpp-3m", "--nfe", "5", "--seeds", "0-11", "--out", images.toString());
        return Frechet.distance(Extraction.moments(features, ImageSet.read(images), manager), real.moments());
    }

    private static Row row(Table table, String solver) {
        return table.where(table.stringColumn("solver").isEqualTo(solver)).iterator().next();
    }

    @Test
    void learnedSolversOfAnyFolderAreMeasured() throws IOException {
        Convolutions.assumeRightGradients();
        Path solvers = Files.createDirectories(folder.resolve("solvers"));
        ok("learn", "--model", model, "--family", "s4s-lms", "--nfe", "3", "--pairs", "4", "--validation", "4", "--steps", "1",
                "--out", solvers.resolve("s.json").toString());
        Path csv = folder.resolve("t.csv");
        ok("benchmark", "--model", model, "--learned", "--solvers", solvers.toString(), "--images", "4", "--out", csv.toString());
        assertEquals("s4s-lms dpmpp-3m", ResultsFile.read(csv).table().stringColumn("solver").get(0));
    }

    /** A seventh benchmark is a file, wherever it is, with a model beside it. */
    @Test
    void aBenchmarkIsAFile() throws IOException {
        Path file = Files.writeString(folder.resolve("faces.json"), """
                {
                  "space": "pixel",
                  "teacher": "dpmpp-2m,logsnr,8",
                  "grids": ["edm"],
                  "nfe": [4],
                  "model": "my-faces",
                  "images": 12,
                  "block": 4
                }
                """);
        Path csv = folder.resolve("t.csv");
        ok("benchmark", "--benchmark", file.toString(), "--out", csv.toString());
        Table table = ResultsFile.read(csv).table();
        assertEquals(11, table.rowCount());
        assertEquals("8", table.where(table.stringColumn("solver").isEqualTo("teacher")).getString(0, "nfe"));
        assertEquals(0, row(table, "teacher").getDouble("rmse"), 1e-6);
        String pairs = folder.resolve("pairs").toString();
        assertTrue(ok("teacher", "--benchmark", file.toString(), "--pairs", "2", "--out", pairs).out()
                .contains("teacher dpmpp-2m logsnr 8 NFE"));
        refuses("it is a benchmark of the profile mini alone", "benchmark", "--benchmark", file.toString(), "--profile", "paper");
    }
}
