package s4s.cli;

import java.util.Optional;
import picocli.CommandLine.Option;
import s4s.app.Task;
import s4s.benchmark.Profile;

/** The options that say which model, whom its solvers learn from, and under which conditions. */
final class TaskOptions {
    @Option(names = "--model", paramLabel = "NAME", description = "Model in data/models, or the path of such a folder, as s4s"
            + " sample takes it (default: the benchmark's).")
    private Optional<String> model = Optional.empty();

    @Option(names = "--benchmark", paramLabel = "NAME|FILE.json", description = "What is not said by options is as in this"
            + " benchmark, one of data/benchmarks or any such file (default: the one of the model, if there is one, else what is"
            + " usual, which is printed; without a model that of CIFAR-10).")
    private Optional<String> benchmark = Optional.empty();

    @Option(names = "--profile", paramLabel = "NAME",
            description = "mini, or paper: the papers' networks, see s4s doctor --profile paper (default: S4S_PROFILE, else mini).")
    private Optional<String> profile = Optional.empty();

    @Option(names = "--teacher", paramLabel = "SOLVER,GRID,NFE",
            description = "The many-step solver that others shall draw the same as, for instance unipc-3-bh1,logsnr,20.")
    private Optional<String> teacher = Optional.empty();

    @Option(names = "--conditions", paramLabel = "WHICH", description = "What seeds ask a conditional model for: none; class, all"
            + " in turn; text, the lines of prompts.txt in the model's folder in turn; or FILE.txt, the lines of that file.")
    private Optional<String> conditions = Optional.empty();

    @Option(names = "--guidance", paramLabel = "W", description = "Guidance scale of a conditional model.")
    private Optional<Double> guidance = Optional.empty();

    Task task() {
        return new Task(model, benchmark, profile.map(Profile::named).orElseGet(Profile::ofEnvironment), teacher, conditions,
                guidance);
    }
}
