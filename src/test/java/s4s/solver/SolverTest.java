package s4s.solver;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class SolverTest {

    private static final double NONE = Double.NaN;

    private static Stage stage(double sigma, double evaluateAt, double[] states, double[] outputs) {
        return new Stage(sigma, evaluateAt, states, outputs);
    }

    private static Stage start(double sigma) {
        return stage(sigma, sigma, new double[0], new double[0]);
    }

    private static double[] row(double... weights) {
        return weights;
    }

    /** Heun's method from 4 to 1, by hand: predict, evaluate, average. */
    private static Solver heun() {
        return new Solver("heun", Prediction.NOISE, List.of(
                start(4),
                stage(1, 1, row(1), row(-3)),
                stage(1, NONE, row(1, 0), row(-1.5, -1.5))));
    }

    @Test
    void countsEvaluations() {
        assertEquals(2, heun().evaluations());
    }

    @Test
    void ddimIsTheTableOfEuler() {
        Solver ddim = Multistep.ddim().build(row(4, 2, 0));
        assertEquals(List.of(start(4), stage(2, 2, row(1), row(-2)), stage(0, NONE, row(0, 1), row(0, -2))), ddim.stages());
        // in data form y+ = (s+/s) y + (1 - s+/s) D, and the step to 0 returns D
        assertArrayEquals(row(0.5), ddim.as(Prediction.DATA).stages().get(1).states(), 1e-16);
        assertArrayEquals(row(0.5), ddim.as(Prediction.DATA).stages().get(1).outputs(), 1e-16);
        assertArrayEquals(row(0, 0), ddim.as(Prediction.DATA).stages().get(2).states(), 1e-16);
        assertArrayEquals(row(0, 1), ddim.as(Prediction.DATA).stages().get(2).outputs(), 1e-16);
    }

    @Test
    void canonicalFormEliminatesStates() {
        Solver canonical = Multistep.ddim().build(row(4, 2, 0)).canonical();
        assertEquals(stage(0, NONE, row(1, 0), row(-2, -2)), canonical.stages().get(2));
        assertEquals(heun().canonical(), heun());
        // a corrected state that is not evaluated disappears
        Solver corrected = new Solver("pc", Prediction.NOISE, List.of(
                start(4),
                stage(2, 2, row(1), row(-2)),
                stage(2, NONE, row(1, 0), row(-1, -1)),
                stage(0, NONE, row(0, 0, 1), row(0, -2, 0))));
        assertEquals(
                List.of(start(4), stage(2, 2, row(1), row(-2)), stage(0, NONE, row(1, 0), row(-1, -3))),
                corrected.canonical().stages());
    }

    @Test
    void defectMeasuresInconsistency() {
        assertArrayEquals(row(0, 0), heun().defect(), 1e-15);
        Solver scaled = new Solver("scaled", Prediction.NOISE, List.of(
                start(4), stage(2, 2, row(1), row(-2)), stage(1, NONE, row(0, 1.1), row(0, -1))));
        assertArrayEquals(row(0, 0.2), scaled.defect(), 1e-15);    // 1.1 - 1 against 2.2 - 1 - 1
        // the analytic first step takes y / sqrt(1 + sigma^2) for the noise
        double w = 1 - 2 / Math.sqrt(17);
        Solver afs = new Solver("afs", Prediction.NOISE, List.of(
                stage(4, NONE, row(), row()), stage(2, 2, row(w), row(0)), stage(1, NONE, row(0, 1), row(0, -1))));
        assertEquals(2 / Math.sqrt(17), afs.defect()[0], 1e-15);
    }

    @Test
    void rewritingThereAndBackIsTheIdentity() {
        Solver twice = heun().as(Prediction.DATA).as(Prediction.NOISE);
        for (int k = 0; k < 3; k++) {
            assertArrayEquals(heun().stages().get(k).states(), twice.stages().get(k).states(), 1e-15);
            assertArrayEquals(heun().stages().get(k).outputs(), twice.stages().get(k).outputs(), 1e-15);
        }
    }

    @Test
    void isAnImmutableValue() {
        double[] outputs = row(-3);
        Stage stage = stage(1, NONE, row(1), outputs);
        outputs[0] = 7;
        stage.outputs()[0] = 7;
        assertArrayEquals(row(-3), stage.outputs());
        assertEquals(heun(), heun());
        assertEquals(heun().hashCode(), heun().hashCode());
        assertNotEquals(heun(), heun().as(Prediction.DATA));
        assertTrue(heun().toString().contains("2 NFE"));
    }

    @Test
    void brokenTablesAreRefusedByStage() {
        assertFault("Stage 1 of solver x must have 1 weights", start(4), stage(1, NONE, row(1, 0), row(-3)));
        assertFault("Stage 0 of solver x must have 0 weights", stage(4, 4, row(1), row(1)), stage(1, NONE, row(1), row(-3)));
        assertFault("Stage 1 of solver x has weights NaN", start(4), stage(1, NONE, row(NONE), row(-3)));
        assertFault("Stage 1 of solver x has weights 1.0 and Infinity",
                start(4), stage(1, NONE, row(1), row(Double.POSITIVE_INFINITY)));
        assertFault("Stage 1 of solver x evaluates the network at noise level 0.0",
                start(4), stage(0, 0, row(1), row(-4)), stage(0, NONE, row(1, 0), row(0, 1)));
        assertFault("Stage 0 of solver x evaluates the network at noise level -1.0",
                stage(4, -1, row(), row()), stage(1, NONE, row(1), row(-3)));
        assertFault("Stage 0 of solver x lies at noise level NaN", stage(NONE, 4, row(), row()), stage(1, NONE, row(1), row(-3)));
        assertFault("Stage 1 of solver x evaluates the network, but no later stage uses it", start(4), stage(1, 1, row(1), row(-3)));
        assertFault("Stage 1 of solver x uses an output of node 0, which is not evaluated",
                stage(4, NONE, row(), row()), stage(1, NONE, row(1), row(-3)));
        assertFault("needs a start and at least one more stage", start(4));
    }

    private static void assertFault(String part, Stage... stages) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> new Solver("x", Prediction.NOISE, List.of(stages))).getMessage();
        assertTrue(message.contains(part), message);
    }

    @Test
    void oneNumberCanBeChangedByHand() {
        Solver changed = heun().withOutput(2, 1, -1).withState(2, 0, 0.5).withEvaluateAt(1, 1.25);
        assertEquals(List.of(start(4), stage(1, 1.25, row(1), row(-3)), stage(1, NONE, row(0.5, 0), row(-1.5, -1))),
                changed.stages());
        assertEquals(2, changed.evaluations());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> heun().withOutput(1, 1, 3)).getMessage()
                .contains("there is no 1 in stage 1"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> heun().withState(3, 0, 3)).getMessage()
                .contains("stages 0 to 2"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> heun().withEvaluateAt(2, 1)).getMessage()
                .contains("is not evaluated"));
        assertThrows(IllegalArgumentException.class, () -> heun().withEvaluateAt(1, -1));
    }

    @Test
    void amplificationIsOneForPositiveWeightsAndMoreForExtrapolation() {
        assertEquals(1 - 1 / 4., Multistep.ddim().build(row(4, 2, 1)).amplification(), 1e-15);
        // by hand: y1 = (y0 + D0) / 2, then y2 = y1 - (3/2 e1 - 1/2 e0) with e1 = (y1 - D1) / 2 and e0 = (y0 - D0) / 4
        // = y1 / 4 + y0 / 8 + 3/4 D1 - D0 / 8 = ... + 3/4 D1 + 0 D0
        assertEquals(3 / 4., Multistep.ipndm(2).build(row(4, 2, 1)).amplification(), 1e-15);
        // a long last step: y2 = y1 - 1.9 (3/2 e1 - 1/2 e0), so D0 has (1 - 1.425) / 2 - 0.95 / 4 = -0.45, D1 1.425
        assertEquals(1.875, Multistep.ipndm(2).build(row(4, 2, 0.1)).amplification(), 1e-12);
    }
}
