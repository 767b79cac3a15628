package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.Refusals.assertMessage;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import s4s.Golden;
import s4s.WithManager;
import s4s.grid.GridType;
import s4s.model.CountingDenoiser;
import s4s.model.Denoiser;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Method;
import s4s.solver.Multistep;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.Stage;
import s4s.solver.TracedSolver;

class ExecutorTest extends WithManager {

    static Stream<Method> methods() {
        return Solvers.all().stream();
    }

    private NDArray noise(int count) {
        return Noise.normal(manager, java.util.stream.LongStream.range(0, count).toArray(), new Shape(8, 1, 1));
    }

    private double[] sample(Solver solver, NoiseSchedule schedule, Prediction prediction) {
        Denoiser model = Golden.mixture("d8", schedule, prediction);
        try (NDArray noise = noise(3); NDArray x = Executor.run(Program.of(solver, schedule, prediction), model, noise)) {
            return x.toDoubleArray();
        }
    }

    /** A solver's samples depend neither on how it is written nor on what the network predicts. */
    @ParameterizedTest
    @MethodSource("methods")
    void allFormsGiveTheSameSamples(Method method) {
        for (NoiseSchedule schedule : List.of(new Edm(), new VpLinear())) {
            double[] grid = GridType.LOGSNR.levels(schedule, 6);
            double[] told = Arrays.stream(grid).limit(6).map(s -> s == grid[0] ? s : 0.93 * s).toArray();
            for (Solver solver : List.of(method.build(grid), method.build(grid, told))) {
                double[] expected = sample(solver, schedule, Prediction.DATA);
                Golden.assertClose(expected, sample(solver, schedule, Prediction.NOISE), 1e-10, "noise network");
                Golden.assertClose(expected, sample(solver.canonical(), schedule, Prediction.DATA), 1e-10, "canonical");
                Golden.assertClose(expected, sample(solver.as(Prediction.NOISE), schedule, Prediction.DATA), 1e-10, "noise form");
                Golden.assertClose(expected,
                        sample(solver.as(Prediction.NOISE).as(Prediction.DATA), schedule, Prediction.DATA), 1e-10, "round trip");
            }
        }
    }

    /** With an evaluation level of its own, e is the network's noise at that level: one Euler step by hand. */
    @Test
    void evaluationLevelIsWhatTheNetworkIsTold() {
        VpLinear vp = new VpLinear();
        Denoiser model = Golden.mixture("d8", vp, Prediction.NOISE);
        Solver solver = Multistep.ddim().build(new double[] {5, 2}, new double[] {4});
        double[] actual = sample(solver, vp, Prediction.NOISE);
        NDArray z = noise(3);
        NDArray e = model.predict(z, manager.create(new double[] {vp.time(4)}));     // x_T = z, whatever the level
        NDArray expected = z.div(vp.alpha(5)).sub(e.mul(3)).mul(vp.alpha(2));
        Golden.assertClose(expected.toDoubleArray(), actual, 1e-13, "Euler");
    }

    @Test
    void sameCallSameBitsAndTheNoiseStaysAsItIs() {
        Edm edm = new Edm();
        Program program = Program.of(Solvers.named("unipc-3-bh2").build(GridType.EDM.levels(edm, 5)), edm, Prediction.DATA);
        NDArray noise = noise(2);
        double[] before = noise.toDoubleArray();
        double[] first = Executor.run(program, Golden.mixture("d8", edm, Prediction.DATA), noise).toDoubleArray();
        double[] second = Executor.run(program, Golden.mixture("d8", edm, Prediction.DATA), noise).toDoubleArray();
        assertArrayEquals(first, second);
        assertArrayEquals(before, noise.toDoubleArray());
    }

    /** Numbers in doubles are those that derivatives are of, to the bit, where both have the same nodes. */
    @Test
    void plainProgramsAreThoseWithDerivatives() {
        int same = 0;
        for (NoiseSchedule schedule : List.of(new Edm(), VpLinear.between(0.002, 80), Discrete.latentDiffusion())) {
            for (Method method : Solvers.all()) {
                for (Prediction prediction : Prediction.values()) {
                    Solver solver = method.on(GridType.LOGSNR, schedule, 6);
                    Program plain = Program.of(solver, schedule, prediction);
                    Program traced = DifferentiableProgram.of(TracedSolver.of(solver), schedule, prediction).program();
                    if (plain.nodes().size() == traced.nodes().size()) {
                        assertEquals(traced, plain);
                        same++;
                    }
                }
            }
        }
        assertTrue(same > 3 * Solvers.all().size(), same + " programs");
    }

