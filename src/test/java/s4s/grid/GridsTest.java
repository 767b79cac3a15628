package s4s.grid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.Refusals.assertMessage;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import s4s.Golden;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VarianceExploding;
import s4s.schedule.VpCosine;
import s4s.schedule.VpLinear;

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
            double[] times = Arrays.stream(GridType.named(type).levels(schedule, steps)).map(schedule::time).toArray();
            Golden.assertClose(Golden.numbers("grids", reference + "/N" + steps), times, 1e-9, reference);
        }
    }

    @ParameterizedTest
    @MethodSource("s4s.grid.GridType#all")
    void everyTypeRunsThroughTheWholeRange(GridType type) {
        for (NoiseSchedule schedule : List.of(new Edm(), new VpLinear(), new VpCosine(), Discrete.stableDiffusion(),
                new VarianceExploding(Discrete.lsunChurch()))) {
            for (int steps : type.equals(GridType.DMN) ? new int[] {1, 2, 4} : new int[] {1, 2, 7, 100}) {
                double[] grid = type.levels(schedule, steps);
                assertEquals(steps + 1, grid.length);
                assertEquals(schedule.sigmaMax(), grid[0]);
                assertEquals(schedule.sigmaMin(), grid[steps]);
                assertArrayEquals(grid, Grids.of(grid));     // strictly decreasing
            }
            double[] part = type.levels(schedule, 10, 0.5, 5);
            assertEquals(10, part[0]);
            assertEquals(0.5, part[5]);
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
        assertMessage("list:80,5,1 has 2 steps, but 4 are needed", () -> GridType.of(80, 5, 1).levels(new Edm(), 4));
        assertMessage("noise level 0.002, which lies outside the range from 152.1",
                () -> GridType.of(80, 5, 0.002).levels(new VpLinear(), 2));
        assertMessage("holds the noise level NaN", () -> GridType.ofTimes(1, 0.5, 0).levels(Discrete.stableDiffusion(), 2));
        assertMessage("number 2 (0.5) follows 0.4", () -> GridType.ofTimes(1, 0.4, 0.5));
        assertMessage("number 1 (0.0) follows 0.0", () -> Grids.of(0, 0));
        assertMessage("gits-sd is published for 3, 4, 5, 6, 7, 8, 9, 10, 11 steps, not for 12",
                () -> PublishedGrids.GITS_SD.levels(Discrete.stableDiffusion(), 12));
        assertMessage("ays-svd holds the noise level 700", () -> PublishedGrids.AYS_SVD.levels(new Edm(), 10));
        assertMessage("exponent", () -> GridType.edm(0));
        assertMessage("exponent", () -> Grids.power(2, 1, Double.NaN, 3));
        assertMessage("ends at noise level 0", () -> GridType.EDM.toZero().levels(
                new Edm(), new StepLayout(List.of(2, 2), Optional.of(StepLayout.Inner.UNIFORM))));
        assertMessage("must decrease strictly", () -> Grids.snapped(Grids.logSnr(80, 0.002, 20), 10));
    }

    @Test
    void aGridThatEndsAtZeroHasOneIntervalLess() {
        double[] grid = GridType.EDM.toZero().levels(new Edm(), 4);
        assertArrayEquals(new double[] {80, 0}, GridType.EDM.toZero().levels(new Edm(), 1));
        assertArrayEquals(GridType.EDM.levels(new Edm(), 3), Arrays.copyOf(grid, 4));
        assertEquals(0, grid[4]);
        assertEquals("edm+0", GridType.EDM.toZero().id());
        double[] inner = GridType.EDM.toZero().levels(new Edm(), new StepLayout(List.of(2, 2), Optional.empty()));
        assertArrayEquals(grid, inner);                      // inner nodes are grid points
    }

    /** Inner nodes of a single-step method by log SNR: the geometric mean of the ends. */
    @Test
    void innerNodesOfAListLieBetweenItsPoints() {
        double[] all = GridType.of(64, 4, 1).levels(new Edm(), new StepLayout(List.of(2, 2), Optional.of(StepLayout.Inner.UNIFORM)));
        Golden.assertClose(new double[] {64, 16, 4, 2, 1}, all, 1e-15, "inner nodes");
    }

    /** As AYS's authors interpolate: with 20 steps every second level is published, the others are geometric means. */
    @Test
    void aysOfOtherLengthsIsLogLinear() {
        double[] ten = PublishedGrids.AYS_SD15.levels(Discrete.stableDiffusion(), 10);
        assertEquals(6.475, ten[1]);
        assertEquals(0.029, ten[10]);
        double[] twenty = PublishedGrids.AYS_SD15.levels(Discrete.stableDiffusion(), 20);
        for (int i = 0; i < 10; i++) {
            assertEquals(ten[i], twenty[2 * i], 1e-14);
            assertEquals(Math.sqrt(ten[i] * ten[i + 1]), twenty[2 * i + 1], 1e-14);
        }
        assertEquals(11, PublishedGrids.AYS_SVD.levels(new Edm(0.002, 700), 10).length);
    }

    /** The same grids as printed elsewhere, in Stable Diffusion's time to four digits. */
    @Test
    void gitsForStableDiffusionEqualsThePrintedTimes() {
        double[][] printed = {
            {1, .6837, .3673, .1176, .001},
            {1, .7669, .4839, .2341, .0676, .001},
            {1, .7836, .5504, .3340, .1508, .0343, .001},
            {1, .8502, .6004, .4006, .2175, .0843, .0176, .001},
            {1, .8502, .6504, .4672, .3007, .1675, .0676, .0176, .001}};
        Discrete sd = Discrete.stableDiffusion();
        for (double[] times : printed) {
            double[] levels = PublishedGrids.GITS_SD_IPNDM.levels(sd, times.length - 1);
            assertArrayEquals(times, Arrays.stream(levels).map(sd::time).toArray(), 6e-5);
        }
    }

    @Test
    void listsAreCopied() {
        double[] mine = {3, 1, 0};
        double[] grid = Grids.of(mine);
        assertNotSame(mine, grid);
        assertArrayEquals(mine, grid);
    }
}
