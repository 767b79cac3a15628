package s4s.run;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.eval.Convergence;
import s4s.model.Denoiser;
import s4s.model.GaussianMixture;
import s4s.schedule.Edm;
import s4s.schedule.GridType;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.DpmSolverV3;
import s4s.solver.ElementwiseRow;
import s4s.solver.ElementwiseSolver;
import s4s.solver.EmsMethod;
import s4s.solver.EmsStatistics;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.Weight;

/** DPM-Solver-v3 with statistics: against the official code, the form without statistics, and exact solutions. */
class EmsMethodTest {

    private static final Edm EDM = new Edm();

    /** A statistic as a function of {@code lambda} or of the part of the range, and of the element. */
    private interface Values {
        double at(double u, int element);
    }

    private static EmsStatistics statistics(NoiseSchedule schedule, int cells, int elements, Values l, Values s, Values b) {
        return statistics(schedule.sigmaMax(), schedule.sigmaMin(), cells, elements, l, s, b);
    }

    /** Values are functions of u, which runs from 0 to 1. */
    private static EmsStatistics statistics(double from, double to, int cells, int elements, Values l, Values s, Values b) {
        List<List<Weight>> all = new ArrayList<>();
        for (Values values : List.of(l, s, b)) {
            all.add(IntStream.rangeClosed(0, cells).mapToObj(m -> Weight.of(
                    IntStream.range(0, elements).mapToDouble(e -> values.at((double) m / cells, e)).toArray(),
                    elements, 1, 1)).toList());
        }
        return new EmsStatistics(-Math.log(from), -Math.log(to), all.get(0), all.get(1), all.get(2));
    }

    private static EmsMethod method(String name, EmsStatistics statistics) {
        return new EmsMethod(DpmSolverV3.named(name).orElseThrow(), statistics);
    }

