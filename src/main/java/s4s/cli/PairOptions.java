package s4s.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import s4s.app.Learn;
import s4s.app.Pairs;

/** The options of {@code s4s learn} that say what it learns from. */
final class PairOptions {
    @Option(names = "--pairs", defaultValue = "256", description = "Training pairs (default ${DEFAULT-VALUE}).")
    private int training;

    @Option(names = "--validation", defaultValue = "128", description = "Validation pairs (default ${DEFAULT-VALUE}).")
    private int validation;

    @Option(names = "--pairs-from", paramLabel = "DIR",
            description = "Training pairs that s4s teacher made (default: drawn now by the teacher).")
    private Optional<Path> trainingFrom = Optional.empty();

    @Option(names = "--validation-from", paramLabel = "DIR", description = "Validation pairs that s4s teacher made.")
    private Optional<Path> validationFrom = Optional.empty();

    Learn.Count count() {
        return new Learn.Count(training, validation);
    }

    Pairs pairs() {
        return new Pairs(trainingFrom, validationFrom);
    }
}
