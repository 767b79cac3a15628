package s4s.solver.published;

import java.util.ArrayList;
import java.util.List;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Stage;
import s4s.solver.data.ScheduleView;
import s4s.solver.data.SolverFile;

/**
 * A solver made for a variance-preserving view of an EDM network, written for the network itself, whose {@code alpha} is 1 and
 * whose time is the noise level. GAS looks at EDM networks in this way ({@code VpLinear.edmAsVp()}). With the schedule's
 * {@code alpha}, every number that {@code alpha} brings in becomes a weight:
 *
 * <pre>
 *   start    y_0 = (start / sigma_0) z'              where z' = sigma_0 z is how EDM starts
 *   asked    at level tau != sigma_i: a node of its own, u = (alpha(sigma_i) / alpha(tau)) y_i, that the network sees
 *   sample   alpha(sigma_M) y_M
 * </pre>
 *
 * The samples are the same.
 */
final class EdmForm {

    private final ScheduleView view;
    private final List<Stage> stages = new ArrayList<>();
    /** For each old node, the new ones that hold its state and its output. */
    private final List<Integer> states = new ArrayList<>();
    private final List<Integer> outputs = new ArrayList<>();

    private EdmForm(ScheduleView view) {
        this.view = view;
    }

    /**
     * Rewrites a solver.
     *
     * @param file a solver
     * @param schedule the schedule that it was made for
     */
    static SolverFile of(SolverFile file, NoiseSchedule schedule) {
        Solver solver = file.solver().as(Prediction.NOISE);
        Solver rewritten = new Solver(solver.name(), Prediction.NOISE, new EdmForm(file.schedule()).rewrite(solver, schedule));
        return SolverFile.of(rewritten, new Edm(),
                file.provenance().with("rewritten", "for alpha = 1, from " + file.schedule().name()));
    }

    private List<Stage> rewrite(Solver solver, NoiseSchedule schedule) {
        List<Stage> old = solver.stages();
        double first = old.get(0).sigma();
        place(first, Double.NaN, new double[0], new double[0]);
        int last = old.size() - 1;
        for (int k = 0; k <= last; k++) {
            Stage stage = old.get(k);
            double scale = k == last ? view.alphas().get(k) : 1;
            double[] a = new double[stages.size()];
            double[] b = new double[stages.size()];
            if (k == 0) {
                a[0] = view.start() / first;
            }
            for (int i = 0; i < k; i++) {
                a[states.get(i)] += scale * stage.states()[i];
                b[outputs.get(i)] += scale * stage.outputs()[i];
            }
            boolean own = stage.evaluated() && stage.evaluateAt() == stage.sigma();
            states.add(place(stage.sigma(), own ? stage.sigma() : Double.NaN, a, b));
            if (stage.evaluated() && !own) {
                double[] scaled = new double[stages.size()];
                scaled[states.get(k)] = view.alphas().get(k) / schedule.alpha(stage.evaluateAt());
                place(stage.evaluateAt(), stage.evaluateAt(), scaled, new double[stages.size()]);
            }
            outputs.add(stages.size() - 1);
        }
        return stages;
    }

    private int place(double sigma, double evaluateAt, double[] a, double[] b) {
        stages.add(new Stage(sigma, evaluateAt, a, b));
        return stages.size() - 1;
    }
}
