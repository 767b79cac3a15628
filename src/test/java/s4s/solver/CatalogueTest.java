package s4s.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.Refusals.assertMessage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.grid.Grids;
import s4s.grid.StepLayout;
import s4s.sampling.Executor;
import s4s.sampling.Program;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;

/** Methods against each other where they are known to be the same, and against measured errors of public implementations. */
class CatalogueTest {

    private static final Edm EDM = new Edm();

    /** Root mean square errors of the public implementations on the smooth mixture, log SNR grid, NFE 20 and 40. */
    @ParameterizedTest
    @CsvSource({
        "heun, 1.39660321e-01, 3.01074528e-02, 2.1",
        "dpm2, 6.19043679e-02, 1.42623478e-02, 2.1",
        "dpm-2s, 6.19043679e-02, 1.42623478e-02, 2.1",
        "dpm-3s, 6.01986064e-03, 6.56693462e-04, 3.1",
        "dpm-fast, 6.01986064e-03, 6.56693462e-04, 3.1",
        "dpmpp-2s, 4.14973312e-02, 1.18063512e-02, 1.8",
        "dpm++2s, 4.14973312e-02, 1.18063512e-02, 1.8",
        "dpmpp-3s, 1.41636912e-03, 1.45726690e-04, 3.2",
        "dpm++2m, 1.17231830e-02, 3.19827663e-03, 1.8",
        "dpm++3m, 7.27717594e-03, 1.31116190e-03, 2.4",
        "dpmpp-2m-taylor-below10, 2.32861624e-02, 5.70741218e-03, 2.0",
        "dpmpp-3m-taylor-below10, 7.27717594e-03, 1.31116190e-03, 2.4",
        "ab-2, 4.43939856e-02, 1.33676828e-02, 1.7",
        "ab-3, 3.03209662e-02, 5.79689773e-03, 2.3",
        "ab-4, 2.45531377e-02, 3.23172393e-03, 2.9",
        "deis-1, 3.16748730e-02, 9.19952251e-03, 1.7",
        "deis-2, 1.21538714e-02, 1.96519295e-03, 2.6",
        "deis-3, 4.43881069e-03, 3.86576339e-04, 3.5"
    })
    void errorsFallAsPublished(String name, double at20, double at40, double slope) {
        Method method = Solvers.named(name);
        double coarse = error(method.on(GridType.LOGSNR, EDM, 20));
        double fine = error(method.on(GridType.LOGSNR, EDM, 40));
        assertEquals(at20, coarse, 1e-6 * at20);
        assertEquals(at40, fine, 1e-6 * at40);
        assertTrue(Math.log(coarse / fine) / Math.log(2) > slope);
    }

    /** The factor 2 that DPM-Solver++ 3M lacks: the published formula falls back to order 2, the repaired one keeps order 3. */
    @Test
    void thirdOrderNeedsTheFactorTwo() {
        assertEquals(2, slope(Solvers.named("dpmpp-3m-nolof")), 0.2);
        assertTrue(slope(Solvers.named("dpmpp-3m-third-nolof")) > 2.75);
        assertEquals(2, slope(Solvers.named("dpm-3m-nolof")), 0.3);
        assertTrue(slope(Solvers.named("dpm-3m-third-nolof")) > 2.75);
    }

    private static double slope(Method method) {
        return Math.log(error(method.on(GridType.LOGSNR, EDM, 80)) / error(method.on(GridType.LOGSNR, EDM, 160))) / Math.log(2);
    }

