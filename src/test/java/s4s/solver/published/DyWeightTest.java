package s4s.solver.published;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.Golden;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.model.GaussianMixture;
import s4s.sampling.Executor;
import s4s.sampling.Program;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.data.SolverFile;

/** Imported solvers against the recurrence that was published, written down once more here as plain loops. */
class DyWeightTest {

    private static final Path MADE_UP = Path.of("src/test/resources/import/dyweight.json");

    @TempDir
    private Path folder;

    @Test
    void madeUpFile() throws IOException {
        List<SolverFile> solvers = DyWeight.read(MADE_UP, "test");
        assertEquals(List.of("dyweight-toy-nfe2-1", "dyweight-toy-nfe2-2", "dyweight-toy-nfe3", "dyweight-lsun-bedroom-nfe2"),
                solvers.stream().map(s -> s.solver().name()).toList());
        check(MADE_UP, solvers);
        assertEquals(Hashes.sha256(MADE_UP), solvers.get(0).provenance().recipe().get("source sha256"));
        assertTrue(solvers.get(2).provenance().recipe().get("nfe").startsWith("3 guided evaluations"));
        // uniform in the discrete time of the network: t = 1, 0.5005, 0.001; log alpha there is -1/2 sum log(1 - beta)
        assertEquals(discreteLevel(500.5), solvers.get(3).solver().stages().get(1).sigma(), 1e-9);
    }

    private static double discreteLevel(double n) {
        double log = 0;
        for (int i = 1; i <= (int) n + 1; i++) {
            double root = Math.sqrt(0.0015) + (Math.sqrt(0.0195) - Math.sqrt(0.0015)) * (i - 1) / 999;
            log += 0.5 * Math.log1p(-root * root) * Math.min(1, n - i + 1);
        }
        return Math.sqrt(Math.expm1(-2 * log));
    }

    @Test
    void publishedFile() throws IOException {
        String published = System.getenv("S4S_PUBLISHED");
        Assumptions.assumeTrue(published != null, "S4S_PUBLISHED names the folder of published parameters");
        Path file = Path.of(published).resolve("dyweight.json");
        Assumptions.assumeTrue(Files.exists(file), file + " is not there");
        List<SolverFile> solvers = DyWeight.read(file, "test");
        assertEquals(solvers.size(), solvers.stream().map(s -> s.solver().name()).distinct().count());
        check(file, solvers);
        for (SolverFile solver : solvers) {
            Path path = folder.resolve("x.json");
            solver.write(path);
            assertEquals(solver, SolverFile.read(path));
        }
    }

    /** NFE as reported, and samples as the recurrence makes them on an exact mixture. */
    private static void check(Path file, List<SolverFile> solvers) throws IOException {
        List<JsonObject> entries = Golden.objects(
                new Gson().fromJson(Files.readString(file), JsonObject.class).getAsJsonArray("solvers"));
        assertEquals(entries.size(), solvers.size());
        for (int n = 0; n < entries.size(); n++) {
            JsonObject entry = entries.get(n);
            Solver solver = solvers.get(n).solver();
            double guidance = entry.get("guidance").getAsDouble();
            assertEquals(entry.get("reported_nfe").getAsInt(), solver.evaluations() * (guidance > 1 ? 2 : 1), solver.name());
            double[] grid = entry.get("grid").getAsString().equals("polynomial") ? grid(entry)
                    : levels(solvers.get(n).provenance().recipe().get("grid noise levels"));
            double[] z = Golden.numbers("noise", "d8");
            NoiseSchedule schedule = new Edm();
            GaussianMixture model = Golden.mixture("d8", schedule, Prediction.DATA);
            try (NDManager manager = NDManager.newBaseManager()) {
                double[] expected = recurrence(manager, model, entry, grid, z);
                Program program = Program.of(solvers.get(n).on(new Edm(0.001, 100)), schedule, Prediction.DATA);
                double[] x = Executor.run(program, model, manager.create(z, new Shape(z.length / 8, 8, 1, 1))).toDoubleArray();
                Golden.assertClose(expected, x, 1e-11, solver.name());
            }
        }
    }

