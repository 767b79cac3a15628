package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.Golden;
import s4s.grid.Grids;
import s4s.model.CountingDenoiser;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.PublishedNumbers;
import s4s.schedule.VpLinear;
import s4s.solver.Prediction;

/** Against the official GITS on the mixture d8, 16 samples. */
public class GitsTest {

    private static final double[] POINTS = Gits.points(new Edm());

    @ParameterizedTest
    @CsvSource({"L1, l1, DATA", "L2, l2, NOISE", "DEVIATION, dev, DATA"})
    void costsAndPathsAreThePublishedOnes(Gits.Metric metric, String published, Prediction prediction) {
        JumpCosts costs;
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray noise = manager.create(PublishedNumbers.get("gits", "noise"), new Shape(16, 8, 1, 1));
            CountingDenoiser denoiser = new CountingDenoiser(Golden.mixture("d8", new Edm(), prediction));
            costs = Gits.costs(denoiser, POINTS, metric, noise);
            assertEquals(60, denoiser.calls());
        }
        for (int i : new int[] {0, 7, 33, 58}) {
            Golden.assertClose(PublishedNumbers.row(published + "/rows", String.valueOf(i)), costs.cost()[i], 1e-9, "row " + i);
        }
        int paths = 0;
        for (String key : PublishedNumbers.keys("gits")) {
            String prefix = published + "/dp_num_steps";
            if (key.startsWith(prefix)) {
                String[] numbers = key.substring(prefix.length()).split("_coeff");
                int steps = Integer.parseInt(numbers[0]) - 1;
                double coefficient = Double.parseDouble(numbers[1]);
                assertArrayEquals(PublishedNumbers.get("gits", key),
                        Arrays.stream(costs.path(steps, coefficient)).asDoubleStream().toArray(), key);
                Golden.assertClose(PublishedNumbers.get("gits", key.replace("dp_", "sigma_")),
                        costs.grid(steps, coefficient), 1e-12, key);
                paths++;
            }
        }
        assertTrue(paths >= 6, "paths: " + paths);
    }

    /** Costs are means over samples, whatever the batches; and they do not depend on how a network is parameterized. */
    @Test
    void batchesAndSchedulesDoNotMatter() {
        double[] points = Grids.logSnr(20, 0.05, 8);
        long[] seeds = {1, 2, 3, 4, 5};
        try (NDManager manager = NDManager.newBaseManager()) {
            Denoiser edm = Golden.mixture("d8", new Edm(), Prediction.DATA);
            double[][] whole = Gits.costs(manager, DiffusionModel.of(edm), points, Gits.Metric.DEVIATION, seeds, 5).cost();
            double[][] parts = Gits.costs(manager, DiffusionModel.of(edm), points, Gits.Metric.DEVIATION, seeds, 2).cost();
            for (int i = 0; i < 8; i++) {
                Golden.assertClose(whole[i], parts[i], 1e-12, "batches");
            }
            // the same y_0 from another start: z scaled by sigma / sqrt(1 + sigma^2)
            NoiseSchedule vp = new VpLinear();
            NDArray noise = s4s.sampling.Noise.normal(manager, seeds, edm.sampleShape());
            NDArray scaled = noise.mul(20 / Math.sqrt(401));
            double[][] direct = Gits.costs(edm, points, Gits.Metric.L2, noise).cost();
            double[][] preserving = Gits.costs(
                    Golden.mixture("d8", vp, Prediction.NOISE), points, Gits.Metric.L2, scaled).cost();
            for (int i = 0; i < 8; i++) {
                Golden.assertClose(direct[i], preserving[i], 1e-9, "schedules");
            }
        }
    }

    /** By hand: 0-1-3 costs 1 + 5 and 0-2-3 costs 4 + 1; with half the weight on the second jump the first is cheaper. */
    @Test
    void pathsAreTheCheapest() {
        double[][] cost = {{0, 1, 4, 9}, {0, 0, 1, 5}, {0, 0, 0, 1}, {0, 0, 0, 0}};
        JumpCosts costs = new JumpCosts(new double[] {8, 4, 2, 1}, cost);
        assertArrayEquals(new int[] {0, 3}, costs.path(1, 1));
        assertArrayEquals(new int[] {0, 2, 3}, costs.path(2, 1));
        assertArrayEquals(new int[] {0, 1, 3}, costs.path(2, 0.5));
        assertArrayEquals(new int[] {0, 1, 2, 3}, costs.path(3, 1));
        assertArrayEquals(new double[] {8, 2, 1}, costs.grid(2, 1));
    }

    @Test
    void impossibleTasksAreRefused() {
        JumpCosts costs = new JumpCosts(new double[] {8, 1}, new double[2][2]);
        assertThrows(IllegalArgumentException.class, () -> costs.path(2, 1));
        assertThrows(IllegalArgumentException.class, () -> costs.path(0, 1));
        assertThrows(IllegalArgumentException.class, () -> costs.path(1, 0));
        assertThrows(IllegalArgumentException.class, () -> new JumpCosts(new double[] {8, 1}, new double[1][2]));
        assertThrows(IllegalArgumentException.class, () -> new JumpCosts(new double[] {1, 8}, new double[2][2]));
    }
}
