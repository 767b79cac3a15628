package s4s.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.NpyArray;
import s4s.io.Npz;

/** That {@link OfficialVectorsTest} would fail: copies of its vectors with something wrong. */
class VerificationTest {

    private static final Path VECTORS = Path.of("src/test/resources/golden/vectors");

    @TempDir
    private Path folder;

    @BeforeEach
    void copy() throws IOException {
        try (Stream<Path> files = Files.list(VECTORS)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
            }
        }
    }

    private static List<Result> run(Path folder, String only) throws IOException {
        try (Verification verification = new Verification(folder)) {
            return verification.cases().stream().filter(one -> one.id().contains(only)).map(VerificationCase::result).toList();
        }
    }

    /** The only case whose id contains this went so, and its note says so. */
    private void assertOnly(Result.Status status, String id, String note) throws IOException {
        List<Result> results = run(folder, id);
        assertEquals(1, results.size(), results.toString());
        assertEquals(status, results.get(0).status(), results.toString());
        assertTrue(results.get(0).note().contains(note), results.toString());
    }

    private static List<String> failed(List<Result> results) {
        return results.stream().filter(r -> r.status() == Result.Status.FAILED).map(Result::toString).toList();
    }

    @Test
    void oneChangedNumberFails() throws IOException {
        change("traj_d8_edm.npz", "x_final", x -> x[5] += 1e-7);
        change("schedules.npz", "vplin/alpha", alpha -> alpha[3] *= 1 + 1e-8);
        List<String> samples = failed(run(folder, "/d8/edm/euler_ld3/"));
        assertEquals(1, samples.size());
        assertTrue(samples.get(0).matches(".*/nfe6: samples\\[5]: expected \\S+, came \\S+, error [1-9]\\.\\de-0[78]"),
                samples.get(0));
        List<String> schedules = failed(run(folder, "schedules"));
        assertEquals(1, schedules.size());
        assertTrue(schedules.get(0).startsWith("schedules.npz:vplin/alpha: alpha[3]: expected "), schedules.get(0));
    }

    /** Each of these is a failed or skipped case with a sentence, whatever else the vectors hold. */
    @Test
    void whatIsNotThereFailsItsCaseAndUnknownNamesAreSkipped() throws IOException {
        String known = "/d8/edm/ddim_ld3/time_uniform/nfe6";
        assertOnly(Result.Status.PASSED, known, "");
        expect(Result.Status.FAILED, known, "row 9999", entry -> entry.addProperty("row", 9999));
        expect(Result.Status.FAILED, known, "no file traj_x.npz", entry -> entry.addProperty("file", "traj_x.npz"));
        expect(Result.Status.FAILED, known, "no array y in", entry -> entry.addProperty("key", "y"));
        expect(Result.Status.FAILED, known, "model d9", entry -> entry.addProperty("model", "d9"));
        expect(Result.Status.FAILED, known, "no \"nfe\"", entry -> entry.remove("nfe"));
        expect(Result.Status.FAILED, known, "model_calls: expected 6.0, came 7.0",
                entry -> entry.addProperty("model_calls", 6));
        expect(Result.Status.FAILED, known, "7", entry -> entry.addProperty("nfe", 7));
        expect(Result.Status.FAILED, known, "class \"7\"", entry -> {
            entry.addProperty("cfg_scale", 2);
            entry.addProperty("class", 7);
        });
        expect(Result.Status.SKIPPED, known, "\"sd9\"", entry -> entry.addProperty("parameterization", "sd9"));
        expect(Result.Status.SKIPPED, known, "\"time_cubic\"", entry -> entry.addProperty("grid", "time_cubic"));
        expect(Result.Status.SKIPPED, known, "\"rk45\"", entry -> entry.addProperty("solver", "rk45"));
        expect(Result.Status.SKIPPED, known, "order 1", entry -> entry.addProperty("solver", "unipc2_vary_off"));
    }

    private void expect(Result.Status status, String id, String note, Consumer<JsonObject> change) throws IOException {
        JsonObject index = JsonParser.parseString(Files.readString(VECTORS.resolve("index.json"))).getAsJsonObject();
        index.getAsJsonArray("cases").forEach(e -> {
            if (e.getAsJsonObject().get("id").getAsString().endsWith(id)) {
                change.accept(e.getAsJsonObject());
            }
        });
        Files.writeString(folder.resolve("index.json"), index.toString());
        assertOnly(status, id, note);
    }

    @Test
    void foldersAndFilesThatAreNoneFail(@TempDir Path empty) throws IOException {
        assertEquals(1, failed(run(empty.resolve("nowhere"), "")).size());
        assertTrue(failed(run(empty, "")).get(0).contains("holds no index.json"));
        Files.writeString(empty.resolve("index.json"), "{\"cases\": []}");
        assertTrue(failed(run(empty, "")).get(0).contains("holds no vectors"));
        Files.writeString(empty.resolve("index.json"), "[1, 2");
        assertTrue(failed(run(empty, "")).get(0).contains("index.json"));

        byte[] grids = Files.readAllBytes(folder.resolve("grids.npz"));
        Files.write(folder.resolve("grids.npz"), Arrays.copyOf(grids, grids.length / 2));
        assertOnly(Result.Status.FAILED, "grids.npz", "grids.npz");
        Files.write(folder.resolve("traj_d8_edm.npz"), new byte[100]);
        assertOnly(Result.Status.FAILED, "/d8/edm/ddim_ld3/time_uniform/nfe6", "traj_d8_edm.npz");
        Files.write(folder.resolve("more.npz"), grids);
        assertOnly(Result.Status.FAILED, "more.npz", "no check reads this file");
        Npz.write(folder.resolve("gits.npz"), Map.of());
        assertOnly(Result.Status.FAILED, "gits.npz", "no vectors");
        Files.delete(folder.resolve("gits.npz"));
        Files.delete(folder.resolve("convergence.json"));
        try (Verification verification = new Verification(folder)) {
            assertEquals(List.of("convergence.json", "gits.npz"), verification.absent());
        }
    }

    @Test
    void lastLineCounts() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Result.print(List.of(new Result("a", Result.Status.FAILED, "no"), new Result("b", Result.Status.SKIPPED, "unknown"),
                new Result("c", Result.Status.PASSED, ""), new Result("d", Result.Status.SKIPPED, "unknown")),
                new PrintStream(out, true, StandardCharsets.UTF_8));
        assertEquals(List.of("skipped 2: unknown", "failed a: no", "1 passed, 1 failed, 2 skipped"),
                out.toString(StandardCharsets.UTF_8).lines().toList());
    }

    private void change(String file, String key, Consumer<double[]> change) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (Npz npz = Npz.open(folder.resolve(file))) {
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
        }
        double[] values = arrays.get(key).doubles();
        double[] before = values.clone();
        change.accept(values);
        assertNotEquals(Arrays.toString(before), Arrays.toString(values));
        arrays.put(key, NpyArray.of(values, arrays.get(key).shape()));
        Npz.write(folder.resolve(file), arrays);
    }
}
