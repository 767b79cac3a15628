package s4s.verify;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Stage;

/** The weights of DEIS: C_ij of {@code y+ = y + sum_j C_ij e_{i-j}}, NaN in the rows of the start-up. */
record DeisCheck(Workshop workshop) implements Check {

    @Override
    public String file() {
        return "deis_coef.npz";
    }

    @Override
    public List<VerificationCase> cases() throws IOException {
        List<VerificationCase> cases = new ArrayList<>();
        for (String key : workshop.vectors().keys(file())) {
            cases.add(new VerificationCase(file() + ":" + key, () -> measure(key)));
        }
        return cases;
    }

    private Deviation measure(String key) throws IOException {
        Solver solver = solver(key).as(Prediction.NOISE);
        Numbers expected = workshop.vectors().numbers(file(), key);
        double[] weights = expected.values().clone();
        double[] own = expected.values().clone();
        for (int i = 0; i < expected.rows(); i++) {
            Stage stage = solver.stages().get(i + 1);
            for (int j = 0; j < expected.width(); j++) {
                int place = i * expected.width() + j;
                boolean absent = Double.isNaN(weights[place]);
                weights[place] = absent ? 0 : weights[place];
                own[place] = absent ? 0 : stage.outputs()[i - j];
            }
        }
        return Deviation.of("weights", weights, own);
    }

    /** On the grid of the case that refers to the weights, or on our own grid of their name, solver/grid/nfeN. */
    private Solver solver(String key) throws IOException {
        String reference = file() + ":" + key;
        Optional<JsonObject> entry = workshop.vectors().list("cases").stream()
                .filter(e -> reference.equals(Vectors.optional(e, "coef").orElse(""))).findFirst();
        if (entry.isPresent()) {
            Run run = Run.of(entry.get(), workshop.vectors());
            return run.solver(workshop.schedule(run.parameterization()), TrajectoryCheck.times(entry.get(), workshop.vectors()));
        }
        Run run = Run.named(key.replaceFirst("/", "/edm/"), workshop).get(0);
        NoiseSchedule schedule = workshop.schedule(run.parameterization());
        return run.solver(schedule, run.ownTimes(schedule));
    }
}
