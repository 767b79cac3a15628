package s4s.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.data.NpyArray;
import s4s.data.Npz;

/** A small copy of the vectors of LD3, diff-sampler, EDM, k-diffusion, DPM-Solver, UniPC, DPM-Solver-v3 and GAS; and broken ones. */
class VerifyTest {

    private static final Path VECTORS = Path.of("src/test/resources/golden/vectors");

    private static Report run(Path folder, String only) throws IOException {
        try (Vectors vectors = Vectors.open(folder)) {
            return Verification.run(vectors, Verification.TOLERANCE, name -> name.contains(only), (done, all) -> {});
        }
    }

    private static List<Result> failed(Report report) {
        return report.results().stream().filter(r -> r.status() == Result.Status.FAILED).toList();
    }

    @Test
    void everythingEqualsTheOfficialImplementations() throws IOException {
        Report report = run(VECTORS, "");
        assertEquals(List.of(), failed(report));
        assertEquals(List.of(), report.absent());
        assertEquals(919, report.count(Result.Status.PASSED));
        assertEquals(52, report.count(Result.Status.SKIPPED));
        Set<String> skipped = report.results().stream().filter(r -> r.status() == Result.Status.SKIPPED)
                .map(r -> r.id().replaceFirst(".*?(s4s_lms_pc_gas|unipc\\d_vary_off|ipndm_v\\d).*", "$1"))
                .collect(Collectors.toCollection(TreeSet::new));
        assertEquals(Set.of("ipndm_v3", "ipndm_v4", "s4s_lms_pc_gas", "unipc2_vary_off", "unipc3_vary_off"), skipped);
    }

    @Test
    void oneChangedNumberFails(@TempDir Path folder) throws IOException {
        copy(folder);
        change(folder.resolve("traj_d8_edm.npz"), "x_final", x -> x[5] += 1e-7);
        change(folder.resolve("schedules.npz"), "vplin/alpha", alpha -> alpha[3] *= 1 + 1e-8);
        List<Result> samples = failed(run(folder, "/d8/edm/euler_ld3/"));
        assertEquals(1, samples.size());
        assertTrue(samples.get(0).error() > 1e-8 && samples.get(0).note().equals("samples"), samples.toString());
        assertEquals(List.of("schedules.npz:vplin/alpha"), failed(run(folder, "schedules")).stream().map(Result::id).toList());
    }

    /** Each of these is a failed case with a sentence, whatever else the vectors hold. */
    @Test
    void whatIsNotThereFailsItsCase(@TempDir Path folder) throws IOException {
        copy(folder);
        String known = "ddim_ld3/time_uniform/nfe6";
        assertEquals(0, failed(run(folder, "/d8/edm/" + known)).size());
        failsWith(folder, known, "row 9999", entry -> entry.addProperty("row", 9999));
        failsWith(folder, known, "no file traj_x.npz", entry -> entry.addProperty("file", "traj_x.npz"));
        failsWith(folder, known, "no array y in", entry -> entry.addProperty("key", "y"));
        failsWith(folder, known, "sd9", entry -> entry.addProperty("parameterization", "sd9"));
        failsWith(folder, known, "time_cubic", entry -> entry.addProperty("grid", "time_cubic"));
        failsWith(folder, known, "model d9", entry -> entry.addProperty("model", "d9"));
        failsWith(folder, known, "\"rk45\"", entry -> entry.addProperty("solver", "rk45"));
        failsWith(folder, known, "no \"nfe\"", entry -> entry.remove("nfe"));
        failsWith(folder, known, "model_calls: 6, expected 7", entry -> entry.addProperty("model_calls", 6));
        failsWith(folder, known, "7", entry -> entry.addProperty("nfe", 7));
        failsWith(folder, known, "class \"7\"", entry -> {
            entry.addProperty("cfg_scale", 2);
            entry.addProperty("class", 7);
        });
    }

    private static void failsWith(Path folder, String name, String message, Consumer<JsonObject> change) throws IOException {
        JsonObject index = JsonParser.parseString(Files.readString(VECTORS.resolve("index.json"))).getAsJsonObject();
        index.getAsJsonArray("cases").forEach(e -> {
            if (e.getAsJsonObject().get("id").getAsString().endsWith("/d8/edm/" + name)) {
                change.accept(e.getAsJsonObject());
            }
        });
        Files.writeString(folder.resolve("index.json"), index.toString());
        List<Result> failed = failed(run(folder, "/d8/edm/" + name));
        assertEquals(1, failed.size());
        assertTrue(failed.get(0).note().contains(message), failed.get(0).note());
    }

    @Test
    void absentFilesAreReported(@TempDir Path folder) throws IOException {
        copy(folder);
        Files.delete(folder.resolve("gits.npz"));
        Files.delete(folder.resolve("convergence.json"));
        Report report = run(folder, "schedules");
        assertEquals(Set.of("gits.npz", "convergence.json"), Set.copyOf(report.absent()));
        assertEquals(25, report.count(Result.Status.PASSED));
    }

    private static void copy(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(VECTORS)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static void change(Path file, String key, Consumer<double[]> change) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (Npz npz = Npz.open(file)) {
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
        }
        double[] values = arrays.get(key).doubles();
        double[] before = values.clone();
        change.accept(values);
        assertTrue(!Arrays.equals(before, values));
        arrays.put(key, NpyArray.of(values, arrays.get(key).shape()));
        Npz.write(file, arrays);
    }
}
