package s4s.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.model.CountingDenoiser;
import s4s.schedule.Edm;
import s4s.schedule.GridType;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;

class SamplingCostTest {

    /** Twice as many runs as asked for, the first half unmeasured; both times are there and nothing is left behind. */
    @Test
    void theSecondHalfOfTheRunsIsMeasured() {
        Solver solver = Solvers.named("dpmpp-3m").on(GridType.LOGSNR, new Edm(), 5);
        CountingDenoiser denoiser = new CountingDenoiser(Golden.mixture("d8", new Edm(), Prediction.DATA));
        try (NDManager manager = NDManager.newBaseManager()) {
            List<SamplingCost> costs = SamplingCost.measure(manager, denoiser, solver, 4, 3);
            assertEquals(3, costs.size());
            assertEquals(6 * 5, denoiser.calls());
            assertTrue(costs.stream().allMatch(cost -> cost.network() > 0 && cost.other() > 0), costs.toString());
            assertEquals(0, manager.getManagedArrays().size());
            assertThrows(IllegalArgumentException.class, () -> SamplingCost.measure(manager, denoiser, solver, 4, 0));
        }
        assertEquals(0.5, new SamplingCost(4, 2).ratio());
    }
}
