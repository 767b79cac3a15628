package s4s.verify;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;

/**
 * Errors against the exact ODE over the number of steps: lists "rows" (of the file's model) and "rows_MODEL", for the steps in
 * "N" and "N_MODEL", all from the noise of the file's model. N above 80, which cost most and add nothing, are not run.
 */
record ConvergenceCheck(Workshop workshop) implements Check {

    private static final int LARGEST = 80;
    private static final String REFERENCES = "reference_ode.npz";
    private static final Pattern ROWS = Pattern.compile("rows(?:_(\\w+))?");

    @Override
    public String file() {
        return "convergence.json";
    }

    @Override
    public List<VerificationCase> cases() throws IOException {
        JsonObject json = workshop.vectors().json(file());
        List<VerificationCase> cases = new ArrayList<>();
        for (String name : json.keySet()) {
            Matcher rows = ROWS.matcher(name);
            if (rows.matches()) {
                for (JsonObject row : Vectors.objects(json, name)) {
                    add(json, Optional.ofNullable(rows.group(1)), row, cases);
                }
            }
        }
        return cases;
    }

    private void add(JsonObject json, Optional<String> model, JsonObject row, List<VerificationCase> cases) {
        String solver = Vectors.optional(row, "solver").orElse("(no solver)");
        String id = file() + ":" + model.map(m -> m + "/").orElse("")
                + Vectors.optional(row, "parameterization").orElse("?") + "/" + solver + "/" + Vectors.optional(row, "grid").orElse("?");
        cases.add(new VerificationCase(id, OfficialMethods.knownDefect(solver), VerificationCase.TOLERANCE,
                () -> measure(json, model, row)));
    }

    private Deviation measure(JsonObject json, Optional<String> model, JsonObject row) throws IOException {
        String noise = Vectors.text(json, "model");
        double[] steps = numbers(json, model.map(m -> "N_" + m).orElse("N"));
        double[] rms = numbers(row, "rms");
        Deviation worst = Deviation.NONE;
        for (int i = 0; i < rms.length; i++) {
            if (steps[i] <= LARGEST) {
                Run run = run(row, model.orElse(noise), (int) steps[i]);
                worst = worst.and(Deviation.of("N = " + (int) steps[i], rms[i], rms(run, noise)));
            }
        }
        return worst;
    }

    private static Run run(JsonObject row, String model, int steps) {
        String solver = Vectors.text(row, "solver");
        return Run.plain(solver, Vectors.text(row, "parameterization"), Vectors.text(row, "grid"),
                solver.equals("edm_heun") ? steps + 1 : steps, model);
    }

    private double rms(Run run, String noise) throws IOException {
        NoiseSchedule schedule = workshop.schedule(run.parameterization());
        Solver solver = run.solver(schedule, run.ownTimes(schedule));
        Numbers exact = workshop.vectors().numbers(REFERENCES,
                (run.model().equals(noise) ? noise : noise + "_noise_" + run.model()) + "/" + run.parameterization());
        NDArray z = workshop.noise(noise, workshop.mixture(run.model()).shape(), exact.rows());
        double[] samples = new Sampler(workshop, run).sample(solver, z, evaluation -> {}).samples();
        double sum = 0;
        for (int i = 0; i < samples.length; i++) {
            double gap = samples[i] - exact.values()[i];
            sum += gap * gap;
        }
        return Math.sqrt(sum / samples.length);
    }

    private static double[] numbers(JsonObject object, String name) {
        JsonElement list = object.get(name);
        if (list == null || !list.isJsonArray()) {
            throw new IllegalArgumentException("there is no list " + name);
        }
        return list.getAsJsonArray().asList().stream().mapToDouble(JsonElement::getAsDouble).toArray();
    }
}