    private static double[] levels(String text) {
        return Golden.numbers(new Gson().fromJson(text, JsonElement.class).getAsJsonArray());
    }

    private static double[] grid(JsonObject entry) {
        int points = entry.get("grid_points").getAsInt();
        double power = 1 / entry.get("rho").getAsDouble();
        double from = Math.pow(entry.get("sigma_max").getAsDouble(), power);
        double to = Math.pow(entry.get("sigma_min").getAsDouble(), power);
        double[] grid = new double[points];
        for (int i = 0; i < points; i++) {
            grid[i] = Math.pow(from + (to - from) * i / (points - 1), 1 / power);
        }
        return grid;
    }

    private static double[] recurrence(NDManager manager, GaussianMixture model, JsonObject entry, double[] s, double[] z) {
        boolean analytic = entry.get("analytic_first_step").getAsBoolean();
        double[] scale = Golden.numbers(entry.getAsJsonArray("time_scale"));
        double[][] d = new double[s.length - 1][];
        double[] x = new double[z.length];
        for (int n = 0; n < x.length; n++) {
            x[n] = s[0] * z[n];
        }
        double c = s[0];
        for (int i = 0; i + 1 < s.length; i++) {
            d[i] = x.clone();
            if (analytic && i == 0) {
                for (int n = 0; n < x.length; n++) {
                    d[i][n] /= Math.sqrt(1 + c * c);
                }
            } else {
                double level = Math.abs(scale[analytic ? i - 1 : i] * c);
                double[] data = model.predict(manager.create(x, new Shape(x.length / 8, 8, 1, 1)),
                        manager.create(new double[] {level})).toDoubleArray();
                for (int n = 0; n < x.length; n++) {
                    d[i][n] = (x[n] - data[n]) / c;
                }
            }
            double[] w = Golden.numbers(entry.getAsJsonArray("weights").get(i).getAsJsonArray());
            double sum = 0;
            for (int j = 0; j <= i; j++) {
                sum += w[j];
                for (int n = 0; n < x.length; n++) {
                    x[n] += (s[i + 1] - c) * w[j] * d[j][n];
                }
            }
            c += (s[i + 1] - c) * sum;
        }
        return x;
    }

    @Test
    void refusesWhatCannotBe() throws IOException {
        String good = Files.readString(MADE_UP);
        refuses("reported_nfe is 3, but the parameters make 2",
                good.replaceFirst("\"reported_nfe\": 2", "\"reported_nfe\": 3"));
        refuses("solvers[0].weights must be 3 rows of 3", good.replaceFirst("\\[1.1, 0.0, 0.0\\]", "[1.1, 0.0]"));
        refuses("may only fill columns 0 to i", good.replaceFirst("\\[1.1, 0.0, 0.0\\]", "[1.1, 0.0, 0.5]"));
        refuses("time_scale has 1 numbers for 2", good.replaceFirst("\\[0.9, 1.05\\]", "[0.9]"));
        refuses("its grid is \"cubic\"", good.replaceFirst("polynomial", "cubic"));
        refuses("lsun-bedroom, ms-coco only", good.replaceFirst("\"lsun-bedroom\"", "\"imagenet\""));
        refuses("benchmark", good.replaceFirst("\"toy\"", "\"../../x\""));
        refuses("noise level 0", good.replaceFirst("\\[0.9, 1.05\\]", "[0, 1.05]"));
        refuses("grid_points is missing", good.replaceFirst("grid_points", "points"));
        refuses("no solvers", "{\"solvers\": []}");
    }

    private void refuses(String expected, String text) throws IOException {
        Path path = Files.writeString(folder.resolve("bad.json"), text);
        String message = assertThrows(BadFileException.class, () -> DyWeight.read(path, "test"), expected).getMessage();
        assertTrue(message.contains("bad.json") && message.contains(expected) && message.lines().count() == 1, message);
    }
}
