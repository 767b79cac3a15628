package s4s.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.grid.GridType;
import s4s.model.Conditions;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import s4s.solver.Solvers;
import tech.tablesaw.api.Table;

class CostEstimateTest {

    @Test
    void arithmetic() {
        CostEstimate cost = new CostEstimate(50_000, 35, 2, 100, 0.2, 1, 5, new CostEstimate.Picture(32, 32));
        assertEquals(17_500, cost.networkCalls());
        assertEquals(3_500_000, cost.forwards());
        assertEquals(Duration.ofSeconds(500 * (35 / 5 + 1)), cost.expected());
        assertEquals(50_000L * (3 * 32 * 32 + 8), cost.bytes());
        assertEquals(35 * 2, new CostEstimate(101, 35, 1, 100, 1, 0, 1, new CostEstimate.Picture(1, 1)).networkCalls());
        String table = cost.toTable().print();
        assertTrue(table.contains("1.1 h") && table.contains("154 MB") && table.contains("50,000 of 32x32"), table);
        Table parts = cost.toTable(List.of(new CostEstimate.Part("teacher", 1000, 20), new CostEstimate.Part("two", 2000, 5)));
        assertEquals(List.of("1,000", "2,000", "3,000"), parts.stringColumn("images").asList());
        assertEquals(List.of("200", "100", "300"), parts.stringColumn("network calls of 100").asList());
        // 10 batches of 20 calls, 20 of 5, each decoded
        assertEquals(List.of("50.0 s", "40.0 s", "2 min"), parts.stringColumn("expected time here").asList());
        assertThrows(IllegalArgumentException.class,
                () -> new CostEstimate(0, 1, 1, 1, 1, 0, 1, new CostEstimate.Picture(1, 1)));
    }

    @Test
    void theProbeKnowsTheModelAndLeavesNothingBehind() throws IOException {
        Models models = new Models(Path.of("src/test/resources/nets"));
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel model = models.load("ldm-small", manager).given(Conditions.inTurn("all 1", List.of("1")), 3);
            Program program = Program.of(Solvers.named("heun").on(GridType.EDM, model.schedule(), 6), model.schedule(),
                    model.prediction());
            int before = manager.getManagedArrays().size();
            CostEstimate cost = CostEstimate.probe(manager, model, program, 1000, 8, Duration.ZERO);
            assertEquals(before, manager.getManagedArrays().size());
            assertEquals(List.of(6, 2, 8, 1, 8, 8), List.of(cost.nfe(), cost.forwardsPerCall(), cost.batch(), cost.calls(),
                    cost.picture().height(), cost.picture().width()));
            assertTrue(cost.call() > 0 && cost.decode() > 0);
            assertEquals(3, CostEstimate.probe(manager, model, program, 3, 8, Duration.ZERO).batch());
        }
    }
}
