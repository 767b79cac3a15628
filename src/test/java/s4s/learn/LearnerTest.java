package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.io.Progress;
import s4s.model.CrowdedDenoiser;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.sampling.Adjoint;
import s4s.sampling.Executor;
import s4s.sampling.Program;
import s4s.schedule.Edm;
import s4s.solver.Prediction;
import s4s.solver.Solvers;

/** Learning on the exact mixture, where a teacher of many steps is the solution of the ODE. */
class LearnerTest {

    private NDManager manager;
    private Denoiser denoiser;
    private DiffusionModel model;
    private TeacherPairs training;
    private TeacherPairs validation;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        denoiser = Golden.mixture("smooth", new Edm(), Prediction.DATA);
        model = DiffusionModel.of(denoiser);
        var teacher = Solvers.named("unipc-3-bh1").on(GridType.EDM, denoiser.schedule(), 60);
        training = TeacherPairs.draw(manager, model, teacher, SeedRange.TRAINING, 48, 48, done -> {});
        validation = TeacherPairs.draw(manager, model, teacher, SeedRange.VALIDATION, 64, 64, done -> {});
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Family family(Families kind) {
        return kind.on(new Edm(), Solvers.named(kind.init()), GridType.EDM, 5, OptionalInt.empty());
    }

    private Learner learner(Families kind, Plan plan, Distance distance, Optional<Path> checkpoint) throws IOException {
        return new Learner(manager, family(kind), model, distance, training, validation, plan, 11, checkpoint, Map.of());
    }

    private static Plan plan(int steps, Optimizer optimizer) {
        return new Plan(List.of(new Plan.Phase("all", EnumSet.allOf(Block.class), steps, n -> 24, () -> optimizer)), 16,
                Adjoint.Graphs.RECOMPUTED, 0, 1, 1000, 0);
    }

    @Test
    void everyFamilyComesCloserToTheTeacher() throws IOException {
        for (Families kind : Families.values()) {
            if (kind == Families.S4S_SS) {
                continue;                                        // five evaluations are too few stages to gain much
            }
            try (Learner learner = learner(kind, Plan.gaussNewton(12), Distance.l2(), Optional.empty())) {
                Learner.Learned learned = learner.run(Progress.none());
                double start = learned.history().get(0).validation();
                assertTrue(learned.validation() < 0.5 * start, kind + ": " + start + " to " + learned.validation());
                assertEquals(learned.validation(), distance(kind, learned.theta()), 1e-6 * start, "what is said is what it is");
            }
        }
    }

    /** The mean squared difference to the teacher's samples, computed without the objective's code. */
    private double distance(Families kind, double[] theta) {
        NDArray z = validation.noise(manager, 0, 64);
        NDArray x = Executor.run(Program.of(family(kind).solver(theta), denoiser.schedule(), denoiser.prediction()), denoiser, z);
        return x.sub(validation.samples(manager, 0, 64).toType(DataType.FLOAT64, false)).square().mean().getDouble();
    }

    /** A device with memory for five pairs. */
    @Test
    void aBatchThatDoesNotFitIsHalved() {
        Family family = family(Families.S4S_JOINT);
        double[] theta = family.start();
        Objective.Batch pairs = new Objective.Batch(training.seeds(), training.noise(manager, 0, 48),
                training.samples(manager, 0, 48));
        for (Adjoint.Graphs graphs : Adjoint.Graphs.values()) {
            Objective roomy = new Objective(family, model, Distance.l2(), graphs, 16);
            Objective crowded = new Objective(family,
                    DiffusionModel.of(new CrowdedDenoiser(denoiser, 5)), Distance.l2(), graphs, 16);
            Linearization expected = roomy.linearize(theta, pairs, Optional.of(new SplittableRandom(5)));
            Linearization found = crowded.linearize(theta, pairs, Optional.of(new SplittableRandom(5)));
            assertArrayEquals(expected.losses(), found.losses(), 1e-9);
            for (int p = 0; p < theta.length; p++) {
                assertEquals(expected.gradient()[p], found.gradient()[p], 1e-9);
                assertArrayEquals(expected.curvature().orElseThrow().matrix()[p], found.curvature().orElseThrow().matrix()[p], 1e-9);
            }
            assertArrayEquals(expected.noise()[47], found.noise()[47], 1e-9);
            assertArrayEquals(roomy.losses(theta, pairs), crowded.losses(theta, pairs), 1e-9);
            assertEquals(roomy.evaluations(), crowded.evaluations());
            assertEquals(roomy.products(), crowded.products());
        }
    }

