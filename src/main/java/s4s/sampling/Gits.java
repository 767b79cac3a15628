package s4s.sampling;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import s4s.grid.GridType;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.schedule.NoiseSchedule;

/**
 * GITS: grids by dynamic programming on a teacher's trajectory. A student that takes one Euler step from the teacher's point
 * i to its point j lands beside the trajectory; the grid is the path through the teacher's points on which these misses cost
 * least.
 *
 * <pre>{@code
 *   JumpCosts costs = Gits.costs(manager, denoiser, Gits.points(denoiser.schedule()), Gits.Metric.DEVIATION, seeds, 64);
 *   double[] sigmas = costs.grid(6, 1.15);
 * }</pre>
 *
 * @see <a href="https://arxiv.org/abs/2405.11326">Chen et al. 2024</a>
 */
public final class Gits {

    /** Intervals of the usual teacher. */
    private static final int TEACHER_STEPS = 60;

    /** How the miss of a jump is measured; samples are flattened, and the batch's mean is taken. */
    public enum Metric {
        /** Sum of the absolute differences to the teacher's point. */
        L1,
        /** Euclidean distance to the teacher's point. */
        L2,
        /** Distance to the straight line through the trajectory's ends, less the teacher's own; the paper's choice. */
        DEVIATION
    }

    private Gits() {}

    /** The usual teacher's points: 61 on the {@link GridType#EDM} grid of a schedule. */
    public static double[] points(NoiseSchedule schedule) {
        return GridType.EDM.levels(schedule, TEACHER_STEPS);
    }

    /**
     * The costs of all jumps, averaged over samples.
     *
     * @param manager parent of the managers that each batch uses
     * @param model the network, under the conditions of the seeds
     * @param points the teacher's noise levels, strictly decreasing, at least two, positive
     * @param metric how a miss is measured
     * @param seeds of the samples, at least one, see {@link Noise}; the paper takes 256
     * @param batch most samples in a network call, at least 1
     */
    public static JumpCosts costs(
            NDManager manager, DiffusionModel model, double[] points, Metric metric, long[] seeds, int batch) {
        return costs(manager, model, points, metric, seeds, batch, done -> {});
    }

    /**
     * {@link #costs(NDManager, DiffusionModel, double[], Metric, long[], int)}.
     *
     * @param progress told the number of finished samples after each batch
     */
    public static JumpCosts costs(NDManager manager, DiffusionModel model, double[] points, Metric metric, long[] seeds,
            int batch, LongConsumer progress) {
        if (seeds.length == 0 || batch < 1) {
            throw new IllegalArgumentException("GITS needs at least one seed and a batch of at least one sample.");
        }
        double[][] sum = new double[points.length][points.length];
        for (int first = 0; first < seeds.length; first += batch) {
            long[] some = Arrays.copyOfRange(seeds, first, Math.min(first + batch, seeds.length));
            try (NDManager scope = manager.newSubManager()) {
                NDArray noise = Noise.normal(scope, some, model.sampleShape());
                double[][] cost = costs(model.denoiser(some), points, metric, noise).cost();
                for (int i = 0; i < sum.length; i++) {
                    for (int j = 0; j < sum.length; j++) {
                        sum[i][j] += cost[i][j] * some.length / seeds.length;
                    }
                }
            }
            progress.accept(first + some.length);
        }
        return new JumpCosts(points, sum);
    }

    /**
     * The costs of all jumps for one batch; one network call for each of the teacher's points but the last. States and outputs
     * at all points are held in memory as float64.
     *
     * @param denoiser the network
     * @param points the teacher's noise levels, strictly decreasing, at least two, positive
     * @param metric how a miss is measured
     * @param noise unit normal numbers, shape (batch, sample shape...)
     */
    public static JumpCosts costs(Denoiser denoiser, double[] points, Metric metric, NDArray noise) {
        Trajectory teacher = Trajectory.of(denoiser, points, noise);
        int last = points.length - 1;
        double[][] cost = new double[points.length][points.length];
        for (int j = 1; j <= last; j++) {
            double own = metric == Metric.DEVIATION && j < last ? teacher.miss(j, j, metric) : 0;
            for (int i = 0; i < j; i++) {
                cost[i][j] = teacher.miss(i, j, metric) - own;
            }
        }
        return new JumpCosts(points, cost);
    }

    /**
     * How far the teacher's own points lie from the straight line through its ends: the part of {@link Metric#DEVIATION} that is
     * not the student's fault.
     *
     * @param denoiser the network
     * @param points the teacher's noise levels, strictly decreasing, at least two, positive
     * @param noise unit normal numbers, shape (batch, sample shape...)
     * @return the distances at points 1, 2, ..., averaged over the batch; 0 at the last one
     */
    public static double[] deviations(Denoiser denoiser, double[] points, NDArray noise) {
        Trajectory teacher = Trajectory.of(denoiser, points, noise);
        int last = points.length - 1;
        return IntStream.rangeClosed(1, last).mapToDouble(j -> j < last ? teacher.miss(j, j, Metric.DEVIATION) : 0).toArray();
    }
}
