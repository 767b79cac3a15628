package s4s.verify;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import s4s.run.Executor;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;

/** Times and states of every network call. */
record IntermediateCheck(Workshop workshop) implements Check {

    @Override
    public String file() {
        return "intermediates.npz";
    }

    @Override
    public List<VerificationCase> cases() throws IOException {
        List<VerificationCase> cases = new ArrayList<>();
        for (Map.Entry<String, Map<String, String>> group : workshop.vectors().groups(file()).entrySet()) {
            String name = group.getKey();
            String solver = name.substring(0, Math.max(0, name.indexOf('/')));
            cases.add(new VerificationCase("network calls", file() + ":" + name, OfficialMethods.knownDefect(solver), 0,
                    () -> measure(name, group.getValue())));
        }
        return cases;
    }

    /** The nearest of the runs that the name can mean: it names no model. */
    private Deviation measure(String name, Map<String, String> keys) throws IOException {
        Numbers times = numbers(keys, "t");
        Numbers states = numbers(keys, "x");
        Deviation best = new Deviation(Double.POSITIVE_INFINITY, "no case of index.json has this name");
        for (JsonObject entry : workshop.vectors().list("cases")) {
            if (means(name, entry) && workshop.mixture(Vectors.text(entry, "model")).size() == states.width()) {
                Deviation deviation = measure(entry, times, states);
                if (keys.containsKey("x_final")) {
                    Numbers all = TrajectoryCheck.samples(entry, workshop.vectors());
                    Numbers last = numbers(keys, "x_final");
                    deviation = deviation.and(Deviation.of("samples", last.values(),
                            Arrays.copyOf(all.values(), last.values().length)));
                }
                best = deviation.error() < best.error() ? deviation : best;
            }
        }
        if (best.error() == Double.POSITIVE_INFINITY) {
            throw new IllegalArgumentException(best.what());
        }
        return best;
    }

    private static boolean means(String name, JsonObject entry) {
        String id = Vectors.optional(entry, "id").orElse("");
        String other = Vectors.optional(entry, "solver").orElse("") + "/" + Vectors.optional(entry, "parameterization").orElse("")
                + "/" + Vectors.optional(entry, "grid").orElse("") + "/nfe" + Vectors.optional(entry, "nfe").orElse("");
        return id.endsWith("/" + name) || name.equals(other);
    }

    private Deviation measure(JsonObject entry, Numbers times, Numbers states) throws IOException {
        Run run = Run.of(entry, workshop.vectors());
        NoiseSchedule schedule = workshop.schedule(run.parameterization());
        Solver solver = run.solver(schedule, TrajectoryCheck.times(entry, workshop.vectors()));
        List<Double> told = new ArrayList<>();
        List<double[]> seen = new ArrayList<>();
        Executor.Observer observer = evaluation -> {
            told.add(evaluation.label());
            seen.add(evaluation.input().toDoubleArray());
        };
        NDArray noise = workshop.noise(run.model(), Math.toIntExact(states.shape()[1]));
        Sampler.Sample sample = new Sampler(workshop, run).sample(solver, noise, observer);
        if (run.modelCalls() > run.nfe()) {                      // the call at the end whose result is dropped
            told.add(schedule.label(solver.stages().get(solver.stages().size() - 1).sigma()));
            seen.add(sample.samples());
        }
        Deviation worst = Deviation.of("times of the calls", times.values(), told.stream().mapToDouble(t -> t).toArray());
        for (int i = 0; i < seen.size(); i++) {
            worst = worst.and(Deviation.of("state at call " + (i + 1), states.row(i).values(), seen.get(i)));
        }
        return worst;
    }

    private Numbers numbers(Map<String, String> keys, String name) throws IOException {
        return workshop.vectors().numbers(file(), Optional.ofNullable(keys.get(name)).orElseThrow(() ->
                new IllegalArgumentException("there is no array " + name + " beside it")));
    }
}
