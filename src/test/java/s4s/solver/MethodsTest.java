package s4s.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.Refusals.assertMessage;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import s4s.grid.GridType;
import s4s.schedule.Edm;
import s4s.schedule.VpLinear;

/** What must hold for every method, and the parts that methods share. */
class MethodsTest {

    static Stream<Method> methods() {
        return Stream.concat(Solvers.all().stream(), Stream.of(
                Multistep.dpmSolver(3, LowerOrderFinal.NEVER),
                Multistep.dpmSolver(3, LowerOrderFinal.ALWAYS, Multistep.Correction.THIRD_ORDER),
                SingleStep.dpmSolver2(0.3),
                PredictorCorrector.uniPC(4, PredictorCorrector.B.BH1)));
    }

    @ParameterizedTest
    @MethodSource("methods")
    void isConsistentAndCountsItsEvaluations(Method method) {
        for (GridType type : GridType.all()) {
            for (int nfe : new int[] {1, 2, 3, 5, 12}) {
                for (double[] grid : List.of(
                        type.levels(new Edm(), method.layout(nfe)), type.levels(new VpLinear(), method.layout(nfe)))) {
                    Solver solver = method.build(grid);
                    assertEquals(method.name().equals("heun") ? nfe + nfe % 2 : nfe, solver.evaluations());
                    double worst = Arrays.stream(solver.defect()).max().orElseThrow();
                    // DEIS and DPM-Solver-v3 carry the errors of their published quadratures
                    double allowed = method.name().startsWith("deis") ? 1e-3 * grid[0]
                            : method.name().startsWith("dpmv3") ? 1e-1 : 2e-12;
                    assertTrue(worst <= allowed, method + " " + type + " " + nfe + ": " + worst);
                }
            }
        }
    }

    /** Weights know how they change with the grid and with evaluation levels: against differences of plain numbers. */
    @ParameterizedTest
    @MethodSource("methods")
    void derivativesAreThoseOfTheWeights(Method method) {
        double[] grid = GridType.LOGSNR.levels(new Edm(), 5, 0.1, 6);
        double[] direction = {0, 0.3, -0.2, 0.5, 0.1, -0.4, 0.2};
        DerivativeStructure[] traced = IntStream.range(0, 7).mapToObj(i ->
                new DerivativeStructure(1, 1, 0, 0).multiply(direction[i]).add(1).multiply(grid[i]))
                .toArray(DerivativeStructure[]::new);
        TracedSolver table = method.trace(traced, Arrays.copyOf(traced, 6));
        double h = 1e-6;
        Solver up = method.build(moved(grid, direction, h));
        Solver down = method.build(moved(grid, direction, -h));
        for (int k = 0; k < table.nodes().size(); k++) {
            Row row = table.nodes().get(k).row();
            double[] a = slope(up.stages().get(k).states(), down.stages().get(k).states(), h);
            double[] b = slope(up.stages().get(k).outputs(), down.stages().get(k).outputs(), h);
            row.states().forEach((i, w) -> assertEquals(a[i], w.getPartialDerivative(1), 2e-8 * (1 + Math.abs(a[i]))));
            row.outputs().forEach((i, w) -> assertEquals(b[i], w.getPartialDerivative(1), 2e-8 * (1 + Math.abs(b[i]))));
        }
        assertEquals(method.build(grid), table.value());
    }

    /** A learned method brings weights of its own; both they and the times are parameters here. */
    @Test
    void formulasMayBringTheirOwnParameters() {
        DerivativeStructure time = new DerivativeStructure(2, 1, 0, 1.5);
        DerivativeStructure weight = new DerivativeStructure(2, 1, 1, 0.8);
        DerivativeStructure four = new DerivativeStructure(2, 1, 4);
        TracedSolver traced = Tracer.trace("own", Prediction.NOISE, new DerivativeStructure[] {four, time},
                new DerivativeStructure[] {four},
                t -> t.node(1, t.start().plus(t.evaluate(t.start()).times(t.step(0)).times(weight))));
        DerivativeStructure b = traced.nodes().get(1).row().outputs().get(0);
        assertEquals(-2, b.getValue(), 1e-15);
        assertEquals(0.8, b.getPartialDerivative(1, 0), 1e-15);
        assertEquals(-2.5, b.getPartialDerivative(0, 1), 1e-15);
    }

