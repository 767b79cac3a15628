package s4s.grid;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.PublishedNumbers;
import s4s.verify.OfficialGrids;

class DmnTest {

    @ParameterizedTest
    @CsvSource({"edm, 4", "edm, 6", "edm, 10", "vplin, 4", "vplin, 6", "vplin, 10", "ldm, 4", "ldm, 6", "ldm, 10"})
    void boundAndMinimumAreThePublishedOnes(String parameterization, int steps) {
        String key = "dmn/" + parameterization + "/N" + steps + "/";
        NoiseSchedule schedule = OfficialGrids.schedule(parameterization);
        Dmn dmn = Dmn.of(schedule);
        double published = PublishedNumbers.get("grids", key + "objective")[0];
        double[] lambda = PublishedNumbers.get("grids", key + "lambda");
        assertEquals(published, dmn.objective(Arrays.stream(lambda).map(l -> Math.exp(-l)).toArray()), 1e-9 * published);
        double uniform = PublishedNumbers.get("grids", key + "objective_at_uniform_lambda")[0];
        assertEquals(uniform, dmn.objective(GridType.LOGSNR.levels(schedule, steps)), 1e-9 * uniform);

        double[] found = GridType.DMN.levels(schedule, steps);
        assertTrue(dmn.objective(found) <= published * (1 + 1e-3), dmn.objective(found) + " instead of " + published);
        assertArrayEquals(found, GridType.DMN.levels(schedule, steps), "the same every time");
    }
}