    @Test
    void noMemoryForOnePairIsNotTakenForABadStep() throws IOException {
        try (Learner learner = new Learner(manager, family(Families.S4S_JOINT),
                DiffusionModel.of(new CrowdedDenoiser(denoiser, 0)), Distance.l2(),
                training, validation, Plan.gaussNewton(2), 11, Optional.empty(), Map.of())) {
            assertThrows(EngineException.class, () -> learner.run(Progress.none()));
        }
    }

    @Test
    void papersOptimizersLearnToo() throws IOException {
        for (Optimizer optimizer : List.of(GradientDescent.adam(0.01, 1), GradientDescent.ld3(),
                new GradientDescent(block -> new GradientDescent.Rule.Sgd(0.02), 1, 0.99))) {
            try (Learner learner = learner(Families.S4S_JOINT, plan(60, optimizer), Distance.l1(), Optional.empty())) {
                Learner.Learned learned = learner.run(Progress.none());
                assertTrue(learned.validation() < 0.9 * learned.history().get(0).validation(), learned.toString());
            }
        }
    }

    @Test
    void gaussNewtonNeedsAFifthOfAdamsCalls() throws IOException {
        double reached;
        long cost;
        try (Learner learner = learner(Families.S4S_JOINT, plan(400, GradientDescent.adam(1e-2, 1)), Distance.l2(), Optional.empty())) {
            Learner.Learned adam = learner.run(Progress.none());
            reached = adam.validation();
            cost = adam.history().get(adam.history().size() - 1).cost();
        }
        try (Learner learner = learner(Families.S4S_JOINT, Plan.gaussNewton(24), Distance.l2(), Optional.empty())) {
            Learner.Learned learned = learner.run(Progress.none());
            long needed = learned.history().stream().filter(e -> e.validation() <= reached).findFirst().orElseThrow().cost();
            assertTrue(needed < cost / 5, needed + " of " + cost);
        }
    }