    @Test
    void nothingLeaks() {
        Edm edm = new Edm();
        Denoiser model = Golden.mixture("d8", edm, Prediction.DATA);
        for (Method method : Solvers.all()) {
            Program program = Program.of(method.build(GridType.EDM.levels(edm, 6)), edm, Prediction.DATA);
            NDArray noise = noise(2);
            int before = manager.getManagedArrays().size();
            for (int i = 0; i < 3; i++) {
                NDArray x = Executor.run(program, model, noise);
                assertSame(manager, x.getManager());
                assertEquals(before + 1, manager.getManagedArrays().size(), method.name());
                x.close();
            }
            assertThrows(IllegalStateException.class, () -> Executor.run(program, model, noise, evaluation -> {
                throw new IllegalStateException("an observer fails");
            }));
            assertEquals(before, manager.getManagedArrays().size(), method.name());
        }
    }

    @Test
    void statesLiveNoLongerThanNeeded() {
        Edm edm = new Edm();
        Program program = Program.of(Multistep.ipndm(4).build(GridType.EDM.levels(edm, 40)), edm, Prediction.NOISE);
        List<Integer> alive = new ArrayList<>();
        Executor.run(program, Golden.mixture("d8", edm, Prediction.NOISE), noise(1),
                evaluation -> alive.add(manager.getManagedArrays().size()));
        assertEquals(40, alive.size());
        assertEquals(alive.get(5), alive.get(39));           // four outputs and one state, however many steps
        assertTrue(alive.get(39) < 14, alive.toString());
    }

    /** A float32 network gets float32 input and time, one time for the batch; the state stays float64. */
    @Test
    void networkComputesInItsOwnType() {
        List<String> seen = new ArrayList<>();
        Denoiser half = new Fake((x, time) -> {
            seen.add(x.getDataType() + " " + time.getDataType() + " " + time.getShape());
            return x.mul(0.5);
        });
        Program program = Program.of(Multistep.ddim().build(new double[] {4, 2, 1}), new Edm(), Prediction.DATA);
        NDArray noise = noise(2);
        NDArray x = Executor.run(program, half, noise, evaluation -> {
            assertEquals(DataType.FLOAT64, evaluation.state().getDataType());
            assertEquals(evaluation.number() == 1 ? 4 : 2, evaluation.sigma());
        });
        assertEquals(List.of("float32 float32 (1)", "float32 float32 (1)"), seen);
        assertEquals(DataType.FLOAT64, x.getDataType());
        // D = y / 2: every halving of sigma takes y to 3/4 of itself
        Golden.assertClose(noise.mul(4 * 0.75 * 0.75).toDoubleArray(), x.toDoubleArray(), 1e-6, "halvings");
    }

    /** A network may return its numbers in any order in memory, and noise may come so too. */
    @Test
    void arraysNeedNotBeContiguous() {
        Program program = Program.of(Multistep.ddim().build(new double[] {4, 2, 1}), new Edm(), Prediction.DATA);
        NDArray noise = noise(3);
        double[] expected = Executor.run(program, new Fake((x, time) -> x.square()), noise).toDoubleArray();
        Denoiser strided = new Fake((x, time) -> columnMajor(x.square()));
        assertArrayEquals(expected, Executor.run(program, strided, columnMajor(noise)).toDoubleArray());
    }

    private static NDArray columnMajor(NDArray array) {
        return array.transpose(1, 0, 2, 3).flatten().reshape(8, -1, 1, 1).transpose(1, 0, 2, 3);
    }

    @Test
    void observersSeeEveryEvaluation() {
        VpLinear vp = new VpLinear();
        Solver solver = Solvers.named("unipc-2-bh1").build(GridType.TIME_UNIFORM.levels(vp, 4));
        CountingDenoiser model = new CountingDenoiser(Golden.mixture("d8", vp, Prediction.NOISE));
        List<Integer> nodes = new ArrayList<>();
        List<Double> times = new ArrayList<>();
        Executor.run(Program.of(solver, vp, Prediction.NOISE), model, noise(1), evaluation -> {
            nodes.add(evaluation.node());
            times.add(evaluation.time());
            double scale = evaluation.input().getDouble(0, 0, 0, 0) / evaluation.state().getDouble(0, 0, 0, 0);
            assertEquals(vp.alpha(evaluation.sigma()), scale, 1e-15);
        });
        assertEquals(List.of(0, 1, 2, 3), nodes);            // corrected states have become part of the rows that used them
        assertArrayEquals(new double[] {1, 0.75025, 0.5005, 0.25075}, times.stream().mapToDouble(d -> d).toArray(), 1e-12);
        assertEquals(4, model.calls());
    }

