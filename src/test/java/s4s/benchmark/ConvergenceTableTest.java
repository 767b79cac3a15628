package s4s.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.model.GaussianMixture;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Method;
import s4s.solver.Multistep;
import s4s.solver.Prediction;
import s4s.solver.PredictorCorrector;
import tech.tablesaw.api.Table;

/** The exact solutions against independently integrated ones, and measured orders against known ones. */
class ConvergenceTableTest {

    @ParameterizedTest
    @ValueSource(strings = {"smooth/edm", "smooth/vplin"})
    void exactSolutionIsThePublishedOne(String reference) {
        String[] parts = reference.split("/");
        NoiseSchedule schedule = Golden.schedule(parts[1]);
        Convergence convergence = new Convergence(Golden.mixture(parts[0], schedule, Prediction.DATA),
                Golden.numbers("noise", parts[0]));
        double alpha = schedule.alpha(schedule.sigmaMin());
        double[] x = convergence.exact(schedule.sigmaMax(), schedule.sigmaMin());
        for (int i = 0; i < x.length; i++) {
            x[i] *= alpha;
        }
        Golden.assertClose(Golden.numbers("reference", reference), x, 1e-9, reference);
    }

    /** From sigma to 0 a single Gaussian's ODE is y_0 = mean + (y - mean) s / sqrt(s^2 + sigma^2). */
    @Test
    void reachesZero() {
        GaussianMixture one = new GaussianMixture(new Edm(), Prediction.NOISE,
                new Shape(1, 1, 1),
                List.of(new GaussianMixture.Component(1, new double[] {0.25}, new double[] {0.5})));
        double y = new Convergence(one, new double[] {0.7}).exact(80, 0)[0];
        assertEquals(0.25 + (80 * 0.7 - 0.25) * 0.5 / Math.sqrt(0.25 + 6400), y, 1e-10);
    }

    @Test
    void measuresTheKnownOrders() {
        List<Method> methods = List.of(Multistep.ddim(), Multistep.dpmSolverPP(2),
                PredictorCorrector.uniPC(3, PredictorCorrector.B.BH1));
        Table table = new Convergence(new VpLinear()).table(methods, List.of(GridType.LOGSNR), List.of(20, 40, 80));
        assertEquals(9, table.rowCount());
        assertEquals(1, table.doubleColumn("slope").getDouble(0), 0.1);
        assertEquals(2, table.doubleColumn("slope").getDouble(3), 0.1);
        assertTrue(table.doubleColumn("slope").getDouble(8) > 2.6, table.toString());
        assertTrue(table.doubleColumn("rms").getDouble(2) > 20 * table.doubleColumn("rms").getDouble(8), table.toString());
    }

    @Test
    void orderIsTheSlopeOverTheLastThreePoints() {
        assertEquals(3, Convergence.order(new int[] {5, 10, 20, 40}, new double[] {9, 1e-3, 1e-3 / 8, 1e-3 / 64}), 1e-12);
        assertEquals(2, Convergence.order(new int[] {10, 20, 40}, new double[] {4e-9, 1e-9, 1e-14}), 1e-12);
        assertEquals(Double.NaN, Convergence.order(new int[] {10, 20}, new double[] {1e-3, 0}));
    }

    @Test
    void refusesNoiseOfAnotherShape() {
        assertThrows(IllegalArgumentException.class,
                () -> new Convergence(Convergence.mixture(new Edm()), new double[] {1, 2, 3}));
    }
}
