package s4s.verify;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import s4s.io.BadFileException;

/** This library against a folder of vectors of the official implementations. */
final class Verification implements AutoCloseable {

    private static final String INDEX = "index.json";

    private final List<VerificationCase> cases = new ArrayList<>();
    private final List<String> absent = new ArrayList<>();
    private Optional<Workshop> workshop = Optional.empty();

    /**
     * Lists the vectors of a folder; nothing is computed yet. What is wrong with the folder or a file of it becomes a case that
     * fails: no such folder, nothing in it, a damaged file, an array or JSON file that no check reads.
     *
     * @param folder a folder with index.json
     */
    Verification(Path folder) {
        try {
            workshop = Optional.of(new Workshop(Vectors.open(folder)));
            list(workshop.get());
            if (cases.isEmpty()) {
                throw new BadFileException(folder + " holds no vectors");
            }
        } catch (IOException | RuntimeException e) {
            cases.add(VerificationCase.failing(folder.toString(), e));
        }
    }

    private void list(Workshop workshop) throws IOException {
        List<Check> checks = List.of(new TrajectoryCheck(workshop), new IntermediateCheck(workshop),
                new ConvergenceCheck(workshop), new DeisCheck(workshop), new ReferenceCheck(workshop),
                new DenoiserCheck(workshop), new ScheduleCheck(workshop), new GridCheck(workshop), new GitsCheck(workshop),
                new MetricCheck(workshop));
        for (Check check : checks) {
            if (workshop.vectors().has(check.file())) {
                cases.addAll(cases(check));
            } else {
                absent.add(check.file());
            }
        }
        Set<String> read = Stream.concat(checks.stream().map(Check::file), Workshop.FILES.stream()).collect(Collectors.toSet());
        for (String file : workshop.vectors().unnamedFiles()) {
            if (!read.contains(file)) {
                cases.add(VerificationCase.failing(file, new BadFileException(
                        "no check reads this file, and " + INDEX + " does not name it; remove it, or name it there")));
            }
        }
    }

    private static List<VerificationCase> cases(Check check) {
        try {
            List<VerificationCase> cases = check.cases();
            if (cases.isEmpty() && !check.file().equals(INDEX)) {
                throw new BadFileException("there are no vectors in it");
            }
            return cases;
        } catch (IOException | RuntimeException e) {
            return List.of(VerificationCase.failing(check.file(), e));
        }
    }

    /** All cases, in a fixed order. */
    List<VerificationCase> cases() {
        return List.copyOf(cases);
    }

    /** Files of vectors that the folder does not have. */
    List<String> absent() {
        return List.copyOf(absent);
    }

    @Override
    public void close() throws IOException {
        if (workshop.isPresent()) {
            workshop.get().close();
        }
    }
}
