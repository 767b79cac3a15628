package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.grid.GridType;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.model.GaussianMixture;
import s4s.sampling.Noise;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;

class TeacherPairsTest {
    private static final double[] MEAN = {0.3, -0.1, 0.25, 0.5};
    private static final double[] DEVIATION = {0.7, 0.2, 1.1, 0.4};
    private static final Shape SHAPE = new Shape(1, 2, 2);

    private static Denoiser gaussian(NoiseSchedule schedule) {
        return new GaussianMixture(schedule, Prediction.DATA, SHAPE,
                List.of(new GaussianMixture.Component(1, MEAN, DEVIATION)));
    }

    /**
     * The exact flow of one Gaussian: y - mu shrinks as sqrt(s^2 + sigma^2). A fine teacher's samples are that of the noise
     * which stands beside them, on schedules with and without alpha.
     */
    @Test
    void samplesAreTheEndOfTheOdeThatStartsAtTheNoise() {
        for (NoiseSchedule schedule : List.of(new Edm(), new VpLinear())) {
            Solver teacher = Solvers.named("dpmpp-3m").on(GridType.LOGSNR, schedule, 400);
            try (NDManager manager = NDManager.newBaseManager()) {
                TeacherPairs pairs = TeacherPairs.draw(manager, DiffusionModel.of(gaussian(schedule)), teacher, SeedRange.TRAINING,
                        6, 4, n -> {});
                double[] z = pairs.noise(manager, 0, 6).toDoubleArray();
                float[] x = pairs.samples(manager, 0, 6).toFloatArray();
                double high = teacher.stages().get(0).sigma();
                double low = teacher.stages().get(teacher.stages().size() - 1).sigma();
                double start = schedule instanceof Edm ? high : Math.hypot(1, high);    // VP: x_T = z, y = x / alpha
                double end = schedule instanceof Edm ? 1 : 1 / Math.hypot(1, low);
                for (int i = 0; i < x.length; i++) {
                    double s = DEVIATION[i % 4];
                    double mu = MEAN[i % 4];
                    double y = mu + (start * z[i] - mu) * Math.hypot(s, low) / Math.hypot(s, high);
                    assertEquals(end * y, x[i], 2e-4, schedule + " " + i);
                }
            }
        }
    }

    @Test
    void partsAreThoseOfTheWhole() {
        DiffusionModel model = DiffusionModel.of(gaussian(new Edm()));
        Solver teacher = Solvers.named("unipc-3-bh1").on(GridType.LOGSNR, model.schedule(), 8);
        try (NDManager manager = NDManager.newBaseManager()) {
            List<Long> progress = new ArrayList<>();
            TeacherPairs pairs = TeacherPairs.draw(manager, model, teacher, SeedRange.VALIDATION, 7, 3, progress::add);
            assertEquals(List.of(3L, 6L, 7L), progress);
            assertEquals(0, manager.getManagedArrays().size());
            assertArrayEquals(SeedRange.VALIDATION.seeds(7), pairs.seeds());
            assertEquals(SeedRange.VALIDATION, pairs.role());

            NDArray noise = pairs.noise(manager, 2, 5);
            assertEquals(new Shape(3, 1, 2, 2), noise.getShape());
            assertArrayEquals(Noise.normal(manager, new long[] {2_000_002, 2_000_003, 2_000_004}, SHAPE).toDoubleArray(),
                    noise.toDoubleArray());
            NDArray samples = pairs.samples(manager, 2, 5);
            assertEquals(DataType.FLOAT32, samples.getDataType());
            assertEquals(new Shape(3, 1, 2, 2), samples.getShape());
            TeacherPairs five = pairs.first(5);
            assertEquals(5, five.count());
            assertArrayEquals(samples.toFloatArray(), five.samples(manager, 2, 5).toFloatArray());
            samples.muli(0);
            assertTrue(pairs.samples(manager, 2, 5).abs().sum().getFloat() > 0);

            TeacherPairs large = TeacherPairs.draw(manager, model, teacher, SeedRange.VALIDATION, 7, 7, n -> {});
            assertArrayEquals(pairs.samples(manager, 0, 7).toFloatArray(), large.samples(manager, 0, 7).toFloatArray(), 1e-6f);
            assertThrows(IndexOutOfBoundsException.class, () -> five.samples(manager, 3, 6));
            assertThrows(IndexOutOfBoundsException.class, () -> five.noise(manager, -1, 2));
            assertThrows(IllegalArgumentException.class, () -> five.first(6));
            assertThrows(IllegalArgumentException.class, () -> five.first(0));
            assertThrows(IllegalArgumentException.class, () ->
                    TeacherPairs.draw(manager, model, teacher, SeedRange.TRAINING, new long[] {5}, 1, n -> {}));
        }
    }

    @Test
    void aTeacherThatDivergesIsRefused() {
        DiffusionModel model = DiffusionModel.of(gaussian(new Edm()));
        Solver good = Solvers.named("ddim").on(GridType.LOGSNR, model.schedule(), 3);
        Solver bad = good.withOutput(3, 2, 1e300);
        try (NDManager manager = NDManager.newBaseManager()) {
            String message = assertThrows(IllegalArgumentException.class, () ->
                    TeacherPairs.draw(manager, model, bad, SeedRange.TRAINING, 2, 2, n -> {})).getMessage();
            assertEquals("The teacher's sample of seed 1000000 is not finite.", message);
        }
    }
}
