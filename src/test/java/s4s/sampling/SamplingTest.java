package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.model.CrowdedDenoiser;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.schedule.Edm;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;

class SamplingTest {

    private static final Denoiser MIXTURE = Golden.mixture("d8", new Edm(), Prediction.DATA);
    private static final DiffusionModel MODEL = DiffusionModel.of(MIXTURE);
    private static final Solver SOLVER = Solvers.named("dpmpp-3m").build(GridType.LOGSNR.levels(new Edm(), 5));

    /** A device with room for so many samples. */
    private static DiffusionModel crowded(int most) {
        return DiffusionModel.of(new CrowdedDenoiser(MIXTURE, most));
    }

    @Test
    void imagesDependOnTheirSeedAlone() {
        try (NDManager manager = NDManager.newBaseManager()) {
            long[] seeds = LongStream.range(100, 110).toArray();
            List<Long> progress = new ArrayList<>();
            NDArray whole = Sampling.images(manager, MODEL, SOLVER, seeds, 10);
            assertEquals(1, manager.getManagedArrays().size());
            NDArray threes = Sampling.images(manager, MODEL, SOLVER, seeds, 3, progress::add);
            assertEquals(new Shape(10, 8, 1, 1), threes.getShape());
            assertArrayEquals(whole.toDoubleArray(), threes.toDoubleArray(), 1e-12);
            assertEquals(List.of(3L, 6L, 9L, 10L), progress);
            assertArrayEquals(threes.toDoubleArray(), Sampling.images(manager, MODEL, SOLVER, seeds, 3).toDoubleArray());

            double[] alone = Sampling.images(manager, MODEL, SOLVER, new long[] {104}, 64).toDoubleArray();
            assertArrayEquals(alone, Arrays.copyOfRange(whole.toDoubleArray(), 32, 40), 1e-12);
        }
    }

    @Test
    void batchesArriveInOrderAndAreClosed() {
        try (NDManager manager = NDManager.newBaseManager()) {
            List<String> seen = new ArrayList<>();
            Sampling.batches(manager, MODEL, SOLVER, new long[] {5, 6, 7}, 2,
                    (first, images) -> seen.add(first + " " + images.getShape()));
            assertEquals(List.of("0 (2, 8, 1, 1)", "2 (1, 8, 1, 1)"), seen);
            assertEquals(0, manager.getManagedArrays().size());
        }
    }

    @Test
    void aBatchThatDoesNotFitIsHalved() {
        try (NDManager manager = NDManager.newBaseManager()) {
            long[] seeds = LongStream.range(100, 110).toArray();
            double[] expected = Sampling.images(manager, MODEL, SOLVER, seeds, 10).toDoubleArray();
            List<Long> progress = new ArrayList<>();
            assertArrayEquals(expected,
                    Sampling.images(manager, crowded(3), SOLVER, seeds, 10, progress::add).toDoubleArray(), 1e-12);
            assertEquals(List.of(2L, 4L, 6L, 8L, 10L), progress);
            assertEquals(2, manager.getManagedArrays().size());

            List<String> seen = new ArrayList<>();
            Sampling.batches(manager, crowded(5), SOLVER, seeds, 8, (first, images) -> {
                if (images.getShape().get(0) > 2) {              // drawn, but what comes after needs more
                    throw new IllegalStateException("CUDA out of memory");
                }
                seen.add(first + " " + images.getShape().get(0));
            });
            assertEquals(List.of("0 2", "2 2", "4 2", "6 2", "8 2"), seen);
            assertTrue(assertThrows(EngineException.class, () -> Sampling.images(manager, crowded(0), SOLVER,
                    seeds, 10)).getCause().getMessage().contains("out of memory"));
            assertEquals(2, manager.getManagedArrays().size());
        }
    }

    @Test
    void wrongRequestsAreRefused() {
        try (NDManager manager = NDManager.newBaseManager()) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> Sampling.images(manager, MODEL, SOLVER, new long[] {1}, 0)).getMessage();
            assertTrue(message.contains("at least one image"), message);
            assertThrows(IllegalArgumentException.class, () -> Sampling.images(manager, MODEL, SOLVER, new long[0], 8));
            assertEquals(0, manager.getManagedArrays().size());
        }
    }
}
