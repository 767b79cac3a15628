package s4s.solver.published;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.Golden;
import s4s.io.BadFileException;
import s4s.model.GaussianMixture;
import s4s.sampling.Executor;
import s4s.sampling.Program;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Prediction;
import s4s.solver.Solvers;
import s4s.solver.data.SolverDiff;
import s4s.solver.data.SolverFile;

/** Imports of GAS and LD3 against a sample of GAS's own code and against LD3's formulas in x. */
class LearnedSolversTest {

    private static final Path GAS = Path.of("src/test/resources/import/gas.json");
    private static final NoiseSchedule VP = new VpLinear();

    @TempDir
    private Path folder;

    private static double[] run(SolverFile file, double[] z) {
        GaussianMixture model = Golden.mixture("d8", VP, Prediction.NOISE);
        try (NDManager manager = NDManager.newBaseManager()) {
            return Executor.run(Program.of(file.on(VP), VP, Prediction.NOISE), model,
                    manager.create(z, new Shape(z.length / 8, 8, 1, 1))).toDoubleArray();
        }
    }

    @Test
    void gasIsTheOfficialSample() throws IOException {
        JsonObject reference = new Gson().fromJson(Files.readString(GAS), JsonObject.class);
        SolverFile file = GasCheckpoint.read(GAS, VP, "test");
        assertEquals("gas-4-nfe6", file.solver().name());
        assertEquals(6, file.solver().evaluations());
        Golden.assertClose(Golden.numbers(reference.getAsJsonArray("x")), run(file, Golden.numbers("noise", "d8")), 1e-9,
                "gas");
        double[] uniform = GasCheckpoint.times(Golden.numbers(reference.getAsJsonArray("uniform_mu_logit_N4")), 1e-3);
        assertArrayEquals(new double[] {1, 0.75025, 0.5005, 0.25075, 0.001}, uniform, 1e-9);
    }

    /** The official sample again, from a network that knows no alpha. */
    @Test
    void gasRunsOnEdmNetworksToo() throws IOException {
        SolverFile file = GasCheckpoint.readForEdm(GAS, VP, "test");
        assertEquals(6, file.solver().evaluations());
        double[] z = Golden.numbers("noise", "d8");
        GaussianMixture model = Golden.mixture("d8", new Edm(), Prediction.DATA);
        try (NDManager manager = NDManager.newBaseManager()) {
            double[] x = Executor.run(Program.of(file.on(new Edm()), new Edm(), Prediction.DATA), model,
                    manager.create(z, new Shape(z.length / 8, 8, 1, 1))).toDoubleArray();
            JsonObject reference = new Gson().fromJson(Files.readString(GAS), JsonObject.class);
            Golden.assertClose(Golden.numbers(reference.getAsJsonArray("x")), x, 1e-9, "gas for EDM");
        }
    }

    @Test
    void gasRefusals() throws IOException {
        String good = Files.readString(GAS);
        refuses("coef must be", good.replaceFirst("\\[\\s*\\[", "[[1, "), path -> GasCheckpoint.read(path, VP, "test"));
        refuses("mu_logit is missing", "{}", path -> GasCheckpoint.read(path, VP, "test"));
    }

    @Test
    void ld3TimesAloneAreTheMethodOnThatGrid() throws IOException {
        double[] times = {1, 0.7, 0.3, 0.1, 0.001};
        Path path = Files.writeString(folder.resolve("t.json"), "{\"times\": " + Arrays.toString(times) + "}");
        double[] sigmas = Arrays.stream(times).map(VP::sigma).toArray();
        for (String name : new String[] {"unipc-3-bh2", "ipndm-4", "dpmpp-3m"}) {
            SolverFile file = LearnedTimes.read(path, Solvers.named(name), VP, "test");
            assertEquals("ld3-" + name + "-nfe4", file.solver().name());
            assertTrue(SolverDiff.of(file.solver(), Solvers.named(name).build(sigmas)).same());
        }
    }

    /** DPM-Solver++ 2M in x, with data converted at the time that the network is asked at, in plain loops. */
    @Test
    void ld3DecoupledTimesConvertWhereTheyAsk() throws IOException {
        double[] t = {1, 0.7, 0.3, 0.1, 0.001};
        double[] asked = {1, 0.68, 0.31, 0.12, 0.001};
        Path path = Files.writeString(folder.resolve("c.json"), "{\"params1\": [1], \"best_t_steps\": "
                + (Arrays.toString(t) + Arrays.toString(asked)).replace("][", ", ") + "}");
        double[] z = Golden.numbers("noise", "d8");
        double[] x = z.clone();
        GaussianMixture model = Golden.mixture("d8", VP, Prediction.NOISE);
        double[][] data = new double[4][x.length];
        try (NDManager manager = NDManager.newBaseManager()) {
            for (int i = 0; i < 4; i++) {
                double[] noise = model.predict(manager.create(x, new Shape(x.length / 8, 8, 1, 1)),
                        manager.create(new double[] {asked[i]})).toDoubleArray();
                double h = lambda(t[i + 1]) - lambda(t[i]);
                double r = i == 0 ? 1 : (lambda(t[i]) - lambda(t[i - 1])) / h;
                double phi = alpha(t[i + 1]) * Math.expm1(-h);
                boolean second = i > 0 && i < 3;                     // lower order at the end
                for (int n = 0; n < x.length; n++) {
                    data[i][n] = (x[n] - sigma(asked[i]) * noise[n]) / alpha(asked[i]);
                    x[n] = sigma(t[i + 1]) / sigma(t[i]) * x[n] - phi * data[i][n]
                            - (second ? phi / 2 * (data[i][n] - data[i - 1][n]) / r : 0);
                }
            }
        }
        SolverFile file = LearnedTimes.read(path, Solvers.named("dpmpp-2m"), VP, "test");
        Golden.assertClose(x, run(file, z), 1e-11, "ld3");
        assertEquals(4, file.solver().evaluations());
    }

    private static double alpha(double t) {
        return Math.exp(-t * t * 19.9 / 4 - t * 0.1 / 2);
    }

    private static double sigma(double t) {
        return Math.sqrt(1 - alpha(t) * alpha(t));
    }

    private static double lambda(double t) {
        return Math.log(alpha(t) / sigma(t));
    }

    @Test
    void ld3Refusals() throws IOException {
        Read read = path -> LearnedTimes.read(path, Solvers.named("ddim"), VP, "test");
        refuses("times is missing", "{}", read);
        refuses("must decrease", "{\"times\": [1, 0.5, 0.6]}", read);
        refuses("decoupled has 2 times, the grid has 3", "{\"times\": [1, 0.5, 0.1], \"decoupled\": [1, 0.5]}", read);
        refuses("best_t_steps has 3", "{\"best_t_steps\": [1, 0.5, 0.1]}", read);
    }

    private interface Read {
        SolverFile of(Path path) throws IOException;
    }

    private void refuses(String expected, String text, Read read) throws IOException {
        Path path = Files.writeString(folder.resolve("bad.json"), text);
        String message = assertThrows(BadFileException.class, () -> read.of(path), expected).getMessage();
        assertTrue(message.contains("bad.json") && message.contains(expected) && message.lines().count() == 1, message);
    }
}
