package s4s.spark;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Condition;
import s4s.benchmark.Metric;
import s4s.cli.CommandText;
import s4s.cli.PairOptions;
import s4s.cli.Resumable;
import s4s.io.AtomicFiles;
import s4s.io.Claim;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.learn.Learner;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Recipe;
import s4s.learn.SeedRange;
import s4s.learn.Suite;
import s4s.learn.Teacher;
import s4s.learn.TeacherStore;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.model.repository.NamedModel;
import s4s.solver.data.SolverFile;

/** {@code s4s spark learn}: {@code s4s learn --suite}, a solver to a task. */
@Command(name = "learn", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Learns every solver that ships with a mini model, each in a task; what is there stays.",
            "A process learns one solver at a time: give it few cores, and many processes."})
final class SparkLearnCommand implements Callable<Integer>, Resumable {
    private static final int SHARD = 100;
    private static final String BENCHMARK = "benchmark.json";

    @Option(names = "--suite", required = true, paramLabel = "MODEL", description = "Model in data/models.")
    private String suite;

    @Option(names = "--out", paramLabel = "DIR", description = "Where the solvers go (default data/solvers/MODEL).")
    private Optional<Path> out;

    @Option(names = "--pairs-from", paramLabel = "DIR",
            description = "Training pairs that s4s teacher made (default: drawn now by the benchmark's teacher).")
    private Optional<Path> trainingFrom;

    @Option(names = "--validation-from", paramLabel = "DIR", description = "Validation pairs that s4s teacher made.")
    private Optional<Path> validationFrom;

    @Option(names = "--distance", paramLabel = "NAME",
            description = "perceptual, l2 or l1 (default: the benchmark's; l2 for a model without one).")
    private Optional<String> distance;

    @Mixin
    private ClusterOptions options;

    @Spec
    private CommandSpec spec;

    private final Recipes recipes;

    /** All recipes for a benchmark, the same in every process. */
    @FunctionalInterface
    interface Recipes extends Function<Benchmark, List<Recipe>>, Serializable {}

    /** What a task returns. */
    private record Answer(String json, double validation, double start, double seconds, Learner.Outcome outcome, String ended)
            implements Serializable {}

    /** What a process learns. */
    private record Lessons(List<Recipe> recipes, LearningTask task) {}

    /** What is known before learning. */
    private record Course(Benchmark benchmark, Models models, ModelCard card, DiffusionModel diffusion, Path folder) {}

    /** Learns {@link Suite}. */
    SparkLearnCommand() {
        this(benchmark -> Suite.recipes(benchmark.nfes(), benchmark.teacher().grid()));
    }

    /** Learns other recipes. */
    SparkLearnCommand(Recipes recipes) {
        this.recipes = recipes;
    }