    private static double[] run(Program program, Denoiser model, double[] noise) {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray z = manager.create(noise, new Shape(noise.length / 8, 8, 1, 1));
            return Executor.run(program, model, z).toDoubleArray();
        }
    }

    /** The statistics are smooth and not of any model; the samples are those of the official code. */
    @Test
    void equalsTheOfficialCode() throws IOException {
        JsonObject golden;
        try (Reader reader = new InputStreamReader(
                EmsMethodTest.class.getResourceAsStream("/golden/dpmv3-ems.json"), StandardCharsets.UTF_8)) {
            golden = new Gson().fromJson(reader, JsonObject.class);
        }
        double[] noise = Arrays.copyOf(Golden.numbers("noise", "d8"), 16);
        for (JsonObject c : Golden.objects(golden.getAsJsonArray("cases"))) {
            NoiseSchedule schedule = Golden.schedule(c.get("parameterization").getAsString());
            EmsStatistics statistics = statistics(schedule, c.get("cells").getAsInt(), 8,
                    (u, e) -> 1 + 0.3 * Math.sin(3 * u + 0.7 * e),
                    (u, e) -> 0.2 * Math.cos(2 * u + 0.5 * e),
                    (u, e) -> 0.15 * Math.sin(5 * u - 0.4 * e));
            String name = c.get("solver").getAsString();
            int nfe = c.get("nfe").getAsInt();
            ElementwiseSolver solver =
                    method(name, statistics).on(GridType.named(c.get("grid").getAsString()), schedule, nfe);
            assertEquals(nfe, solver.evaluations());
            double[] expected = Golden.numbers(c.getAsJsonArray("samples"));
            for (Prediction prediction : Prediction.values()) {
                double[] actual = run(Program.of(solver, schedule, prediction),
                        Golden.mixture("d8", schedule, prediction), noise);
                Golden.assertClose(expected, actual, 1e-10, name + " " + schedule + " " + prediction);
            }
        }
        assertEquals(6, golden.getAsJsonArray("cases").size());
    }

    /** Trivial statistics on 1200 cells, as arrays and as numbers. */
    @Test
    void withoutContentEqualsTheFormWithoutStatistics() {
        double[] noise = Golden.numbers("noise", "d8");
        for (NoiseSchedule schedule : List.of(EDM, new VpLinear())) {
            Denoiser model = Golden.mixture("d8", schedule, Prediction.DATA);
            EmsStatistics arrays = statistics(schedule, 1200, 8, (u, e) -> 1, (u, e) -> 0, (u, e) -> 0);
            EmsStatistics numbers = new EmsStatistics(arrays.first(), arrays.last(), Collections.nCopies(1201, Weight.ONE),
                    Collections.nCopies(1201, Weight.ZERO), Collections.nCopies(1201, Weight.ZERO));
            for (String name : List.of("dpmv3-2", "dpmv3-3", "dpmv3-2c", "dpmv3-3c", "dpmv3-3c-pseudo")) {
                Solver free = Solvers.named(name).on(GridType.EDM, schedule, 7);
                double[] expected = run(Program.of(free, schedule, Prediction.DATA), model, noise);
                Program elementwise = Program.of(method(name, arrays).on(GridType.EDM, schedule, 7), schedule, Prediction.DATA);
                Golden.assertClose(expected, run(elementwise, model, noise), 1e-12, name + " arrays");
                Program plain = Program.of(method(name, numbers).on(GridType.EDM, schedule, 7), schedule, Prediction.DATA);
                assertTrue(plain.nodes().stream().flatMap(node -> node.terms().stream()).allMatch(t -> t.weight().isNumber()));
                Golden.assertClose(expected, run(plain, model, noise), 1e-12, name + " numbers");
            }
        }
    }

    /**
     * A Gaussian with mean mu and variance v in each element has {@code sigma e = p (y - mu)}, with
     * {@code p = sigma^2 / (sigma^2 + v)}, and {@code l = p - c}, {@code s = -p}, {@code b = -p' mu - p^2 mu + c p mu} fit it exactly. One step over the whole range
     * then is exact but for the trapezoidal rule, whose errors fall as the square of the cells.
     */
    @Test
    void exactStatisticsMakeOneStepExact() {
        double[] mean = {0.9, -0.6, 0.3, 1.4};
        double[] deviation = {0.3, 0.5, 0.8, 0.6};
        double from = 20;
        double to = 0.05;
        GaussianMixture model = new GaussianMixture(EDM, Prediction.NOISE, new Shape(4, 1, 1),
                List.of(new GaussianMixture.Component(1, mean, deviation)));
        double[] noise = {0.4, -1.1, 0.7, 1.9, -0.3, 0.8, -2.1, 0.2};
        double start = Program.of(Solvers.named("ddim").build(new double[] {from, to}), EDM, Prediction.NOISE).start();
        double[] exact = new double[noise.length];
        Arrays.setAll(exact, i -> {
            double v = deviation[i % 4] * deviation[i % 4];
            return mean[i % 4] + (start * noise[i] - mean[i % 4]) * Math.sqrt((v + to * to) / (v + from * from));
        });
        Convergence reference = new Convergence(model, noise);
        assertArrayEquals(exact, reference.exact(from, to), 1e-9);
        for (int steps : new int[] {1, 3}) {
            double[] errors = new double[2];
            for (int i = 0; i < 2; i++) {
                int cells = i == 0 ? 1500 : 3000;
                EmsStatistics statistics = statistics(from, to, cells, 4,
                        (u, e) -> share(from, to, u, deviation[e]) - shift(e),
                        (u, e) -> -share(from, to, u, deviation[e]),
                        (u, e) -> {
                            double p = share(from, to, u, deviation[e]);
                            return mean[e] * (2 * p * (1 - p) - p * p + shift(e) * p);
                        });
                double[] grid = IntStream.rangeClosed(0, steps)
                        .mapToDouble(k -> from * Math.pow(to / from, (double) k / steps)).toArray();
                errors[i] = reference.error(
                        Program.of(method("dpmv3-3c", statistics).build(grid), EDM, Prediction.NOISE));
            }
            assertTrue(errors[1] < 1e-5, steps + " steps: " + errors[1]);
            assertEquals(4, errors[0] / errors[1], 0.1, steps + " steps");
        }
    }

    private static double shift(int element) {
        return 0.2 + 0.15 * element;
    }

    private static double share(double from, double to, double u, double deviation) {
        double sigma = from * Math.pow(to / from, u);
        return sigma * sigma / (sigma * sigma + deviation * deviation);
    }

    /** Whatever the statistics, the method is consistent, and they change its errors, not their order. */
    @Test
    void errorsFallWithTheOrder() {
        Convergence convergence = new Convergence(EDM);
        // at the ends, where the order is lower, the statistics are trivial
        Values bump = (u, e) -> Math.pow(Math.sin(Math.PI * u), 4) * (0.25 + 0.1 * e);
        EmsStatistics statistics = statistics(EDM, 3840, 4,
                (u, e) -> 1 - bump.at(u, e), (u, e) -> 0.4 * bump.at(u, 3 - e), (u, e) -> 0.3 * bump.at(u, e));
        assertOrder(2, convergence, "dpmv3-2", statistics);
        assertOrder(3, convergence, "dpmv3-3", statistics);
    }

    private static void assertOrder(int order, Convergence convergence, String name, EmsStatistics statistics) {
        int[] nfe = {32, 64, 128};
        double[] errors = Arrays.stream(nfe).mapToDouble(n -> convergence.error(
                Program.of(method(name, statistics).on(GridType.LOGSNR, EDM, n), EDM, Prediction.DATA))).toArray();
        double measured = Convergence.order(nfe, errors);
        assertEquals(order, measured, 0.35, name + " " + Arrays.toString(errors));
        double free = convergence.error(Solvers.named(name).on(GridType.LOGSNR, EDM, nfe[1]));
        assertTrue(Math.abs(free - errors[1]) > 0.05 * free, "the statistics change nothing");
    }

    @Test
    void wrongInputsAreRefused() {
        Values one = (u, e) -> 1;
        EmsStatistics good = statistics(EDM, 10, 8, one, one, one);
        EmsMethod method = method("dpmv3-2", good);
        assertMessage("reach from noise level 80.0 to 0.002, but the grid from 40.0 to",
                () -> method.build(new double[] {40, 1, 0.002}));
        assertMessage("take statistics of this model's range", () -> method.on(GridType.LOGSNR, new VpLinear(), 5));
        assertMessage("too few for this grid", () -> method.on(GridType.LOGSNR, EDM, 25));
        assertMessage("decreasing and positive", () -> method.build(new double[] {80, 1, 0}));
        assertMessage("decreasing and positive", () -> method.build(new double[] {80, 1, 2, 0.002}));
        assertMessage("not finite at node 10",
                () -> statistics(EDM, 10, 8, one, (u, e) -> u == 1 ? Double.NaN : 0, one));
        assertMessage("at least two nodes", () -> statistics(EDM, 0, 8, (u, e) -> 1, (u, e) -> 1, (u, e) -> 1));
        assertMessage("as many nodes", () -> new EmsStatistics(0, 1, good.l(), good.s(), good.b().subList(0, 3)));
        assertMessage("a lower to a higher lambda", () -> new EmsStatistics(1, 0, good.l(), good.s(), good.b()));
        assertMessage("weights that are not finite", () -> method("dpmv3-2",
                statistics(EDM, 10, 8, one, (u, e) -> 1e4, one)).on(GridType.LOGSNR, EDM, 2));
        EmsStatistics small = statistics(EDM, 10, 4, one, one, one);
        assertMessage("but others have", () -> new EmsStatistics(0, 1, good.l(), small.s(), good.b()));
        Program program = Program.of(method("dpmv3-2", small).on(GridType.LOGSNR, EDM, 3), EDM, Prediction.DATA);
        assertMessage("weights for elements of shape (4, 1, 1)",
                () -> run(program, Golden.mixture("d8", EDM, Prediction.DATA), new double[8]));
        assertTrue(DpmSolverV3.named("ddim").isEmpty() && DpmSolverV3.named("dpmv3-3c-afs").isEmpty());
        assertEquals("dpmv3-3c-pseudo", DpmSolverV3.named("dpmv3-3c-pseudo").orElseThrow().name());
    }

    @Test
    void elementwiseSolversAreChecked() {
        Weight pair = Weight.of(new double[] {1, 2}, 2);
        assertMessage("does not come before it", () -> solver(ElementwiseRow.state(1, Weight.ONE)));
        assertMessage("node that is not evaluated", () -> solver(ElementwiseRow.output(0, Weight.ONE)));
        assertMessage("not finite", () -> solver(ElementwiseRow.state(0, Weight.of(new double[] {1, Double.NaN}, 2))));
        assertMessage("another shape",
                () -> solver(ElementwiseRow.state(0, pair), ElementwiseRow.state(0, Weight.of(new double[] {1, 2, 3}, 3))));
        assertMessage("do not go together", () -> pair.plus(Weight.of(new double[] {1, 2}, 2, 1)));
        assertMessage("does not hold 2 values", () -> Weight.of(new double[] {1, 2}, 3));
        assertEquals(pair, Weight.of(new double[] {0, 1}, 2).plus(Weight.ONE));
        assertThrows(IllegalStateException.class, pair::number);
    }

    private static ElementwiseSolver solver(ElementwiseRow... rows) {
        List<ElementwiseSolver.Node> nodes = new ArrayList<>(List.of(
                new ElementwiseSolver.Node(2, false, ElementwiseRow.ZERO)));
        Arrays.stream(rows).forEach(row -> nodes.add(new ElementwiseSolver.Node(1, false, row)));
        return new ElementwiseSolver("test", Prediction.NOISE, nodes);
    }

    /** Nothing outlives a run, and images of seeds can be drawn by a program. */
    @Test
    void nothingLeaks() {
        EmsStatistics statistics = statistics(EDM, 60, 8,
                (u, e) -> 1 + 0.1 * e * u, (u, e) -> 0.1 * e, (u, e) -> 0.2 * u);
        Program program = Program.of(method("dpmv3-3c", statistics).on(GridType.LOGSNR, EDM, 6), EDM, Prediction.DATA);
        assertTrue(program.nodes().get(1).constant().isPresent());
        Denoiser model = Golden.mixture("d8", EDM, Prediction.DATA);
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray noise = Noise.normal(manager, new long[] {0, 1, 2}, model.sampleShape());
            int before = manager.getManagedArrays().size();
            NDArray x = Executor.run(program, model, noise);
            assertEquals(before + 1, manager.getManagedArrays().size());
            List<Integer> alive = new ArrayList<>();
            assertThrows(IllegalStateException.class, () -> Executor.run(program, model, noise, evaluation -> {
                alive.add(evaluation.number());
                if (evaluation.number() == 4) {
                    throw new IllegalStateException("an observer fails");
                }
            }));
            assertEquals(List.of(1, 2, 3, 4), alive);
            assertEquals(before + 1, manager.getManagedArrays().size());
            NDArray images = Sampling.images(manager, model, program, new long[] {0, 1, 2}, 2, done -> { });
            assertArrayEquals(x.toDoubleArray(), images.toDoubleArray(), 1e-12);
        }
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(part), message);
    }
}
