package s4s.verify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.io.NpyArray;
import s4s.model.CountingDenoiser;
import s4s.sampling.Executor;
import s4s.sampling.Program;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.Solver;

/** Methods by the names of the public implementations, against samples that these made. */
class OfficialMethodsTest {

    private static final JsonObject VECTORS = new Gson().fromJson(new InputStreamReader(
            OfficialMethodsTest.class.getResourceAsStream("/golden/methods.json"), StandardCharsets.UTF_8), JsonObject.class);

    @Test
    void samplesEqualTheReferences() {
        for (JsonObject reference : Golden.objects(VECTORS.getAsJsonArray("cases"))) {
            NoiseSchedule schedule = Golden.schedule(reference.get("schedule").getAsString());
            int nfe = reference.get("nfe").getAsInt();
            Method method = of(reference.get("solver").getAsString(), schedule, nfe);
            String grid = reference.get("grid").getAsString();
            check(reference, schedule, grid.equals("edm+0")
                    ? method.build(appendZero(GridType.EDM.levels(schedule, method.layout(nfe).intervals() - 1)))
                    : method.on(GridType.named(grid), schedule, nfe));
        }
    }

    @Test
    void givenCoefficientsEqualTheReferences() {
        for (JsonObject reference : Golden.objects(VECTORS.getAsJsonArray("given"))) {
            NoiseSchedule schedule = Golden.schedule(reference.get("schedule").getAsString());
            int nfe = reference.get("nfe").getAsInt();
            JsonArray coef = reference.getAsJsonArray("coef");
            double[] rows = coef.asList().stream().flatMapToDouble(row -> Arrays.stream(Golden.numbers(row.getAsJsonArray())))
                    .toArray();
            Method method = OfficialMethods.of(reference.get("solver").getAsString(), reference.get("order").getAsInt(), nfe,
                    schedule, Map.of("coef", NpyArray.of(rows, coef.size(), nfe)));
            double[] times = Golden.numbers(reference.getAsJsonArray("times"));
            check(reference, schedule, method.build(Arrays.stream(times).map(schedule::sigma).toArray()));
        }
    }

    private static void check(JsonObject reference, NoiseSchedule schedule, Solver solver) {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray noise = manager.create(Arrays.copyOf(Golden.numbers("noise", "d8"), 8), new Shape(1, 8, 1, 1));
            CountingDenoiser model = new CountingDenoiser(Golden.mixture("d8", schedule, Prediction.DATA));
            double[] x = Executor.run(Program.of(solver, schedule, Prediction.DATA), model, noise).toDoubleArray();
            Golden.assertClose(Golden.numbers(reference.getAsJsonArray("x")), x, 1e-9, reference.get("solver") + " " + solver);
            assertEquals(reference.get("nfe").getAsInt(), model.calls(), solver.name());
        }
    }

    private static double[] appendZero(double[] levels) {
        return Arrays.copyOf(levels, levels.length + 1);
    }

    private static Method of(String name, NoiseSchedule schedule, int nfe) {
        return OfficialMethods.of(name, 0, nfe, schedule, Map.of());
    }

    @Test
    void weightsOfDeisEqualTheReference() {
        for (int order = 1; order <= 3; order++) {
            Solver solver = of("deis_tab" + (order + 1), new Edm(), 6).on(GridType.EDM, new Edm(), 6);
            JsonArray rows = VECTORS.getAsJsonObject("deis").getAsJsonArray("" + order);
            for (int i = 1; i < 6; i++) {
                double[] expected = Golden.numbers(rows.get(i - 1).getAsJsonArray());
                double[] outputs = solver.stages().get(i + 1).outputs();
                for (int j = 0; j < expected.length; j++) {
                    assertEquals(expected[j], outputs[i - j], 1e-9 * Math.max(1, Math.abs(expected[j])));
                }
            }
        }
    }

    @Test
    void namesAreTakenApart() {
        assertName("dpmpp-3m", "dpmpp3m_ld3");
        assertName("dpmpp-3m", "dpmpp3m_ds_thr");
        assertName("dpmpp-3m-below10", "dpmpp3m_off");
        assertName("dpmpp-2m-taylor-below10", "dpmpp2m_off_taylor");
        assertName("dpmpp-2m-nolof", "dpmpp2m_ld3_nolof");
        assertName("dpmpp-2m-nolof", "kd_dpmpp2m_zero");
        assertName("dpmpp-3m-taylor-nolof", "kd_dpmpp3m");
        assertName("dpm-3m", "dpmpp3m_ds_eps");
        assertName("dpm-3m-below10", "dpm3m_off");
        assertName("dpm-2s-r0.25", "dpm2_r025");
        assertName("unipc-4-bh2-noise", "unipc4_bh2_off_eps");
        assertName("unipc-3-bh1-afs", "unipc3_bh1_ds_afs");
        assertName("ab-5", "kd_lms5");
        assertName("dpmv3-2c-pseudo", "dpmv3_degenerated_o2c_pseudo");
        assertName("ddim", "edm_euler");
        assertName("heun-afs", "heun_afs");
    }

    private static void assertName(String expected, String official) {
        assertEquals(expected, of(official, new Edm(), 6).name());
    }

    @Test
    void unknownNamesAndDefectsAreRefused() {
        assertRefused("There is no official solver \"rk45\"", "rk45");
        assertRefused("There is no official solver \"dpm3_r03\"", "dpm3_r03");
        assertRefused("There is no official solver \"unipc3m_bh1\"", "unipc3m_bh1");
        assertRefused("has no variant [taylor]", "unipc2_bh1_off_taylor");
        assertRefused("must name its B", "unipc2_off");
        assertRefused("orders 1 to 4, not 5", "ipndm5");
        assertRefused("order 0 needs an array coef of shape [1, 6].", "gs_theory");
        assertRefused("not implemented: a misplaced parenthesis", "ipndm_v3");
        assertTrue(OfficialMethods.knownDefect("unipc3_vary_off").isPresent());
        assertTrue(OfficialMethods.knownDefect("s4s_lms_pc_gas").isPresent());
        assertTrue(OfficialMethods.knownDefect("ipndm_v2").isEmpty());
        String message = assertThrows(IllegalArgumentException.class, () -> OfficialMethods.of("s4s_lms_own", 1, 2, new Edm(),
                Map.of("coef", NpyArray.of(new double[4], 2, 2)))).getMessage();
        assertTrue(message.contains("shape [3, 2], not [2, 2]."), message);
    }

    private static void assertRefused(String part, String name) {
        String message = assertThrows(IllegalArgumentException.class, () -> of(name, new Edm(), 6)).getMessage();
        assertTrue(message.contains(part), message);
    }
}
