package s4s.verify;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;

/**
 * Every case of index.json: the samples on the stored grid, that grid against our own of its name, and the number of network
 * calls.
 */
record TrajectoryCheck(Workshop workshop) implements Check {

    private static final String TIMES = "t_steps";

    @Override
    public String file() {
        return "index.json";
    }

    @Override
    public List<VerificationCase> cases() {
        return workshop.vectors().list("cases").stream().map(entry -> {
            String solver = Vectors.optional(entry, "solver").orElse("(no solver)");
            Optional<String> defect = OfficialMethods.knownDefect(solver);
            return new VerificationCase(Vectors.optional(entry, "id").orElse("(no id)"), defect, VerificationCase.TOLERANCE,
                    () -> measure(entry));
        }).toList();
    }

    private Deviation measure(JsonObject entry) throws IOException {
        Run run = Run.of(entry, workshop.vectors());
        NoiseSchedule schedule = workshop.schedule(run.parameterization());
        Numbers samples = samples(entry, workshop.vectors());
        double[] times = times(entry, workshop.vectors());
        Solver solver = run.solver(schedule, times);
        Sampler.Sample sample = new Sampler(workshop, run).sample(solver, samples.rows());
        int calls = entry.has("model_calls") ? Vectors.whole(entry, "model_calls") : run.modelCalls();
        return Deviation.of("samples", samples.values(), sample.samples())
                .and(Deviation.of("time grid", times, run.ownTimes(schedule)))
                .and(Deviation.of("our solver's own count of its calls", run.nfe(), solver.evaluations()))
                .and(Deviation.of("counted network calls", run.nfe(), sample.calls()))
                .and(Deviation.of("model_calls", calls, run.modelCalls()));
    }

    /** The final samples of an entry, shape (samples, size). */
    static Numbers samples(JsonObject entry, Vectors vectors) throws IOException {
        return vectors.numbers(Vectors.text(entry, "file"), Vectors.text(entry, "key")).row(Vectors.whole(entry, "row"));
    }

    /** The stored grid of an entry. */
    static double[] times(JsonObject entry, Vectors vectors) throws IOException {
        return vectors.numbers(Vectors.text(entry, "file"), TIMES).row(Vectors.whole(entry, "row")).unpadded();
    }
}
