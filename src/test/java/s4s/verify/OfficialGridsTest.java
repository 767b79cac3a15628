package s4s.verify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.grid.Grids;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.PublishedNumbers;
import s4s.schedule.VpLinear;

class OfficialGridsTest {

    static Stream<String> grids() {
        return PublishedNumbers.keys("grids").stream()
                .filter(key -> !key.startsWith("dmn/") && !key.startsWith("gas/") && !key.endsWith("/orders"));
    }

    /** Reference grids hold the schedule's time; ours hold noise levels. */
    @ParameterizedTest
    @MethodSource("grids")
    void equalThePublishedGrids(String key) {
        String[] part = key.split("/");
        double[] expected = PublishedNumbers.get("grids", key);
        NoiseSchedule schedule = OfficialGrids.schedule(switch (part[0]) {
            case "edm_sampler", "gits_diffsampler_launch_cifar10" -> "edm";
            case "gits_ld3_table" -> "sd";
            default -> part[1];
        });
        double[] levels;
        if (part[0].equals("dpmsolver_singlestep")) {
            int order = Integer.parseInt(part[3].substring(5));
            List<Integer> orders = OfficialGrids.singleStepOrders(order, Integer.parseInt(part[4].substring(3)));
            double[] published = PublishedNumbers.get("grids", key.substring(0, key.length() - 1) + "orders");
            assertArrayEquals(published, orders.stream().mapToDouble(Integer::doubleValue).toArray());
            levels = OfficialGrids.singleStepEnds(part[2], schedule, orders);
        } else {
            String type = part[0].equals("edm_sampler") || part[0].equals("gits_ld3_table") ? part[1] : part[part.length - 2];
            levels = OfficialGrids.levels(part[0], type, schedule, expected.length - 1);
        }
        boolean inLevels = key.endsWith("/sigma");
        Golden.assertClose(expected, inLevels ? levels : Arrays.stream(levels).map(schedule::time).toArray(), 1e-9, key);
    }

    /** The stored parameters make GAS's uniform grid. */
    @Test
    void gasParametersGiveUniformTimes() {
        for (int steps : new int[] {4, 6}) {
            double[] theta = PublishedNumbers.get("grids", "gas/t_uniform_mu_logit/N" + steps);
            for (String name : List.of("gasedm", "vplin", "ldm")) {
                NoiseSchedule schedule = OfficialGrids.schedule(name);
                Golden.assertClose(GridType.TIME_UNIFORM.levels(schedule, steps), OfficialGrids.fromMuLogit(schedule, theta), 1e-9, name);
            }
        }
    }

    @Test
    void snappedGridsLieOnTheCells() {
        VpLinear schedule = new VpLinear();
        double[] cells = GridType.LOGSNR.levels(schedule, 1200);
        double[] snapped = OfficialGrids.levels("dpmsolver", "time_uniform snapped to the M-grid", schedule, 6);
        double[] plain = GridType.TIME_UNIFORM.levels(schedule, 6);
        for (int i = 0; i < snapped.length; i++) {
            double level = plain[i];
            double nearest = Arrays.stream(cells).boxed()
                    .min((a, b) -> Double.compare(Math.abs(Math.log(a / level)), Math.abs(Math.log(b / level)))).orElseThrow();
            assertEquals(nearest, snapped[i], 1e-12 * nearest);
        }
    }

    @Test
    void exponentsAreUnderstood() {
        NoiseSchedule vp = new VpLinear();
        assertEquals(GridType.timePoly(3), OfficialGrids.type("ld3", "poly_3", vp));
        assertEquals(GridType.sigmaPoly(2.5), OfficialGrids.type("ld3", "poly_rho2.5", new Edm()));
        assertEquals(GridType.EDM, OfficialGrids.type("ld3", "edm", new Edm()));
        assertEquals(GridType.edm(5).toZero(), OfficialGrids.type("diffsampler", "polynomial_5+0", new Edm()));
        // diff-sampler's time is that of the linear schedule, even for a network with a discrete one
        NoiseSchedule sd = OfficialGrids.schedule("sd_ve");
        VpLinear linear = VpLinear.between(sd.sigmaMin(), sd.sigmaMax());
        assertArrayEquals(GridType.TIME_QUADRATIC.levels(linear, sd.sigmaMax(), sd.sigmaMin(), 5),
                OfficialGrids.levels("diffsampler", "vp_quadratic", sd, 5));
        Golden.assertClose(Grids.polynomial(1, 1e-3, 1, 5), Arrays.stream(OfficialGrids.levels("diffsampler", "discrete", sd, 5))
                .map(Discrete.stableDiffusion()::time).toArray(), 1e-12, "discrete");
    }

    @Test
    void unknownNamesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> OfficialGrids.schedule("cosine"));
        assertThrows(IllegalArgumentException.class, () -> OfficialGrids.type("ld3", "quadratic", new Edm()));
        assertThrows(IllegalArgumentException.class, () -> OfficialGrids.type("ld4", "edm", new Edm()));
        assertThrows(IllegalArgumentException.class, () -> OfficialGrids.type("diffsampler", "discrete", new Edm()));
        assertThrows(IllegalArgumentException.class, () -> OfficialGrids.singleStepOrders(4, 8));
        assertEquals("dpmsolver", OfficialGrids.family("unipc3_bh1_off_eps"));
        assertEquals("ld3", OfficialGrids.family("dpmpp2m_ld3_nolof"));
        assertEquals("diffsampler", OfficialGrids.family("kd_lms4"));
    }
}