    @Override
    public Integer call() throws IOException {
        Models models = Models.ofRepository();
        Optional<Benchmark> known = Benchmarks.ofRepository().ofModel(suite);
        Benchmark usual = known.isPresent() ? known.get() : Benchmark.usual(models, suite);
        Benchmark benchmark = distance.map(usual::withDistance).orElse(usual);
        List<String> failed = new ArrayList<>();
        Path folder = out.orElse(Models.repository().resolve("data/solvers").resolve(models.card(benchmark.model()).name()));
        try (NDManager manager = Devices.manager(); Progress progress = Progress.terminal(System.err, "learn")) {
            Course course = new Course(benchmark, models, models.card(benchmark.model()),
                    benchmark.diffusion(models, manager), folder);
            String measure = benchmark.teaching().distance();
            if (measure.endsWith(".pt")) {
                throw new IllegalArgumentException("--distance is perceptual, l2 or l1 here, not " + measure
                        + "; s4s learn takes files");
            }
            benchmark.distance(models, course.diffusion, manager);
            List<Recipe> all = recipes.apply(benchmark);
            Map<Teacher, List<Recipe>> due = benchmark.byTeacher(course.diffusion, all,
                    recipe -> !Files.exists(file(folder, recipe.name())));
            if (due.isEmpty()) {
                spec.commandLine().getOut().println("all " + all.size() + " solvers are in " + folder);
                return 0;
            }
            try (Claim claim = Claim.ofFolder(folder); Cluster cluster = options.openForWholeExecutors("s4s learn")) {
                for (Map.Entry<Teacher, List<Recipe>> lesson : due.entrySet()) {
                    failed.addAll(learn(cluster, course, lesson.getKey(), lesson.getValue(), progress));
                }
            }
        }
        if (!failed.isEmpty()) {
            spec.commandLine().getErr().println("s4s: diverged, or learned nothing: " + String.join(", ", failed));
        }
        return failed.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    /** Learns what is due from a teacher; returns the names of what cannot be used. */
    private List<String> learn(Cluster cluster, Course course, Teacher teacher, List<Recipe> due, Progress progress)
            throws IOException {
        List<String> failed = new ArrayList<>();
        Path drawn = course.folder.resolve("pairs.parts");
        Parcel parcel = withFeatures(new Parcel().withModel(course.models, course.benchmark.model()), course)
                .withFolder("training", trainingFrom.isPresent() ? trainingFrom.get() : pairs(cluster, course, teacher,
                        SeedRange.TRAINING, due.stream().mapToInt(Recipe::pairs).max().orElseThrow(), drawn, progress))
                .withFolder("validation", validationFrom.isPresent() ? validationFrom.get() : pairs(cluster, course, teacher,
                        SeedRange.VALIDATION, due.stream().mapToInt(Recipe::validation).max().orElseThrow(), drawn, progress));
        List<String> names = due.stream().map(Recipe::name).toList();
        Recipes known = recipes;
        Condition condition = course.benchmark.condition();
        if (condition.file().isPresent()) {
            parcel = parcel.with(condition.file().get().getFileName().toString(), condition.file().get());
        }
        Benchmark there = course.benchmark.withCondition(condition.in(Path.of("")))
                .withModel(course.models.path(course.benchmark.model()).getFileName().toString());
        Shared<Lessons> lessons = cluster.share(parcel.with(BENCHMARK, there.json()), "lessons by "
                + there.teaching().distance(), (folder, manager) -> lessons(folder, manager, known, names));
        String command = CommandText.of(spec);
        int[] done = {0};
        cluster.run(names, name -> lessons.use((what, scope) -> ExecutorProcess.alone(() -> {
            Recipe recipe = what.recipes.stream().filter(one -> one.name().equals(name)).findFirst().orElseThrow();
            long start = System.nanoTime();
            Recipe.Result result = recipe.learn(what.task, Optional.empty(), command, Progress.none(), note -> {});
            return new Answer(result.file().json(), result.learned().validation(),
                    result.learned().history().get(0).validation(), (System.nanoTime() - start) * 1e-9,
                    result.learned().outcome(), result.learned().ended());
        })), (i, answer) -> {
            Path file = file(course.folder, names.get(i));
            if (answer.outcome != Learner.Outcome.NOTHING) {
                AtomicFiles.write(file, answer.json.getBytes(StandardCharsets.UTF_8));
            }
            if (!answer.outcome.usable()) {
                failed.add(names.get(i));
            }
            spec.commandLine().getOut().printf(Locale.ROOT, "%s: validation %.5g, the start's %.5g; %.0f s. %s%n", file,
                    answer.validation, answer.start, answer.seconds, answer.ended);
            spec.commandLine().getOut().flush();
            progress.update(++done[0], names.size(), "solvers");
        });
        Folders.delete(drawn);
        return failed;
    }

    /** The parcel with the network of the perceptual distance, if it is here. */
    private static Parcel withFeatures(Parcel parcel, Course course) throws IOException {
        Optional<String> mini = course.benchmark.metric().flatMap(Metric::mini);
        if (mini.isPresent()) {
            return parcel.withModel(course.models, mini.get());
        }
        String name = NamedDistance.LPIPS.getParent().toString();
        Path folder = course.models.folder().resolve(name);
        return Files.isDirectory(folder) ? parcel.withFolder(name, folder) : parcel;
    }

    /** What is to be learned, from the parcel's folders. */
    private static Lessons lessons(Path folder, NDManager manager, Recipes recipes, List<String> names) throws IOException {
        Benchmark benchmark = Benchmark.read(folder.resolve(BENCHMARK));
        Models models = new Models(folder);
        ModelCard card = models.card(benchmark.model());
        NamedModel model = new NamedModel(card.name(), card.weightsSha256(), benchmark.diffusion(models, manager));
        List<Recipe> due = recipes.apply(benchmark).stream().filter(recipe -> names.contains(recipe.name())).toList();
        return new Lessons(due, PairOptions.of(folder.resolve("training"), folder.resolve("validation")).task(manager,
                benchmark.teacherOf(due.get(0).nfe()), due, model, benchmark.distance(models, model.diffusion(), manager),
                Progress.none()));
    }

    /** A folder with the teacher's pairs, drawn on the executors. */
    private Path pairs(Cluster cluster, Course course, Teacher teacher, SeedRange role, int count, Path drawn,
            Progress progress) throws IOException {
        String command = CommandText.of(spec);
        DiffusionModel model = course.diffusion;
        SolverFile solver = SolverFile.of(teacher.solver(model), model.schedule(), Provenance.of(command));
        TeacherStore store = TeacherStore.open(drawn.resolve(teacher.label().replace(' ', '-')).resolve(role.id()),
                new TeacherStore.Recipe(course.card.name(), course.card.weightsSha256(), solver, role, model.sampleShape(),
                        model.conditions()), SHARD, command);
        Shared<DiffusionModel> network = SparkTeacherCommand.share(cluster, course.models, course.benchmark.model(),
                course.benchmark.condition());
        store.to(count, SparkTeacherCommand.drawing(cluster, network, store, SHARD, progress), note -> {});
        return store.folder();
    }

    private static Path file(Path folder, String name) {
        return folder.resolve(name + ".json");
    }
}
