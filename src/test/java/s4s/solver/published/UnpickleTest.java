package s4s.solver.published;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.io.JsonFields;
import s4s.metric.Moments;
import s4s.metric.Reference;
import s4s.schedule.Edm;
import s4s.schedule.VpLinear;
import s4s.solver.Solvers;

/** unpickle.py on files that Python's own pickle and zipfile wrote, and on hostile ones. */
class UnpickleTest {

    @TempDir
    private static Path folder;

    private record Result(int code, String out, String err) {}

    private static Result python(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("python3"));
        command.addAll(List.of(arguments));
        Path err = folder.resolve("stderr.txt");
        Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(err).strip());
    }

    private static Result unpickle(String kind, String file) throws IOException, InterruptedException {
        return python("src/main/python/unpickle.py", kind, folder.resolve(file).toString());
    }

    @BeforeAll
    static void makeFiles() throws IOException, InterruptedException {
        try {
            Assumptions.assumeTrue(python("--version").code == 0, "python3 does not run");
        } catch (IOException e) {
            Assumptions.abort("there is no python3");
        }
        Result made = python("src/test/python/make_pickles.py", folder.toString());
        assertEquals(0, made.code, made.err);
    }

    private static Path converted(String kind, String file) throws IOException, InterruptedException {
        Result result = unpickle(kind, file);
        assertEquals(0, result.code, result.err);
        return Files.writeString(folder.resolve(kind + ".json"), result.out);
    }

    @Test
    void dyweightSnapshotBecomesASolver() throws Exception {
        JsonFields entry = JsonFields.read(converted("dyweight", "dyweight.pkl")).objects("solvers").get(0);
        assertArrayEquals(new double[] {1.25, 0}, entry.rows("weights")[0]);          // the mask hides a 9
        assertArrayEquals(new double[] {-0.5, 1.5}, entry.rows("weights")[1]);
        assertArrayEquals(new double[] {0.75}, entry.numbers("time_scale"));
        assertEquals("dyweight-cifar10-nfe1", DyWeight.read(entry.file(), "test").get(0).solver().name());
    }

    @Test
    void ld3CheckpointsBecomeSolvers() throws Exception {
        for (String file : List.of("ld3.pt", "t_steps.pt")) {                         // older kind and zip
            Path json = converted("ld3", file);
            assertArrayEquals(new double[] {80, 2, 0.5, 80, 1.5, 0.5}, JsonFields.read(json).numbers("best_t_steps"));
            assertEquals(1.5, LearnedTimes.read(json, Solvers.named("ddim"), new Edm(), "test").solver().stages().get(1)
                    .evaluateAt(), 1e-12);
        }
    }

    @Test
    void gasCheckpointBecomesASolver() throws Exception {
        JsonFields fields = JsonFields.read(converted("gas", "gas.pt"));
        assertArrayEquals(new double[] {0.5, -0.25}, fields.numbers("mu_logit"));
        assertArrayEquals(new double[][] {{0.125, 0, -0.125}, {1, 2, 3}, {-1, -2, -3}}, fields.rows("coef"));
        assertEquals("gas-1-nfe3", GasCheckpoint.read(small(fields.file()), new VpLinear(), "test").solver().name());
    }

    /** The made-up time offsets are too large for the first step: halves of them are not. */
    private static Path small(Path json) throws IOException {
        return Files.writeString(json, Files.readString(json).replace("-0.125", "0.0"));
    }

    /** Two hundred tensors of one storage of 50 million numbers: it is unpacked once, and only what they show is looked at. */
    @Test
    void manyViewsOfOneStorage() throws Exception {
        Result result = unpickle("tree", "views.pt");
        assertEquals(0, result.code, result.err);
        assertEquals("[" + "[0.0,0.0],".repeat(199) + "[0.0,0.0]]", result.out.replaceAll("\\s", ""));
        assertEquals("[]", unpickle("tree", "marks.pkl").out.strip());
    }

    @ParameterizedTest
    @CsvSource({
        "hostile0.pkl, .system",
        "hostile2.pkl, .system",
        "hostile4.pkl, .system",
        "hostile.pt, .system",
        "hostile-inst.pkl, os system",
        "hostile-eval.pkl, builtins.eval",
        "outside.pt, does not fit its storage",
        "half.pkl, truncated",
        "no-torch.pt, no torch file",
        "beyond.pt, truncated",
        "control.pkl, it calls os.sys tem\\x1b[2J",
        "not-finite.pkl, not finite",
        "nowhere.pkl, No such file",
    })
    void refusesInOneLineAndRunsNothing(String file, String expected) throws Exception {
        Result result = unpickle("tree", file);
        assertEquals(2, result.code, result.err);
        assertEquals("", result.out);
        assertTrue(result.err.lines().count() == 1 && result.err.contains(file) && result.err.contains(expected), result.err);
        assertFalse(Files.exists(folder.resolve("it-ran")));
    }

    /** The refusals above mean something: Python's own reader does run these files. */
    @Test
    void pythonItselfWouldRunThem() throws Exception {
        assertEquals(0, python("-c", "import pickle, sys; pickle.load(open(sys.argv[1], 'rb'))",
                folder.resolve("hostile4.pkl").toString()).code);
        assertTrue(Files.deleteIfExists(folder.resolve("it-ran")));
    }

    /**
     * A reference as EDM2 publishes them. edm2.pkl: numpy 2.4, {@code pickle.dump({"fid": {"mu": array([1, 2, -0.5]), "sigma":
     * array([[2, 0.5, 0], [0.5, 1, 0.25], [0, 0.25, 3]])}, "fd_dinov2": {...}}, file)}.
     */
    @Test
    void momentsOfAPickledReference() throws IOException, InterruptedException {
        Path npz = folder.resolve("edm2.npz");
        Result result = python("src/main/python/unpickle.py", "moments", "src/test/resources/s4s/solver/published/edm2.pkl", "--out",
                npz.toString());
        assertEquals(0, result.code, result.err);
        Moments.Gaussian moments = Reference.read(npz).moments();
        assertArrayEquals(new double[] {1, 2, -0.5}, moments.mean());
        assertArrayEquals(new double[] {0.5, 1, 0.25}, moments.covariance().getRow(1));
        assertArrayEquals(new double[] {0, 0.25, 3}, moments.covariance().getRow(2));
        Result other = python("src/main/python/unpickle.py", "moments", folder.resolve("ld3.pt").toString(), "--out",
                npz.toString());
        assertEquals(2, other.code, other.err);
        assertEquals(1, other.err.lines().count(), other.err);
    }
}
