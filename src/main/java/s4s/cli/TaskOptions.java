package s4s.cli;

import java.io.IOException;
import java.util.Optional;
import picocli.CommandLine.Option;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Condition;
import s4s.benchmark.Profile;
import s4s.learn.Teacher;
import s4s.model.repository.Models;

/** Which model, whom its solvers learn from, and under which conditions; what is not said is as in the model's benchmark. */
final class TaskOptions {
    /** The model where nothing is said. */
    static final String MODEL = "cifar10-mini";

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

    /**
     * What is to be done.
     *
     * @param benchmark with what the options say
     * @param base without that
     * @param known whether it is a benchmark, not what is usual for a model
     */
    record Task(Benchmark benchmark, Benchmark base, boolean known) {}

    /** Whether a model was named. */
    boolean namesModel() {
        return model.isPresent();
    }

    /** Whether a teacher was named. */
    boolean namesTeacher() {
        return teacher.isPresent();
    }

    /** The benchmarks' networks. */
    Profile profile() {
        return profile.map(Profile::named).orElseGet(Profile::ofEnvironment);
    }

    /**
     * The task of these options.
     *
     * @param usual the benchmark where neither it nor a model is named; empty: that of {@link #MODEL}
     * @throws IOException if there is no such model, or a benchmark's file cannot be read
     */
    Task task(Models models, Optional<String> usual) throws IOException {
        Benchmarks all = Benchmarks.ofRepository();
        if (benchmark.isPresent() || model.isEmpty() && usual.isPresent()) {
            Benchmark named = all.named(benchmark.or(() -> usual).get(), profile());
            return task(models, model.map(named::withModel).orElse(named), true);
        }
        return ofModel(models, all, model.orElse(MODEL));
    }

    /** The task of a suite: a benchmark by name or file, or a model. */
    Task suite(Models models, String suite) throws IOException {
        Benchmarks all = Benchmarks.ofRepository();
        if (!suite.endsWith(".json") && (models.has(suite) || all.ofModel(suite).isPresent())) {
            return ofModel(models, all, suite);
        }
        return task(models, all.named(suite, profile()), true);
    }

    private Task ofModel(Models models, Benchmarks all, String name) throws IOException {
        Optional<Benchmark> known = all.ofModel(name);
        return task(models, known.isPresent() ? known.get() : Benchmark.usual(models, name), known.isPresent());
    }

    private Task task(Models models, Benchmark base, boolean known) throws IOException {
        Benchmark asked = base;
        if (teacher.isPresent()) {
            asked = asked.withTeacher(Teacher.named(teacher.get()));
        }
        if (conditions.isPresent() || guidance.isPresent()) {
            double usual = conditions.isPresent() && conditions.get().equals("none") ? 1 : base.condition().guidance();
            asked = asked.withCondition(conditions.isPresent() ? Condition.named(conditions.get(), guidance.orElse(usual))
                    : base.condition().withGuidance(guidance.orElse(usual)));
            asked.condition().require(models, asked.model());
        }
        return new Task(asked, base, known);
    }

    /**
     * One line on what was chosen for a model without a benchmark; empty where there is one.
     *
     * @param choices for instance {@code "distance l2"}
     */
    static Optional<String> chosen(Task task, String... choices) {
        Benchmark all = task.benchmark;
        return task.known ? Optional.empty() : Optional.of("no benchmark has the model " + all.model() + ": "
                + String.join(", ", choices) + ", conditions " + all.condition().id() + ", guidance "
                + all.condition().guidance());
    }
}
