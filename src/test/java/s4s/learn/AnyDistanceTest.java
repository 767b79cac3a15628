package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.io.Progress;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.sampling.Adjoint;
import s4s.schedule.Edm;
import s4s.solver.Prediction;
import s4s.solver.Solvers;

/** The default optimizer with distances that have no embedding, on the exact mixture. */
class AnyDistanceTest {

    private static final int DIMENSIONS = 8;

    private NDManager manager;
    private Denoiser denoiser;
    private DiffusionModel model;
    private NDArray first;
    private NDArray second;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        denoiser = Golden.mixture("smooth", new Edm(), Prediction.DATA);
        model = DiffusionModel.of(denoiser);
        SplittableRandom random = new SplittableRandom(3);
        first = normal(random, DIMENSIONS, 24);
        second = normal(random, 24, 16);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private NDArray normal(SplittableRandom random, int rows, int columns) {
        float[] values = new float[rows * columns];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) (random.nextGaussian() / Math.sqrt(rows));
        }
        return manager.create(values, new Shape(rows, columns));
    }

    private static NDArray rows(NDArray samples) {
        return samples.reshape(samples.getShape().get(0), DIMENSIONS);
    }

    private static NDArray mean(NDArray rows) {
        return rows.mean(new int[] {1});
    }

    private static NDArray l2(NDArray a, NDArray b) {
        return mean(rows(a.sub(b)).square());
    }

    /** LPIPS' form: maps of a network with ReLU, each of length 1, of three scales. */
    private NDArray network(NDArray a, NDArray b) {
        NDArray sum = a.getManager().zeros(new Shape(a.getShape().get(0)));
        NDArray x = rows(a).add(0.3);
        NDArray y = rows(b).add(0.3);
        for (NDArray weights : List.of(first, second)) {
            x = Activation.relu(x.matMul(on(a, weights)));
            y = Activation.relu(y.matMul(on(a, weights)));
            sum = sum.add(unit(x).sub(unit(y)).square().sum(new int[] {1}));
        }
        return sum;
    }

    private static NDArray on(NDArray like, NDArray weights) {
        NDArray copy = weights.duplicate();
        copy.attach(like.getManager());
        return copy;
    }

    private static NDArray unit(NDArray rows) {
        return rows.div(rows.square().sum(new int[] {1}, true).add(1e-10).sqrt());
    }

    private static NDArray huber(NDArray a, NDArray b) {
        NDArray r = rows(a.sub(b)).abs();
        NDArray inner = r.minimum(0.02);
        return mean(inner.mul(r.sub(inner.div(2))));
    }

    /** 1 - (2 x y + c) / (x^2 + y^2 + c), as structural similarity has it. */
    private static NDArray dissimilarity(NDArray a, NDArray b) {
        NDArray x = rows(a);
        NDArray y = rows(b);
        return mean(x.mul(y).mul(2).add(1e-2).div(x.square().add(y.square()).add(1e-2))).mul(-1).add(1);
    }

    private BinaryOperator<NDArray> named(String name) {
        return switch (name) {
            case "l2" -> AnyDistanceTest::l2;
            case "length" -> (a, b) -> l2(a, b).sqrt();
            case "network" -> this::network;
            case "root of network" -> (a, b) -> network(a, b).sqrt();
            case "network and l2" -> (a, b) -> network(a, b).add(l2(a, b).mul(0.1));
            case "huber" -> AnyDistanceTest::huber;
            case "dissimilarity" -> AnyDistanceTest::dissimilarity;
            default -> throw new IllegalArgumentException(name);
        };
    }

    private TeacherPairs pairs(SeedRange range, int set, int count) {
        var teacher = Solvers.named("unipc-3-bh1").on(GridType.EDM, denoiser.schedule(), 60);
        return TeacherPairs.draw(manager, model, teacher, range, range.seeds(1000 * set, count), count, done -> {});
    }

    private Learner.Learned learn(Distance distance, Plan plan, int nfe, int set) throws IOException {
        Family family = Families.S4S_JOINT.on(new Edm(), Solvers.named(Families.S4S_JOINT.init()), GridType.EDM, nfe,
                OptionalInt.empty());
        try (Learner learner = new Learner(manager, family, model, distance, pairs(SeedRange.TRAINING, set, 64),
                pairs(SeedRange.VALIDATION, set, 64), plan, 0, Optional.empty(), Map.of())) {
            return learner.run(Progress.none());
        }
    }

    private static long cost(Learner.Learned learned) {
        return learned.history().get(learned.history().size() - 1).cost();
    }

    /** Adam at the best of three rates, for at least as many network evaluations. */
    @ParameterizedTest
    @CsvSource({"network, 4, 0", "root of network, 5, 1", "network and l2, 4, 2", "huber, 5, 0", "dissimilarity, 4, 1"})
    void theDefaultIsAsGoodAsAdamAtItsBestRate(String name, int nfe, int set) throws IOException {
        Distance distance = Distance.of(named(name));
        Learner.Learned found = learn(distance, Plan.gaussNewton(12), nfe, set);
        double best = Double.POSITIVE_INFINITY;
        for (double rate : new double[] {0.003, 0.01, 0.03}) {
            int steps = (int) (cost(found) / (32 * 3 * nfe)) + 1;    // of 32 pairs, a product of a call as two calls
            best = Math.min(best, learn(distance, Plan.adam(steps, rate), nfe, set).validation());
        }
        assertTrue(found.validation() <= 1.02 * best, found.validation() + " of " + best);
    }

    @Test
    void theUnitsOfTheDistanceDoNotMatter() throws IOException {
        double[] expected = learn(Distance.of(this::network), Plan.gaussNewton(3), 4, 0).theta();
        for (double unit : new double[] {0x1p-13, 0x1p13}) {
            Distance distance = Distance.of((a, b) -> network(a, b).mul(unit));
            assertArrayEquals(expected, learn(distance, Plan.gaussNewton(3), 4, 0).theta(), 1e-6);
        }
    }

    /** The matrix of a squared length, from its gradients alone and from its embedding. */
    @Test
    void secantsOfASquaredLengthAreItsCurvature() {
        Family family = Families.S4S_JOINT.on(new Edm(), Solvers.named("dpmpp-3m"), GridType.EDM, 4, OptionalInt.empty());
        TeacherPairs pairs = pairs(SeedRange.TRAINING, 0, 32);
        Objective.Batch batch = new Objective.Batch(pairs.seeds(), pairs.noise(manager, 0, 32), pairs.samples(manager, 0, 32));
        double[][][] sums = new double[2][family.size()][family.size()];
        Distance[] distances = {Distance.l2(), Distance.of(AnyDistanceTest::l2)};
        for (int i = 0; i < 2; i++) {
            Objective objective = new Objective(family, model, distances[i], Adjoint.Graphs.KEPT, 32);
            for (int n = 0; n < 100; n++) {
                double[][] h = objective.linearize(family.start(), batch, Optional.of(new SplittableRandom(n))).curvature()
                        .orElseThrow().matrix();
                for (int p = 0; p < h.length; p++) {
                    for (int q = 0; q < h.length; q++) {
                        sums[i][p][q] += h[p][q] / 100;
                    }
                }
            }
        }
        for (int p = 0; p < family.size(); p++) {
            for (int q = 0; q < family.size(); q++) {
                assertEquals(sums[0][p][q], sums[1][p][q], 0.15 * Math.sqrt(sums[0][p][p] * sums[0][q][q]), p + ", " + q);
            }
        }
    }

    /** Values of one distance with the opposite gradient: no step can be good. */
    @Test
    void aRunWithoutAGoodStepSaysSo() throws IOException {
        Distance wrong = Distance.of((a, b) -> l2(a, b).stopGradient().mul(2).sub(l2(a, b)));
        Learner.Learned learned = learn(wrong, Plan.gaussNewton(3), 4, 0);
        assertEquals(Learner.Outcome.NOTHING, learned.outcome());
        assertTrue(learned.ended().startsWith("Nothing was learned"), learned.ended());
        assertEquals(learned.history().get(0).validation(), learned.validation());
    }

    /** A distance of 0 is at its least, also one that has no derivative there. */
    @Test
    void aStartAtItsTeacherHasConverged() throws IOException {
        Family family = Families.S4S_JOINT.on(new Edm(), Solvers.named("dpmpp-3m"), GridType.EDM, 4, OptionalInt.empty());
        for (String name : new String[] {"length", "l2", "root of network"}) {
            TeacherPairs[] own = Arrays.stream(new SeedRange[] {SeedRange.TRAINING, SeedRange.VALIDATION})
                    .map(range -> TeacherPairs.draw(manager, model, family.solver(family.start()), range, 8, 8, done -> {}))
                    .toArray(TeacherPairs[]::new);
            try (Learner learner = new Learner(manager, family, model, Distance.of(named(name)), own[0], own[1],
                    Plan.gaussNewton(2), 0, Optional.empty(), Map.of())) {
                Learner.Learned learned = learner.run(Progress.none());
                assertEquals(Learner.Outcome.CONVERGED, learned.outcome(), name + ": " + learned.ended());
                assertTrue(learned.ended().startsWith("Converged at its start"), learned.ended());
            }
        }
    }

    /** What is wrong with the call, not with the numbers, is no divergence. */
    @Test
    void otherFaultsComeThroughAsThemselves() {
        int[] calls = {0};
        Distance failing = Distance.of((a, b) -> {
            if (++calls[0] > 5) {
                throw new IllegalArgumentException("not such images");
            }
            return l2(a, b);
        });
        assertEquals("not such images", assertThrows(IllegalArgumentException.class,
                () -> learn(failing, Plan.gaussNewton(3), 4, 0)).getMessage());
    }
}
