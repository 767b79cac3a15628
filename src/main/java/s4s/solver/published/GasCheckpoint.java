package s4s.solver.published;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import s4s.io.BadFileException;
import s4s.io.JsonFields;
import s4s.io.Provenance;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;
import s4s.solver.WeightedMultistep;
import s4s.solver.data.SolverFile;

/**
 * The learned parameters of a Generalized Solver (GS, GAS): times by stick breaking, {@code theta_1..theta_{N-1}},
 *
 * <pre>
 *   mu_j = sigmoid(theta_j) (1 - 2e-5) + 1e-5,    u_j = 1 - prod_{i &lt;= j} mu_i
 *   times from the end:  t_0, t_0 + (1 - t_0) u_1, ..., t_0 + (1 - t_0) u_{N-1}, 1
 * </pre>
 *
 * and corrections to theory's weights, with the offsets of the times at which the network is asked; see
 * {@link WeightedMultistep#generalized}.
 *
 * @see <a href="https://arxiv.org/abs/2510.17699">Oganov et al. 2025</a>
 */
public final class GasCheckpoint {

    private static final double MARGIN = 1e-5;
    private static final double LAST_TIME = 1e-3;

    private GasCheckpoint() {}

    /**
     * Reads the parameters and makes the solver.
     *
     * @param file JSON with {@code mu_logit}, N - 1 numbers theta; {@code coef}, the 1 + 2p rows {@code t_couple}, {@code c_1}
     *     to {@code c_p}, {@code a_1} to {@code a_p} of N numbers each, one for each step; and {@code t_eps}, the last time,
     *     0.001 unless given
     * @param schedule the schedule of the network; for EDM networks GAS uses {@code VpLinear.edmAsVp()}
     * @param command what is reading, for the provenance
     * @throws BadFileException if the file cannot be used
     */
    public static SolverFile read(Path file, NoiseSchedule schedule, String command) throws IOException {
        JsonFields fields = JsonFields.read(file);
        double[] theta = fields.numbers("mu_logit");
        double[][] coef = fields.rows("coef");
        int steps = theta.length + 1;
        if (coef.length < 3 || coef.length % 2 == 0 || Arrays.stream(coef).anyMatch(row -> row.length != steps)) {
            throw fields.fault("coef", "must be 1 + 2p rows (t_couple, c_1 to c_p, a_1 to a_p) of " + steps
                    + " numbers, one more than mu_logit has");
        }
        int order = coef.length / 2;
        double[] times = times(theta, fields.maybeNumber("t_eps").orElse(LAST_TIME));
        try {
            Solver solver = WeightedMultistep.generalized(order, schedule,
                            WeightedMultistep.Weights.of(columns(coef, 1 + order, order)),
                            WeightedMultistep.Weights.of(columns(coef, 1, order)))
                    .withLabelOffsets(schedule, coef[0])
                    .build(Arrays.stream(times).map(schedule::sigma).toArray());
            String name = "gas-" + order + "-nfe" + solver.evaluations();
            return SolverFile.of(solver.named(name), schedule, Provenance.of(command)
                    .with("method", "GS / GAS, arXiv:2510.17699, order " + order).file("source", file)
                    .with("times", Arrays.toString(times)).with("time offsets", Arrays.toString(coef[0])));
        } catch (IllegalArgumentException e) {
            throw new BadFileException(file + ": " + e.getMessage(), e);
        }
    }

    /**
     * {@link #read} for an EDM network as it is, with {@code alpha} 1 and the noise level as its time: the same samples, the
     * schedule's scales folded into the weights. The solver then runs on any EDM network of this project.
     *
     * @param schedule the schedule that the checkpoint was learned with, {@code VpLinear.edmAsVp()} in GAS
     */
    public static SolverFile readForEdm(Path file, NoiseSchedule schedule, String command) throws IOException {
        return EdmForm.of(read(file, schedule, command), schedule);
    }

    /** N + 1 times from 1 down to the last. */
    static double[] times(double[] theta, double last) {
        int steps = theta.length + 1;
        double[] times = new double[steps + 1];
        times[0] = 1;
        times[steps] = last;
        double product = 1;
        for (int j = 1; j < steps; j++) {
            product *= (1 - 2 * MARGIN) / (1 + Math.exp(-theta[j - 1])) + MARGIN;
            times[steps - j] = last + (1 - last) * (1 - product);
        }
        return times;
    }

    /** Rows by step: for each step the numbers of {@code count} rows from {@code first}. */
    private static double[][] columns(double[][] rows, int first, int count) {
        double[][] columns = new double[rows[0].length][count];
        for (int step = 0; step < columns.length; step++) {
            for (int j = 0; j < count; j++) {
                columns[step][j] = rows[first + j][step];
            }
        }
        return columns;
    }
}
