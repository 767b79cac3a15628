package s4s.verify;

import ai.djl.ndarray.NDArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import s4s.sampling.Executor;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;

/**
 * Times and states of every network call. The names say what was run, but not always with which model: the nearest of the runs
 * that a name can mean counts.
 */
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
            cases.add(new VerificationCase(file() + ":" + name, OfficialMethods.knownDefect(solver), VerificationCase.TOLERANCE,
                    () -> measure(name, group.getValue())));
        }
        return cases;
    }

    /** A run and the ends of its steps. */
    private record Candidate(Run run, double[] times) {}

    private Deviation measure(String name, Map<String, String> keys) throws IOException {
        Numbers times = numbers(keys, "t");
        Numbers states = numbers(keys, "x");
        Optional<Numbers> samples = keys.containsKey("x_final") ? Optional.of(numbers(keys, "x_final")) : Optional.empty();
        Deviation nearest = new Deviation(
                Double.POSITIVE_INFINITY, "samples of a size that no model of models.json has", states.width(), Double.NaN);
        for (Candidate candidate : candidates(name)) {
            if (workshop.mixture(candidate.run().model()).size() == states.width()) {
                Deviation deviation = measure(candidate, times, states, samples);
                nearest = deviation.error() < nearest.error() ? deviation : nearest;
            }
        }
        return nearest;
    }

    private List<Candidate> candidates(String name) throws IOException {
        List<Candidate> candidates = new ArrayList<>();
        for (JsonObject entry : workshop.vectors().list("cases")) {
            if (means(name, entry)) {
                candidates.add(new Candidate(
                        Run.of(entry, workshop.vectors()), TrajectoryCheck.times(entry, workshop.vectors())));
            }
        }
        if (candidates.isEmpty()) {
            for (Run run : Run.named(name, workshop)) {
                candidates.add(new Candidate(run, run.ownTimes(workshop.schedule(run.parameterization()))));
            }
        }
        return candidates;
    }

    private static boolean means(String name, JsonObject entry) {
        String id = Vectors.optional(entry, "id").orElse("");
        String other = Vectors.optional(entry, "solver").orElse("") + "/" + Vectors.optional(entry, "parameterization").orElse("")
                + "/" + Vectors.optional(entry, "grid").orElse("") + "/nfe" + Vectors.optional(entry, "nfe").orElse("");
        return id.endsWith("/" + name) || name.equals(other);
    }

    private Deviation measure(Candidate candidate, Numbers times, Numbers states, Optional<Numbers> samples) throws IOException {
        Run run = candidate.run();
        NoiseSchedule schedule = workshop.schedule(run.parameterization());
        Solver solver = run.solver(schedule, candidate.times());
        List<Double> told = new ArrayList<>();
        List<double[]> seen = new ArrayList<>();
        Executor.Observer observer = evaluation -> {
            told.add(evaluation.time());
            seen.add(evaluation.input().toDoubleArray());
        };
        NDArray noise = workshop.noise(run.model(), states.row(0).rows());
        Sampler.Sample sample = new Sampler(workshop, run).sample(solver, noise, observer);
        if (run.modelCalls() > run.nfe()) {                      // the call at the end whose result is dropped
            told.add(schedule.time(solver.stages().get(solver.stages().size() - 1).sigma()));
            seen.add(sample.samples());
        }
        Deviation worst = Deviation.of("times of the calls", times.values(), told.stream().mapToDouble(t -> t).toArray());
        for (int i = 0; i < seen.size(); i++) {
            worst = worst.and(Deviation.of("state at call " + (i + 1), states.row(i).values(), seen.get(i)));
        }
        return samples.isEmpty() ? worst : worst.and(Deviation.of("samples", samples.get().values(),
                Arrays.copyOf(sample.samples(), samples.get().values().length)));
    }

    private Numbers numbers(Map<String, String> keys, String name) throws IOException {
        return workshop.vectors().numbers(file(), Optional.ofNullable(keys.get(name)).orElseThrow(() ->
                new IllegalArgumentException("there is no array " + name + " beside it")));
    }
}
