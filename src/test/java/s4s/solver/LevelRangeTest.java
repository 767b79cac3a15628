package s4s.solver;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.model.DiffusionModel;
import s4s.sampling.Program;
import s4s.sampling.Sampling;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.data.SolverFile;

/** Solvers against the range of the schedule that they run on: 80 to 0.002, and times from 1 to 0.001. */
class LevelRangeTest {
    private static final Edm EDM = new Edm();

    private static Solver ddim(double... sigmas) {
        return Solvers.named("ddim").build(sigmas);
    }

    private static String refusal(Solver solver, NoiseSchedule schedule) {
        return assertThrows(IllegalArgumentException.class, () -> solver.requireRange(schedule)).getMessage();
    }

    @Test
    void levelsOutsideAreRefusedAndRoundedOnesNamed() {
        assertEquals(Optional.empty(), ddim(80, 2, 0.002).requireRange(EDM));
        assertEquals(Optional.empty(), ddim(80, 2, 0).requireRange(EDM));
        assertTrue(ddim(80.5, 2, 0.002).requireRange(EDM).orElseThrow().contains("node 0, has the noise level 80.5"));
        assertTrue(refusal(ddim(81, 2, 0.002), EDM)
                .contains("node 0, has the noise level 81.0, which lies outside the range from 80"));
        assertTrue(refusal(ddim(80, 2, 0.001), EDM).contains("node 2, has the noise level 0.001"));
        assertTrue(refusal(ddim(80, 0.0019, 0), EDM).contains("node 1, has the noise level 0.0019"));
        assertTrue(ddim(10, 2, 0.002).requireRange(EDM).orElseThrow().contains("starts at the noise level 10.0"));
    }

    /** The published DyWeight for MS-COCO tells 80.09764 of 80. */
    @ParameterizedTest
    @CsvSource({"80.09764, false", "81, true", "201, true", "0.0019, true"})
    void toldLevelsLikewise(double told, boolean refused) {
        Solver solver = ddim(80, 2, 0.002).withEvaluateAt(0, told);
        if (refused) {
            assertTrue(refusal(solver, EDM).contains("node 0, tells the network the time " + told));
            assertTrue(solver.bounded(Solver.Bounds.TOLD_FREELY).requireRange(EDM).orElseThrow().contains("learned"));
        } else {
            assertTrue(solver.requireRange(EDM).orElseThrow().contains("time " + told));
        }
    }

    /** What a network is told is a time: 1.0033 is little beyond 1, though the noise level is 7 % higher there. */
    @Test
    void toldTimesAreThoseOfTheSchedule() {
        VpLinear vp = new VpLinear();
        Solver solver = Solvers.named("ddim").on(GridType.LOGSNR, vp, 3);
        assertTrue(solver.withEvaluateAt(0, vp.sigma(1.0033)).requireRange(vp).isPresent());
        assertTrue(refusal(solver.withEvaluateAt(0, vp.sigma(1.02)), vp).contains("tells the network the time 1.02"));
        assertTrue(refusal(solver, Discrete.stableDiffusion()).contains("which lies outside the range from 14.6"));
    }

    @Test
    void modelsAreHeldToTheirRange() {
        var model = Golden.mixture("d8", EDM, Prediction.DATA);
        Solver wrong = ddim(160, 2, 0.002);
        assertThrows(IllegalArgumentException.class, () -> Program.of(wrong, model));
        try (NDManager manager = NDManager.newBaseManager()) {
            assertThrows(IllegalArgumentException.class,
                    () -> Sampling.images(manager, DiffusionModel.of(model), wrong, new long[] {0}, 1));
        }
    }

    /** All that ship, the one whose first level was learned to be told as 201 included. */
    @Test
    void shippedSolversFitTheirSchedules() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("data/solvers"))) {
            List<Path> all = files.filter(file -> file.toString().endsWith(".json")).toList();
            assertFalse(all.isEmpty());
            for (Path file : all) {
                Solver solver = SolverFile.read(file).solver();
                double highest = solver.stages().get(0).sigma();
                NoiseSchedule schedule = List.of(EDM, Discrete.latentDiffusion(), Discrete.stableDiffusion()).stream()
                        .filter(known -> Math.abs(known.sigmaMax() / highest - 1) < 1e-6).findFirst().orElseThrow();
                solver.requireRange(schedule);
            }
        }
    }
}