    private static double[] moved(double[] grid, double[] direction, double h) {
        return IntStream.range(0, grid.length).mapToDouble(i -> grid[i] * (1 + h * direction[i])).toArray();
    }

    private static double[] slope(double[] up, double[] down, double h) {
        return IntStream.range(0, up.length).mapToDouble(i -> (up[i] - down[i]) / (2 * h)).toArray();
    }

    @ParameterizedTest
    @MethodSource("methods")
    void evaluationLevelsChangeWhatTheNetworkIsToldAndNothingElse(Method method) {
        double[] grid = GridType.EDM.levels(new Edm(), 5);
        double[] told = Arrays.stream(grid).limit(5).map(s -> 0.9 * s).toArray();
        Solver plain = method.build(grid);
        Solver shifted = method.build(grid, told);
        for (int k = 0; k < plain.stages().size(); k++) {
            Stage a = plain.stages().get(k);
            Stage b = shifted.stages().get(k);
            assertEquals(a, new Stage(b.sigma(), a.evaluateAt(), b.states(), b.outputs()));
            double factor = a.sigma() == grid[5] ? 1 : 0.9;                      // Heun's last evaluation, past the levels
            assertEquals(a.evaluated() ? factor * a.sigma() : Double.NaN, b.evaluateAt(), 1e-14 * a.sigma());
        }
    }

    @Test
    void catalogueIsComplete() {
        assertEquals(List.of("ddim", "ipndm-2", "ipndm-3", "ipndm-4", "dpmpp-2m", "dpmpp-3m",
                "unipc-2-bh1", "unipc-2-bh2", "unipc-3-bh1", "unipc-3-bh2"),
                Solvers.baselines().stream().map(Method::name).toList());
        assertEquals(Solvers.baselines(), Solvers.all().subList(0, 10));
        assertEquals(Solvers.all().size(), Solvers.all().stream().map(Method::name).distinct().count());
        for (Method method : Solvers.all()) {
            assertSame(method, Solvers.named(method.name()));
            assertTrue(method.reference().contains("arXiv:"));
            assertFalse(method.cost().rule().isEmpty());
        }
        assertEquals("DPM-Solver++ 3M", Solvers.named("dpmpp-3m").label());
        assertEquals("ddim", Solvers.named("ipndm-1").name());
    }

    @Test
    void wrongRequestsAreAnswered() {
        assertMessage("There is no solver \"dpm++\"; known are ddim, ipndm-2", () -> Solvers.named("dpm++"));
        assertMessage("at least one function evaluation", () -> Multistep.ddim().layout(0));
        Method twice = new Method("twice", "", 2, Prediction.NOISE, StepCost.perStep(2), "", t -> {});
        assertEquals(3, twice.layout(6).intervals());
        assertMessage("Solver twice cannot run with NFE 5: it takes 2 evaluations a step", () -> twice.layout(5));
        assertMessage("decrease strictly; number 2", () -> Multistep.ddim().build(new double[] {3, 1, 2}));
        assertMessage("at least two noise levels", () -> Multistep.ddim().build(new double[] {3}));
        assertMessage("at least two noise levels", () -> Multistep.ddim().build(new double[0]));
        assertMessage("one evaluation level less, not 3 and 3",
                () -> Multistep.ddim().build(new double[] {3, 2, 1}, new double[] {3, 2, 1}));
        assertMessage("orders 1 to 4, not 5", () -> Multistep.ipndm(5));
        assertMessage("orders 1 to 3, not 0", () -> Multistep.dpmSolverPP(0));
        assertMessage("not 0", () -> PredictorCorrector.uniPC(0, PredictorCorrector.B.BH1));
    }

