package s4s.solver.published;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.grid.Grids;
import s4s.io.BadFileException;
import s4s.io.JsonFields;
import s4s.io.Provenance;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.Row;
import s4s.solver.Solver;
import s4s.solver.TracedSolver;
import s4s.solver.data.SolverFile;

/**
 * The learned time steps of LD3: N + 1 times of the grid, and as many at which the network is asked ("decoupled"), for a solver
 * that anyone knows. LD3 turns the network's noise into data at the time that it asks at,
 *
 * <pre>
 *   D_i = (x_i - sigma(t'_i) e_i) / alpha(t'_i),    in y = x / alpha:  D_i = r y_i - tau_i e_i,  r = alpha(t_i) / alpha(t'_i)
 * </pre>
 *
 * which for {@code t' = t} is the usual {@code D = y - sigma e} and otherwise not. Solvers in noise prediction do not convert.
 *
 * @see <a href="https://arxiv.org/abs/2405.15506">Tong et al. 2025</a>
 */
public final class LearnedTimes {

    private LearnedTimes() {}

    /**
     * Reads the times and makes the solver.
     *
     * @param file JSON with {@code times} and, if they differ, {@code decoupled}, N + 1 times each, in the schedule's label and
     *     decreasing; or with {@code best_t_steps}, both lists in one, as LD3's checkpoints hold them
     * @param method the base solver
     * @param schedule the schedule that the times refer to
     * @param command what is reading, for the provenance
     * @throws BadFileException if the file cannot be used
     */
    public static SolverFile read(Path file, Method method, NoiseSchedule schedule, String command) throws IOException {
        JsonFields fields = JsonFields.read(file);
        boolean checkpoint = fields.has("best_t_steps");
        double[] both = checkpoint ? fields.numbers("best_t_steps") : fields.numbers("times");
        if (checkpoint && both.length % 2 != 0) {
            throw fields.fault("best_t_steps", "has " + both.length
                    + " numbers; it holds times and decoupled times, as many each");
        }
        double[] times = checkpoint ? Arrays.copyOf(both, both.length / 2) : both;
        double[] decoupled = checkpoint ? Arrays.copyOfRange(both, both.length / 2, both.length)
                : fields.has("decoupled") ? fields.numbers("decoupled") : times;
        if (decoupled.length != times.length) {
            throw fields.fault("decoupled", "has " + decoupled.length + " times, the grid has " + times.length);
        }
        try {
            Solver solver = trace(method, schedule, times, decoupled).value();
            String name = "ld3-" + method.name() + "-nfe" + solver.evaluations();
            return SolverFile.of(solver.named(name), schedule, Provenance.of(command)
                    .with("method", "LD3, arXiv:2405.15506, on " + method.name()).with("reference", method.reference())
                    .file("source", file).with("times", Arrays.toString(times)).with("decoupled", Arrays.toString(decoupled)));
        } catch (IllegalArgumentException e) {
            throw new BadFileException(file + ": " + e.getMessage(), e);
        }
    }

    private static TracedSolver trace(Method method, NoiseSchedule schedule, double[] times, double[] decoupled) {
        DerivativeStructure[] sigmas = levels(schedule, Grids.of(times), times.length);
        DerivativeStructure[] asked = levels(schedule, decoupled, times.length - 1);
        TracedSolver traced = method.trace(sigmas, asked);
        if (traced.prediction() == Prediction.NOISE || Arrays.equals(times, decoupled)) {
            return traced;
        }
        return traced.substitute(Prediction.NOISE, i -> {
            DerivativeStructure sigma = traced.nodes().get(i).sigma();
            DerivativeStructure tau = traced.nodes().get(i).evaluateAt().orElseThrow();
            return Row.state(i, schedule.alpha(sigma).divide(schedule.alpha(tau))).minus(Row.output(i, tau));
        });
    }

    private static DerivativeStructure[] levels(NoiseSchedule schedule, double[] times, int count) {
        return Arrays.stream(times, 0, count).mapToObj(time -> schedule.sigma(new DerivativeStructure(0, 1, time)))
                .toArray(DerivativeStructure[]::new);
    }
}
