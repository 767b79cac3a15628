package s4s.schedule;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import s4s.Golden;

class GridsTest {

    /** Reference grids hold the schedule's time; ours hold noise levels. */
    @ParameterizedTest
    @CsvSource({
        "ld3/edm/logSNR, logsnr", "ld3/edm/edm, edm", "ld3/edm/time_uniform, sigma-uniform",
        "ld3/edm/time_quadratic, sigma-quadratic",
        "ld3/vplin/logSNR, logsnr", "ld3/vplin/edm, time-edm", "ld3/vplin/time_uniform, time-uniform",
        "ld3/vplin/time_quadratic, time-quadratic-ld3",
        "dpmsolver/edm/logSNR, logsnr", "dpmsolver/edm/time_uniform, sigma-uniform",
        "dpmsolver/vplin/logSNR, logsnr", "dpmsolver/vplin/time_uniform, time-uniform",
        "dpmsolver/vplin/time_quadratic, time-quadratic",
        "diffsampler/edm/edm, edm", "diffsampler/edm/logSNR, logsnr", "diffsampler/edm/vp_uniform, time-uniform",
        "diffsampler/edm/vp_quadratic, time-quadratic"})
    void equalThePublishedGrids(String reference, String type) {
        NoiseSchedule schedule = Golden.schedule(reference.split("/")[1]);
        for (int steps : new int[] {4, 6, 10}) {
            double[] times = Arrays.stream(GridType.named(type).levels(schedule, steps)).map(schedule::label).toArray();
            Golden.assertClose(Golden.numbers("grids", reference + "/N" + steps), times, 1e-9, reference);
        }
    }

    @Test
    void officialQuadraticGridOfNoiseLevels() {
        double[] expected = Golden.numbers("grids", "dpmsolver/edm/time_quadratic/N6");
        Golden.assertClose(expected, Grids.polynomial(80, 0.002, 2, 6), 1e-9, "sigma, rho 2");
    }

    @ParameterizedTest
    @MethodSource("s4s.schedule.GridType#all")
    void everyTypeRunsThroughTheWholeRange(GridType type) {
        for (NoiseSchedule schedule : List.of(new Edm(), new VpLinear())) {
            for (int steps : new int[] {1, 2, 7, 100}) {
                double[] grid = type.levels(schedule, steps);
                assertEquals(steps + 1, grid.length);
                assertEquals(schedule.sigmaMax(), grid[0]);
                assertEquals(schedule.sigmaMin(), grid[steps]);
                assertArrayEquals(grid, Grids.of(grid));     // strictly decreasing
            }
            double[] part = type.levels(schedule, 10, 0.5, 3);
            assertEquals(10, part[0]);
            assertEquals(0.5, part[3]);
        }
        assertEquals(type, GridType.named(type.toString()));
        assertTrue(type.description().length() > 10);
    }

    @Test
    void badGridsAreRefusedWithAReason() {
        assertMessage("at least one step", () -> GridType.LOGSNR.levels(new Edm(), 0));
        assertMessage("at least one step", () -> GridType.TIME_UNIFORM.levels(new VpLinear(), -3));
        assertMessage("not from 0.5 to 10", () -> GridType.EDM.levels(new Edm(), 0.5, 10, 4));
        assertMessage("number 2 (3.0) follows 3.0", () -> Grids.of(5, 3, 3, 1));
        assertMessage("number 1 is NaN", () -> Grids.of(5, Double.NaN));
        assertMessage("number 1 is -1", () -> Grids.of(5, -1));
        assertMessage("at least two", () -> Grids.of(5));
        assertMessage("logsnr, edm, time-uniform", () -> GridType.named("logSNR"));
    }

    @Test
    void listsAreCopied() {
        double[] mine = {3, 1, 0};
        double[] grid = Grids.of(mine);
        assertNotSame(mine, grid);
        assertArrayEquals(mine, grid);
    }

    private static void assertMessage(String part, org.junit.jupiter.api.function.Executable action) {
        String message = assertThrows(IllegalArgumentException.class, action).getMessage();
        assertTrue(message.contains(part), message);
    }
}