    @Test
    void theNetworkIsEvaluatedOnceAtPlacedStates() {
        Method careless = new Method("careless", "", 1, Prediction.NOISE, StepCost.perStep(1), "", t -> {
            Row y = t.start();
            t.node(1, y.plus(t.evaluate(y)).plus(t.evaluate(y)));
        });
        assertMessage("once at each placed state", () -> careless.build(new double[] {2, 1}));
        Method loose = new Method("loose", "", 1, Prediction.NOISE, StepCost.perStep(1), "",
                t -> t.evaluate(t.start().times(0.5)));
        assertMessage("place this one first", () -> loose.build(new double[] {2, 1}));
    }

    @Test
    void aLastStepToZeroReturnsTheDenoisedState() {
        Stage last = Multistep.dpmSolverPP(2).build(new double[] {3, 2, 1, 0}).stages().get(3);
        assertArrayEquals(new double[] {0, 0, 0}, last.states());
        assertArrayEquals(new double[] {0, 0, 1}, last.outputs());
    }

    @Test
    void ordersFallAtTheEnd() {
        assertEquals(List.of(1, 2, 3, 3, 2, 1), orders(LowerOrderFinal.ALWAYS, 3, 6));
        assertEquals(List.of(1, 2, 2, 1), orders(LowerOrderFinal.ALWAYS, 3, 4));
        assertEquals(List.of(1, 2, 1), orders(LowerOrderFinal.ALWAYS, 3, 3));
        assertEquals(List.of(1, 2, 3, 3), orders(LowerOrderFinal.NEVER, 3, 4));
        assertEquals(List.of(1, 2, 2, 2, 2, 2, 2, 2, 1), orders(LowerOrderFinal.BELOW_10, 2, 9));
        assertEquals(List.of(1, 2, 2, 2, 2, 2, 2, 2, 2, 2), orders(LowerOrderFinal.BELOW_10, 2, 10));
    }

    private static List<Integer> orders(LowerOrderFinal rule, int order, int steps) {
        return IntStream.range(0, steps).map(i -> rule.orderOf(order, i, steps)).boxed().toList();
    }

    @Test
    void quadratureGivesAdamsBashforth() {
        DerivativeStructure[] nodes = constants(0, -1, -2, -3);
        DerivativeStructure[] moments = constants(1, 1 / 2., 1 / 3., 1 / 4.);      // integrals of x^k over [0, 1]
        double[] weights = Arrays.stream(Quadrature.weights(nodes, moments)).mapToDouble(DerivativeStructure::getValue).toArray();
        assertArrayEquals(new double[] {55 / 24., -59 / 24., 37 / 24., -9 / 24.}, weights, 1e-14);
    }

    private static DerivativeStructure[] constants(double... values) {
        return Arrays.stream(values).mapToObj(v -> new DerivativeStructure(0, 1, v)).toArray(DerivativeStructure[]::new);
    }

    @Test
    void unevaluatedNodesGiveWayToTheirRows() {
        for (Method method : List.of(Multistep.dpmSolverPP(3), PredictorCorrector.uniPC(3, PredictorCorrector.B.BH2),
                SingleStep.heun())) {
            Solver solver = method.on(GridType.LOGSNR, new Edm(), 6);
            Solver shorter = TracedSolver.of(solver).withoutUnevaluated().value();
            assertEquals(6 + 1, shorter.stages().size());
            assertEquals(6, shorter.evaluations());
            List<Stage> expected = solver.canonical().stages();
            List<Stage> actual = shorter.canonical().stages();
            for (int k = 0; k < expected.size(); k++) {
                assertEquals(expected.get(k).sigma(), actual.get(k).sigma());
                assertArrayEquals(expected.get(k).states(), actual.get(k).states(), 1e-12);
                assertArrayEquals(expected.get(k).outputs(), actual.get(k).outputs(), 1e-12);
            }
        }
    }
}
