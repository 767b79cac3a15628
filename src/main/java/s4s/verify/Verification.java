package s4s.verify;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/** Runs this library on vectors of the official implementations. */
public final class Verification {

    /** The tolerance that a correct float64 implementation keeps. */
    public static final double TOLERANCE = 1e-9;

    private Verification() {}

    /** Told how far a run is. */
    @FunctionalInterface
    public interface Progress {
        /**
         * @param done cases done
         * @param all cases in all
         */
        void update(int done, int all);
    }

    /**
     * Runs every case.
     *
     * @param vectors what to run on
     * @param tolerance largest {@code max |x - x_ref| / max(1, max |x_ref|)}, positive
     * @param only which cases, by "group id"
     * @param progress told after each case
     * @return the results; nothing that the vectors name makes this method throw
     * @throws IllegalArgumentException for a tolerance that is not positive
     * @throws IOException if a file of the vectors is damaged
     */
    public static Report run(Vectors vectors, double tolerance, Predicate<String> only, Progress progress) throws IOException {
        if (!(tolerance > 0 && tolerance < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("A tolerance is finite and positive, not " + tolerance + ".");
        }
        try (Workshop workshop = new Workshop(vectors)) {
            List<VerificationCase> cases = new ArrayList<>();
            List<String> absent = new ArrayList<>();
            for (Check check : checks(workshop)) {
                if (!vectors.has(check.file())) {
                    absent.add(check.file());
                    continue;
                }
                check.cases().stream().filter(c -> only.test(c.group() + " " + c.id())).forEach(cases::add);
            }
            List<Result> results = new ArrayList<>();
            for (VerificationCase one : cases) {
                results.add(result(one, tolerance));
                progress.update(results.size(), cases.size());
            }
            return new Report(results, absent);
        }
    }

    private static List<Check> checks(Workshop workshop) {
        return List.of(new TrajectoryCheck(workshop), new IntermediateCheck(workshop), new ConvergenceCheck(workshop),
                new DeisCheck(workshop), new ReferenceCheck(workshop), new DenoiserCheck(workshop), new ScheduleCheck(workshop),
                new GridCheck(workshop), new GitsCheck(workshop), new MetricCheck(workshop));
    }

    private static Result result(VerificationCase one, double tolerance) throws IOException {
        if (one.defect().isPresent()) {
            return new Result(one.group(), one.id(), Result.Status.SKIPPED, Double.NaN, one.defect().get());
        }
        try {
            Deviation deviation = one.measurement().measure();
            boolean passed = deviation.error() <= Math.max(tolerance, one.leastTolerance());
            return new Result(one.group(), one.id(), passed ? Result.Status.PASSED : Result.Status.FAILED, deviation.error(),
                    deviation.what());
        } catch (RuntimeException e) {
            // whatever a vector brings along fails that vector alone
            String message = e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
            return new Result(one.group(), one.id(), Result.Status.FAILED, Double.NaN, message.replaceAll("\\s*\\R\\s*", " "));
        }
    }
}
