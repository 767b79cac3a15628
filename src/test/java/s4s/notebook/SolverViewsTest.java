package s4s.notebook;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import s4s.grid.GridType;
import s4s.schedule.Edm;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.Stage;
import tech.tablesaw.api.Table;

/** What readers see of a solver is what it is. */
class SolverViewsTest {

    private static Solver solver(String name, double... levels) {
        return Solvers.named(name).build(levels);
    }

    @Test
    void canonicalOutputsHaveAColumnForEachCall() {
        // Euler from 4 over 2 to 1: y1 = y0 - 2 e0, y2 = y0 - 2 e0 - e1
        double[][] weights = SolverViews.canonicalOutputs(solver("ddim", 4, 2, 1));
        assertArrayEquals(new double[] {-2, Double.NaN}, weights[0]);
        assertArrayEquals(new double[] {-2, -1}, weights[1]);
        // with the first output analytic only the call at 2 is left
        double[][] analytic = SolverViews.canonicalOutputs(solver("ddim-afs", 4, 2, 1));
        assertEquals(2, analytic.length);
        assertArrayEquals(new double[] {Double.NaN}, analytic[0]);
        assertArrayEquals(new double[] {-1}, analytic[1]);
    }

    @Test
    void sampleWeightsAreTheLastRowInDataPrediction() {
        // D-form of Euler: y1 = y0 / 2 + D0 / 2, y2 = y1 / 2 + D1 / 2
        assertArrayEquals(new double[] {0.25, 0.5}, SolverViews.sampleWeights(List.of(solver("ddim", 4, 2, 1)))[0], 1e-15);
    }

    @Test
    void timesAreTheNodesAndWhatTheNetworkIsTold() {
        Solver euler = solver("ddim", 4, 2, 1);
        List<Stage> stages = new ArrayList<>(euler.stages());
        stages.set(1, new Stage(2, 2.5, stages.get(1).states(), stages.get(1).outputs()));
        Map<String, Solver> two = new LinkedHashMap<>(Map.of("euler", euler));
        two.put("other", new Solver("other", euler.prediction(), stages));
        Map<String, double[]> times = SolverViews.times(two);
        assertEquals(List.of("euler", "other", "other: told"), List.copyOf(times.keySet()));
        assertArrayEquals(new double[] {4, 2, 1}, times.get("other"));
        assertArrayEquals(new double[] {4, 2.5}, times.get("other: told"));
    }

    @Test
    void familiesAreTheSameNumbersAndDifferencesSayHowFar() {
        Map<String, Solver> solvers = new LinkedHashMap<>();
        for (String name : List.of("dpmpp-2m", "ddim", "dpmpp-3m", "euler")) {
            solvers.put(name, Solvers.named(name).on(GridType.LOGSNR, new Edm(), 4));
        }
        Table families = SolverViews.families(solvers);
        assertEquals(List.of("dpmpp-2m", "ddim"), families.stringColumn(0).asList());
        assertEquals(List.of("dpmpp-3m", "euler"), families.stringColumn(1).asList());
        solvers.clear();
        solvers.put("euler", solver("ddim", 4, 2, 1));
        solvers.put("changed", solver("ddim", 4, 2, 1).withOutput(2, 1, -1.25));
        assertArrayEquals(new double[] {0, 0.25}, SolverViews.differences(solvers).doubleColumn(1).asDoubleArray(), 1e-15);
    }

    @Test
    void propertiesTellConsistentFromNot() {
        Map<String, Solver> solvers = new LinkedHashMap<>();
        solvers.put("euler", solver("ddim", 4, 2, 1));
        solvers.put("changed", solver("ddim", 4, 2, 1).withOutput(2, 1, -1.25));
        Table table = SolverViews.properties(solvers);
        assertEquals(List.of("yes", "no, defect 0.25"), table.stringColumn("consistent").asList());
        assertEquals(0.75, table.doubleColumn("amplification").get(0), 1e-15);
    }
}