    /** RMS difference to the exact samples. */
    private static double error(Solver solver) {
        double[] exact = Golden.numbers("reference", "smooth/edm");
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray noise = manager.create(Golden.numbers("noise", "smooth"), new Shape(8, 8, 1, 1));
            double[] x = Executor.run(Program.of(solver, EDM, Prediction.DATA), Golden.mixture("smooth", EDM, Prediction.DATA),
                    noise).toDoubleArray();
            return Math.sqrt(IntStream.range(0, x.length).mapToDouble(i -> (x[i] - exact[i]) * (x[i] - exact[i])).average()
                    .orElseThrow());
        }
    }

    @Test
    void adamsBashforthOnEqualStepsIsIpndm() {
        double[] grid = Grids.of(7, 6, 5, 4, 3, 2, 1);
        for (int order = 1; order <= 4; order++) {
            assertSame(Multistep.ipndm(order).build(grid), Multistep.adamsBashforth(order).build(grid), 1e-13);
        }
    }

    @Test
    void singleStepsWithEqualNodesAreEqual() {
        for (int nfe : new int[] {4, 6, 10}) {
            assertSame(on("dpm-2s", nfe), on("dpm2", nfe), 1e-13);
            assertSame(on("dpmpp-2s", nfe), on("dpm++2s", nfe), 1e-13);
        }
        Solver midpoint = Solvers.named("dpm2").build(new double[] {4, 2, 1});
        assertArrayEquals(new double[] {0, -3}, midpoint.stages().get(2).outputs(), 1e-14);
        Stage skew = SingleStep.dpmSolver2(0.25).build(new double[] {16, 8, 1}).stages().get(2);
        assertArrayEquals(new double[] {15, -30}, skew.outputs(), 1e-13);        // -15 (2 e_1 - e)
    }

    @Test
    void stepsAreTheOfficialOnes() {
        assertEquals(List.of(2, 2, 1), Solvers.named("dpm-2s").layout(5).orders());
        assertEquals(List.of(1), Solvers.named("dpm-2s").layout(1).orders());
        assertEquals(List.of(3, 3, 2, 1), Solvers.named("dpm-3s").layout(9).orders());
        assertEquals(List.of(3, 3, 3, 1), Solvers.named("dpm-3s").layout(10).orders());
        assertEquals(List.of(3, 3, 3, 2), Solvers.named("dpmpp-3s").layout(11).orders());
        assertEquals(List.of(2, 1), Solvers.named("dpm-3s").layout(3).orders());
        StepLayout ld3 = Solvers.named("dpm-2s-ld3").layout(5);
        assertEquals(List.of(2, 2, 1), ld3.orders());
        assertEquals(0.5, ld3.inner().orElseThrow().fraction(2, 1));
    }

    /** DPM-Solver-v3 without statistics integrates the same polynomials, by the trapezoidal rule. */
    @Test
    void dpmSolverV3IsAnExactIntegratorUpToItsCells() {
        double[] grid = GridType.LOGSNR.levels(EDM, 8);
        assertSame(Solvers.named("dpmpp-2m-taylor").build(grid), Solvers.named("dpmv3-2").build(grid), 2e-4);
        double[] third = Solvers.named("dpmpp-3m-third").build(grid).stages().get(4).outputs();
        double[] published = Solvers.named("dpmpp-3m").build(grid).stages().get(4).outputs();
        double[] v3 = Solvers.named("dpmv3-3").build(grid).stages().get(4).outputs();
        assertArrayEquals(third, v3, 1e-4);
        assertTrue(Math.abs(published[3] - v3[3]) > 0.02);
        double[] uneven = GridType.EDM.levels(EDM, 8);
        Solver snapped = Solvers.named("dpmv3-2").build(uneven);
        assertEquals(uneven[8], snapped.stages().get(8).sigma());
        for (Stage stage : snapped.stages()) {
            double cells = 1200 * Math.log(stage.sigma() / 80) / Math.log(0.002 / 80);
            assertEquals(Math.rint(cells), cells, 1e-9);
        }
    }

    @Test
    void deisIsConsistentUpToItsQuadrature() {
        for (double defect : Solvers.named("deis-3").on(GridType.EDM, EDM, 10).defect()) {
            assertTrue(defect < 1e-2, "defect " + defect);
        }
    }

    @Test
    void generalizedSolverWithoutCorrectionsIsDpmSolverPP() {
        WeightedMultistep.Weights none = WeightedMultistep.Weights.zero();
        VpLinear vp = new VpLinear();
        double[] grid = GridType.TIME_UNIFORM.levels(vp, 7);
        for (int order = 2; order <= 5; order++) {
            assertSame(Multistep.dpmSolverPP(Math.min(order, 3), LowerOrderFinal.NEVER).build(grid),
                    WeightedMultistep.generalized(order, vp, none, none).build(grid), 1e-13);
        }
        assertSame(Multistep.ddim().build(grid), WeightedMultistep.generalized(1, vp, none, none).build(grid), 1e-13);
    }

    @Test
    void s4sWithAdamsBashforthWeightsIsIpndm() {
        double[][] b = {{1}, {1.5, -0.5}, {1.5, -0.5}, {1.5, -0.5}};
        double[] grid = GridType.LOGSNR.levels(EDM, 4);
        Solver s4s = WeightedMultistep.s4s(2, Prediction.NOISE, WeightedMultistep.Weights.of(b)).build(grid);
        assertSame(Multistep.ipndm(2).build(grid), s4s, 1e-13);
    }

    /** Learned weights are parameters: the derivative of a weight of the table by a weight of the method. */
    @Test
    void weightsMayBeParameters() {
        DerivativeStructure[] grid = IntStream.of(4, 2, 1).mapToObj(s -> new DerivativeStructure(2, 1, (double) s))
                .toArray(DerivativeStructure[]::new);
        DerivativeStructure[][] b = {
            {new DerivativeStructure(2, 1, 1.0)},
            {new DerivativeStructure(2, 1, 0, 1.4), new DerivativeStructure(2, 1, 1, -0.4)}};
        TracedSolver noise = WeightedMultistep.s4s(2, Prediction.NOISE, WeightedMultistep.Weights.of(b))
                .trace(grid, Arrays.copyOf(grid, 2));
        DerivativeStructure older = noise.nodes().get(2).row().outputs().get(0);
        assertEquals(0.4, older.getValue(), 1e-15);                              // (1 - 2) * -0.4
        assertArrayEquals(new double[] {0.4, 0, -1}, older.getAllDerivatives(), 1e-15);
        TracedSolver data = WeightedMultistep.s4s(2, Prediction.DATA, WeightedMultistep.Weights.of(b))
                .trace(grid, Arrays.copyOf(grid, 2));
        assertArrayEquals(new double[] {0.7, 0.5, 0}, data.nodes().get(2).row().outputs().get(1).getAllDerivatives(), 1e-15);
    }

    @Test
    void labelOffsetsMoveWhatTheNetworkIsTold() {
        VpLinear vp = new VpLinear();
        double[] offsets = {-0.01, 0.02, 0.005};
        double[] grid = GridType.TIME_UNIFORM.levels(vp, 3);
        Solver plain = Solvers.named("dpmpp-3m").build(grid);
        Solver moved = Solvers.named("dpmpp-3m").withLabelOffsets(vp, offsets).build(grid);
        for (int i = 0; i < 3; i++) {
            assertEquals(vp.time(grid[i]) + offsets[i], vp.time(moved.stages().get(i).evaluateAt()), 1e-13);
            assertArrayEquals(plain.stages().get(i + 1).outputs(), moved.stages().get(i + 1).outputs());
        }
        assertMessage("has 3 label offsets, but the grid has 2 steps",
                () -> Solvers.named("dpmpp-3m").withLabelOffsets(vp, offsets).build(new double[] {3, 2, 1}));
    }

    @Test
    void analyticFirstStepSavesOneEvaluation() {
        for (String name : List.of("ddim", "unipc-3-bh2", "dpm-3s", "dpmpp-2s", "dpmv3-3c", "deis-2")) {
            Method method = Solvers.named(name + "-afs");
            assertEquals(name + "-afs", method.name());
            Solver solver = method.on(GridType.LOGSNR, EDM, 6);
            assertEquals(6, solver.evaluations());
            assertTrue(Double.isNaN(solver.stages().get(0).evaluateAt()));
        }
        assertEquals(7, Solvers.named("heun-afs").on(GridType.LOGSNR, EDM, 7).evaluations());
        Stage first = Solvers.named("ddim-afs").build(new double[] {3, 1, 0.5}).stages().get(1);
        assertArrayEquals(new double[] {1 - 2 / Math.sqrt(10)}, first.states(), 1e-15);
        assertArrayEquals(new double[] {0}, first.outputs());
        Stage data = Solvers.named("dpmpp-2m-afs").build(new double[] {3, 1, 0.5}).stages().get(1);
        assertEquals(1 - 2 / Math.sqrt(10), data.states()[0], 1e-15);
    }

    /**
     * The last step to noise level 0 is Euler's: the denoised state of the last evaluation. Not so for Adams methods, which
     * keep their order, and where noise was evaluated at a state that UniPC has corrected since.
     */
    @Test
    void everyMethodCanEndAtZero() {
        double[] grid = {20, 6, 2, 0.5, 0.1, 0.02, 0};
        for (Method method : Solvers.all()) {
            if (method.name().startsWith("dpmv3")) {
                assertMessage("cannot end at level 0", () -> method.build(grid));
                continue;
            }
            Solver data = method.build(grid).as(Prediction.DATA);
            assertEquals(method.name().equals("heun") ? 11 : 6, data.evaluations(), method.name());
            Stage last = data.canonical().stages().get(data.evaluations());
            assertEquals(0, last.sigma());
            if (method.name().matches("(ipndm|ab)-.*|unipc-.*-noise")) {
                continue;
            }
            assertEquals(0, last.states()[0], 1e-13, method.name());
            double[] outputs = last.outputs();
            assertEquals(1, outputs[outputs.length - 1], 1e-13, method.name());
            assertEquals(0, Arrays.stream(outputs).limit(outputs.length - 1L).map(Math::abs).sum(), 1e-12, method.name());
        }
    }

    @Test
    void heunCountsItsEvaluations() {
        assertEquals(6, on("heun", 6).evaluations());
        assertMessage("Solver heun on grid logsnr cannot run with NFE 5: the nearest is 6.", () -> on("heun", 5));
        assertEquals(5, Solvers.named("heun").build(new double[] {3, 2, 1, 0}).evaluations());
    }

    @Test
    void namesOfOtherLibrariesAreUnderstood() {
        assertEquals("ab-4", Solvers.named("lms").name());
        assertEquals("dpmpp-2m-nolof", Solvers.named("dpm++2m").name());
        assertEquals("dpm-3m-taylor-below10", Solvers.named("dpm-3m-taylor-below10").name());
        assertEquals("dpmpp-2m-nolof-afs", Solvers.named("dpm++2m-afs").name());
        assertMessage("There is no solver \"dopri5\"; known are ddim", () -> Solvers.named("dopri5-afs"));
    }

    @Test
    void wrongRequestsAreAnswered() {
        assertMessage("lies between 0 and 1, not at 1.0", () -> SingleStep.dpmSolver2(1));
        assertMessage("Single-step DPM-Solver has orders 1 to 3, not 4", () -> SingleStep.dpmSolver(4));
        assertMessage("Adams-Bashforth has orders 1 and up, not 0", () -> Multistep.adamsBashforth(0));
        assertMessage("third-order correction is for order 3, not 2",
                () -> Multistep.dpmSolverPP(2, LowerOrderFinal.ALWAYS, Multistep.Correction.THIRD_ORDER));
        assertMessage("grid points 1 and 2 fall into one",
                () -> Solvers.named("dpmv3-2").build(new double[] {80, 1.0001, 1, 0.002}));
    }

    private static Solver on(String name, int nfe) {
        NoiseSchedule schedule = EDM;
        return Solvers.named(name).on(GridType.LOGSNR, schedule, nfe);
    }

    /** Equal weights in the canonical noise form, each relative to the largest of its row. */
    private static void assertSame(Solver expected, Solver actual, double tolerance) {
        List<Stage> a = expected.as(Prediction.NOISE).canonical().stages();
        List<Stage> b = actual.as(Prediction.NOISE).canonical().stages();
        assertEquals(a.size(), b.size());
        for (int k = 0; k < a.size(); k++) {
            double scale = Arrays.stream(a.get(k).outputs()).map(Math::abs).max().orElse(1);
            assertEquals(a.get(k).sigma(), b.get(k).sigma(), 1e-12 * a.get(k).sigma());
            assertArrayEquals(a.get(k).states(), b.get(k).states(), tolerance);
            assertArrayEquals(a.get(k).outputs(), b.get(k).outputs(), tolerance * scale, actual.name() + " stage " + k);
        }
    }
}
