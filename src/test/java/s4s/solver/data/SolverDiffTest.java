package s4s.solver.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import s4s.grid.GridType;
import s4s.schedule.Edm;
import s4s.solver.Multistep;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import tech.tablesaw.api.Table;

/** Differences and tables of solvers whose relation is known. */
class SolverDiffTest {

    private static Solver solver(String name, int nfe) {
        return Solvers.named(name).on(GridType.LOGSNR, new Edm(), nfe);
    }

    @Test
    void theSameMethodInBothPredictions() {
        for (String name : new String[] {"ddim", "ipndm-4", "dpmpp-3m", "unipc-3-bh2"}) {
            Solver noise = solver(name, 6).as(Prediction.NOISE);
            SolverDiff diff = SolverDiff.of(noise, noise.as(Prediction.DATA));
            assertTrue(diff.same(), diff.verdict());
            assertTrue(diff.verdict().endsWith("the same numbers to 1e-12."), diff.verdict());
        }
    }

    /** With lower orders at the end, orders 2 and 3 of DPM-Solver++ are the same up to 3 steps, and not from 4 + 1 on. */
    @Test
    void publishedCoincidences() {
        assertTrue(SolverDiff.of(solver("dpmpp-2m", 4), solver("dpmpp-3m", 4)).same());
        SolverDiff differ = SolverDiff.of(solver("dpmpp-2m", 5), solver("dpmpp-3m", 5));
        assertFalse(differ.same());
        assertTrue(differ.verdict().contains("differ by at most"), differ.verdict());
    }

    @Test
    void oneChangedNumberIsFound() {
        Solver a = solver("ddim", 3);
        double old = a.stages().get(2).outputs()[1];
        SolverDiff diff = SolverDiff.of(a, a.withOutput(2, 1, old + 0.5));
        SolverDiff.Row largest = diff.largest();
        assertEquals("e1", largest.what());
        assertEquals(0.5, Math.abs(largest.difference()), 1e-12);
        assertEquals(0.5, diff.rows().stream().filter(r -> r.stage() == 2 && r.what().equals("e1")).findFirst().orElseThrow()
                .difference(), 1e-12);
        Table table = diff.table();
        assertEquals(diff.rows().size(), table.rowCount());
        assertEquals("ddim (second)", table.column(3).name());
    }

    @Test
    void otherSizesAndOtherLevelsAreSaid() {
        String sizes = SolverDiff.of(solver("ddim", 3), solver("ddim", 4)).verdict();
        assertTrue(sizes.contains("3 and 4 evaluations") && sizes.contains("noise levels differ, first at stage 1"), sizes);
        Solver edm = Solvers.named("ddim").on(GridType.EDM, new Edm(), 3);
        String levels = SolverDiff.of(solver("ddim", 3), edm).verdict();
        assertTrue(levels.contains("noise levels differ") && !levels.contains("evaluations"), levels);
        Solver free = Solvers.named("ddim-afs").on(GridType.LOGSNR, new Edm(), 3);
        String first = SolverDiff.of(solver("ddim", 3), free).verdict();
        assertTrue(first.contains("evaluate the network at different stages"), first);
    }

    @Test
    void tableOfReadableSums() {
        Table table = SolverTable.of(Multistep.ipndm(2).build(new double[] {4, 2, 1}));
        assertEquals("y1", table.stringColumn("states").get(2));
        assertEquals("-1.5 e1 + 0.5 e0", table.stringColumn("outputs").get(2));
        assertEquals(-Math.log(2), table.doubleColumn("lambda").getDouble(1), 1e-15);
        assertTrue(table.doubleColumn("evaluate at").isMissing(2));
        assertEquals(0, table.doubleColumn("defect").getDouble(2), 1e-15);
        assertEquals("100", SolverTable.number(100, 3));
        assertEquals("1.23e-12", SolverTable.number(1.234e-12, 3));
        assertEquals("0.001", SolverTable.number(0.001, 6));
    }
}