    @Test
    void infiniteNumbersAreReportedWithTheirNode() {
        Program program = Program.of(Multistep.ddim().build(new double[] {4, 2, 1}), new Edm(), Prediction.DATA);
        Denoiser broken = new Fake((x, time) -> time.getFloat() == 2f ? x.mul(Float.NaN) : x);
        String message = assertThrows(IllegalStateException.class, () -> Executor.run(program, broken, noise(1))).getMessage();
        assertTrue(message.startsWith("Solver ddim has a state that is not finite at node 2 (noise level 1.0)"), message);
        NDArray bad = noise(1).mul(Double.NaN);
        message = assertThrows(IllegalStateException.class, () -> Executor.run(program, broken, bad)).getMessage();
        assertTrue(message.contains("at node 0"), message);
    }

    @Test
    void misfitsAreRefused() {
        Program program = Program.of(Multistep.ddim().build(new double[] {4, 2, 1}), new Edm(), Prediction.DATA);
        Denoiser noiseNetwork = Golden.mixture("d8", new Edm(), Prediction.NOISE);
        assertMessage("predicts DATA, but this one predicts NOISE", () -> Executor.run(program, noiseNetwork, noise(1)));
        Denoiser model = Golden.mixture("d8", new Edm(), Prediction.DATA);
        assertMessage("the noise has shape (8, 1, 1)", () -> Executor.run(program, model, manager.zeros(new Shape(8, 1, 1))));
        assertMessage("the noise has shape (2, 8)", () -> Executor.run(program, model, manager.zeros(new Shape(2, 8))));
        Denoiser flat = new Fake((x, time) -> x.reshape(1, 8));
        assertMessage("returned shape (1, 8)", () -> Executor.run(program, flat, noise(1)));
    }

    @Test
    void stopsWhenInterrupted() {
        Program program = Program.of(Multistep.ddim().build(new double[] {4, 2, 1}), new Edm(), Prediction.DATA);
        Denoiser model = new Fake((x, time) -> {
            Thread.currentThread().interrupt();
            return x;
        });
        assertThrows(CancellationException.class, () -> Executor.run(program, model, noise(1)));
        assertFalse(Thread.currentThread().isInterrupted());
    }

    /** Zero weights cost nothing, and a state that is nothing but zero is zero. */
    @Test
    void zeroWeightsAreSkipped() {
        Solver solver = new Solver("zeros", Prediction.NOISE, List.of(
                new Stage(4, 4, new double[0], new double[0]),
                new Stage(3, Double.NaN, new double[] {0}, new double[] {0}),
                new Stage(2, Double.NaN, new double[] {0, 0}, new double[] {1, 0})));
        Program program = Program.of(solver, new Edm(), Prediction.NOISE);
        assertEquals(0, program.nodes().get(1).terms().size());
        assertEquals(List.of(new Program.Term(Program.Source.OUTPUT, 0, 1)), program.nodes().get(2).terms());
        double[] sample = sample(solver, new Edm(), Prediction.NOISE);
        NDArray direct = Golden.mixture("d8", new Edm(), Prediction.NOISE).predict(noise(3).mul(4), manager.create(new double[] {4}));
        assertArrayEquals(direct.toDoubleArray(), sample, 1e-15);
    }

    /** A float32 network that predicts data. */
    private record Fake(java.util.function.BinaryOperator<NDArray> function) implements Denoiser {

        @Override
        public NDArray predict(NDArray x, NDArray time) {
            return function.apply(x, time);
        }

        @Override
        public Prediction prediction() {
            return Prediction.DATA;
        }

        @Override
        public NoiseSchedule schedule() {
            return new Edm();
        }

        @Override
        public DataType dataType() {
            return DataType.FLOAT32;
        }

        @Override
        public Shape sampleShape() {
            return new Shape(8, 1, 1);
        }
    }
}