    /** The estimate from random cotangents against the Jacobian by central differences. */
    @Test
    void curvatureIsUnbiased() {
        Family family = family(Families.S4S_JOINT);
        Objective objective = new Objective(family, model, Distance.l2(), Adjoint.Graphs.KEPT, 24);
        Objective.Batch batch = new Objective.Batch(training.first(24).seeds(), training.noise(manager, 0, 24),
                training.samples(manager, 0, 24));
        double[] theta = family.start();
        int size = theta.length;
        double[][] estimate = new double[size][size];
        int probes = 400;
        for (int n = 0; n < probes; n++) {
            double[][] h = objective.linearize(theta, batch, Optional.of(new SplittableRandom(n))).curvature().orElseThrow().matrix();
            for (int p = 0; p < size; p++) {
                for (int q = 0; q < size; q++) {
                    estimate[p][q] += h[p][q] / probes;
                }
            }
        }
        double[][] columns = new double[size][];
        for (int p = 0; p < size; p++) {
            double[][] sides = new double[2][];
            for (int side = 0; side < 2; side++) {
                double[] moved = theta.clone();
                moved[p] += side == 0 ? 1e-4 : -1e-4;
                sides[side] = Executor.run(Program.of(family.solver(moved), denoiser.schedule(), denoiser.prediction()),
                        denoiser, batch.noise()).toDoubleArray();
            }
            columns[p] = IntStream.range(0, sides[0].length).mapToDouble(i -> (sides[0][i] - sides[1][i]) / 2e-4).toArray();
        }
        for (int p = 0; p < size; p++) {
            for (int q = 0; q < size; q++) {
                double exact = 2 * dot(columns[p], columns[q]) / (24 * 8);
                double scale = 2 * Math.sqrt(dot(columns[p], columns[p]) * dot(columns[q], columns[q])) / (24 * 8);
                assertEquals(exact, estimate[p][q], 0.1 * scale, p + ", " + q);
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        return IntStream.range(0, a.length).mapToDouble(i -> a[i] * b[i]).sum();
    }

    @Test
    void aStoppedRunGivesTheSameNumbers(@TempDir Path folder) throws IOException {
        for (Plan plan : List.of(Plan.alternating(2, 4).relaxed(0.2), plan(9, GradientDescent.adam(0.01, 1)))) {
            double[] whole;
            try (Learner learner = learner(Families.S4S_JOINT, plan, Distance.l2(), Optional.empty())) {
                whole = learner.run(Progress.none()).theta();
            }
            Path checkpoint = folder.resolve(plan.phases().size() + ".npz");
            @SuppressWarnings("serial")
            class Killed extends RuntimeException { }
            Plan fresh = plan.phases().size() == 1 ? plan(9, GradientDescent.adam(0.01, 1)) : plan;
            try (Learner learner = learner(Families.S4S_JOINT, fresh, Distance.l2(), Optional.of(checkpoint))) {
                assertThrows(Killed.class, () -> learner.run(new Progress() {
                    @Override
                    public void update(long done, long total, String note) {
                        if (done == 7) {
                            throw new Killed();
                        }
                    }

                    @Override
                    public void close() {}
                }));
            }
            Plan again = plan.phases().size() == 1 ? plan(9, GradientDescent.adam(0.01, 1)) : plan;
            try (Learner learner = learner(Families.S4S_JOINT, again, Distance.l2(), Optional.of(checkpoint))) {
                assertArrayEquals(whole, learner.run(Progress.none()).theta());
            }
            try (Learner other = new Learner(manager, family(Families.LD3), model, Distance.l2(), training, validation, plan, 11,
                    Optional.of(checkpoint), Map.of())) {
                String message = assertThrows(IOException.class, () -> other.run(Progress.none())).getMessage();
                assertTrue(message.contains("belongs to another run"), message);
            }
        }
    }

    @Test
    void relaxedNoiseStaysInItsBallAndLosesLess() throws IOException {
        double[] hard = new double[1];
        double[] soft = new double[1];
        for (double radius : new double[] {0, 0.5}) {
            Plan plan = new Plan(List.of(new Plan.Phase("all", EnumSet.allOf(Block.class), 20, n -> 48,
                    () -> GradientDescent.adam(1e-6, 1))), 48, Adjoint.Graphs.KEPT, radius, 20, 5, 0);
            try (Learner learner = learner(Families.LD3, plan, Distance.l2(), Optional.empty())) {
                (radius == 0 ? hard : soft)[0] = learner.run(Progress.none()).history().get(1).loss();
                double farthest = learner.farthest();
                assertTrue(farthest <= radius * (1 + 1e-12), farthest + " from the centre");
                assertTrue(radius == 0 || farthest > 0.1 * radius, "noise moves");
            }
        }
        assertTrue(soft[0] < 0.9 * hard[0], hard[0] + " and " + soft[0]);
    }

    @Test
    void divergenceKeepsTheBest() throws IOException {
        int[] calls = {0};
        Distance failing = Distance.of((samples, targets) -> {
            NDArray values = samples.sub(targets).square().reshape(samples.getShape().get(0), -1).mean(new int[] {1});
            return ++calls[0] > 30 ? values.mul(Double.NaN) : values;
        });
        try (Learner learner = learner(Families.S4S_LMS, plan(50, GradientDescent.adam(0.01, 1)), failing, Optional.empty())) {
            Learner.Learned learned = learner.run(Progress.none());
            assertTrue(learned.ended().contains("diverged") && learned.ended().contains("NaN"), learned.ended());
            assertTrue(learned.validation() < learned.history().get(0).validation());
            assertTrue(Arrays.stream(learned.theta()).allMatch(Double::isFinite));
        }
    }

    @Test
    void anInterruptionIsNoDivergence() throws IOException {
        try (Learner learner = learner(Families.S4S_LMS, Plan.gaussNewton(5), Distance.l2(), Optional.empty())) {
            assertThrows(CancellationException.class, () -> learner.run(new Progress() {
                @Override
                public void update(long done, long total, String note) {
                    Thread.currentThread().interrupt();
                }

                @Override
                public void close() {}
            }));
        }
        assertFalse(Thread.currentThread().isInterrupted());
    }

    @Test
    void pairsHaveTheirRoles() {
        String message = assertThrows(IllegalArgumentException.class, () -> new Learner(manager, family(Families.LD3), model,
                Distance.l2(), validation, validation, Plan.gaussNewton(1), 0, Optional.empty(), Map.of())).getMessage();
        assertTrue(message.contains("training needs seeds of its own"), message);
    }

    @Test
    void nothingIsLeftBehind() throws IOException {
        int before = manager.getManagedArrays().size();
        for (int round = 0; round < 2; round++) {
            try (Learner learner = learner(Families.S4S_JOINT, Plan.gaussNewton(2), Distance.l2(), Optional.empty())) {
                learner.run(Progress.none());
            }
            assertEquals(before, manager.getManagedArrays().size());
        }
    }
}
