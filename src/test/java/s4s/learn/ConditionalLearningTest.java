package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.grid.GridType;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.model.TinyLatentModel;
import s4s.sampling.Adjoint;
import s4s.sampling.Executor;
import s4s.sampling.Noise;
import s4s.sampling.Program;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;

/** Learning for a latent model by class, with guidance: each pair under the condition of its seed. */
class ConditionalLearningTest {
    private static final List<String> CLASSES = List.of("cat", "dog", "cow");
    private static final int PAIRS = 7;

    private NDManager manager;
    private TinyLatentModel tiny;
    private DiffusionModel model;
    private Family family;
    private TeacherPairs pairs;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        tiny = new TinyLatentModel(manager);
        model = tiny.byClass(2);
        family = Families.S4S_JOINT.on(model.schedule(), Solvers.named("dpmpp-2m"), GridType.TIME_UNIFORM, 3,
                OptionalInt.empty());
        pairs = TeacherPairs.draw(manager, model, teacher(), SeedRange.TRAINING, PAIRS, 3, done -> {});
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Solver teacher() {
        return Solvers.named("unipc-3-bh2").on(GridType.TIME_UNIFORM, model.schedule(), 9);
    }

    /** Of training pair i alone: seed 1,000,000 + i asks for class (1 + i) mod 3. */
    private float[] alone(Solver solver, int i) {
        Denoiser network = tiny.network().denoiser(List.of(CLASSES.get((1 + i) % 3)), 2);
        NDArray noise = Noise.normal(manager, new long[] {1_000_000 + i}, model.sampleShape());
        return Executor.run(Program.of(solver, model.schedule(), model.prediction()), network, noise)
                .toType(DataType.FLOAT32, false).toFloatArray();
    }

    private Objective objective(Distance distance, int batch) {
        return new Objective(family, model, distance, Adjoint.Graphs.KEPT, batch);
    }

    private Objective.Batch batch(TeacherPairs from) {
        return new Objective.Batch(from.seeds(), from.noise(manager, 0, from.count()), from.samples(manager, 0, from.count()));
    }

    @Test
    void pairsAndLossesAreThoseOfEachSeedAlone() {
        double[] expected = new double[PAIRS];
        for (int i = 0; i < PAIRS; i++) {
            float[] target = alone(teacher(), i);
            float[] stored = pairs.samples(manager, i, i + 1).toFloatArray();
            assertArrayEquals(target, stored, 2e-5f);
            float[] sample = alone(family.solver(family.start()), i);
            for (int k = 0; k < sample.length; k++) {
                expected[i] += Math.pow(sample[k] - target[k], 2) / sample.length;
            }
        }
        for (int batch : new int[] {1, 2, 4, 7}) {
            double[] losses = objective(Distance.l2(), batch).losses(family.start(), batch(pairs));
            for (int i = 0; i < PAIRS; i++) {
                assertEquals(expected[i], losses[i], 1e-3 * expected[i], "pair " + i + ", batch " + batch);
            }
        }
    }

    @Test
    void gradientsGoThroughGuidanceAndDecoder() {
        for (Distance distance : List.of(Distance.l2(), Distance.l2().decoded(tiny.decoder()), Distance.l1())) {
            Objective objective = objective(distance, 3);
            double[] theta = family.start();
            double[] gradient = objective.linearize(theta, batch(pairs), Optional.of(new SplittableRandom(1))).gradient();
            double norm = Math.sqrt(Arrays.stream(gradient).map(g -> g * g).sum());
            double h = 1e-4;
            double[] losses = new double[2];
            for (int side = 0; side < 2; side++) {
                double step = (2 * side - 1) * h / norm;
                double[] moved = theta.clone();
                for (int p = 0; p < moved.length; p++) {
                    moved[p] += step * gradient[p];
                }
                losses[side] = Linearization.mean(objective.losses(moved, batch(pairs)));
            }
            assertEquals(norm, (losses[1] - losses[0]) / (2 * h), 0.02 * norm);
        }
    }

    @Test
    void learns() throws IOException {
        TeacherPairs checks = TeacherPairs.draw(manager, model, teacher(), SeedRange.VALIDATION, 6, 6, done -> {});
        try (Learner learner = new Learner(manager, family, model, Distance.l2(), pairs, checks,
                Plan.gaussNewton(6).relaxed(0.01), 0, Optional.empty(), Map.of())) {
            Learner.Learned learned = learner.run(Progress.none());
            assertTrue(learned.validation() < 0.8 * learned.history().get(0).validation(), learned.validation() + " of "
                    + learned.history().get(0).validation());
        }
    }

    @Test
    void aFolderSaysItsConditions(@TempDir Path folder) throws IOException {
        SolverFile teacher = SolverFile.of(teacher(), model.schedule(), Provenance.of("test"));
        TeacherStore.Recipe recipe = new TeacherStore.Recipe("tiny", "hash", teacher, SeedRange.TRAINING, model.sampleShape(),
                model.conditions());
        TeacherStore.open(folder, recipe, 4, "test").to(PAIRS, manager, model, 4, Progress.none(), note -> {});
        TeacherStore store = TeacherStore.open(folder);
        assertEquals(Optional.of("class seed mod 3, guidance 2.0"), store.conditions());
        assertArrayEquals(pairs.samples(manager, 0, PAIRS).toFloatArray(),
                store.pairs().samples(manager, 0, PAIRS).toFloatArray(), 2e-5f);
    }
}
