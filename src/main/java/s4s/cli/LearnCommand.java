package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.benchmark.Benchmark;
import s4s.grid.GridType;
import s4s.io.Claim;
import s4s.io.Progress;
import s4s.learn.Families;
import s4s.learn.Learner;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Plan;
import s4s.learn.Recipe;
import s4s.learn.Suite;
import s4s.learn.Teacher;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.model.repository.NamedModel;
import s4s.sampling.Adjoint;

/** {@code s4s learn}: a solver from teacher pairs, or all solvers that ship with a model. */
@Command(name = "learn", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Learns a few-step solver that draws what a many-step teacher draws, and writes it as a solver file,"
            + " which every other command takes. Validation pairs decide what is kept; a stopped run goes on from FILE.json.npz.",
            "Families: s4s-lms, s4s-ss, s4s-pc (weights), s4s-joint (weights and times), ld3 (times), gs, bns, dyweight."},
        exitCodeListHeading = "Exit codes:%n",
        exitCodeList = {"0:Learned, or the start is as good as the pairs can tell (it says so).",
            "1:Learning diverged (the best before is written), or nothing was learned; the last line says which. A suite goes on"
                + " with its other solvers.",
            "2:Bad input."})
final class LearnCommand implements Callable<Integer>, Resumable {
    @Mixin
    private final TaskOptions task = new TaskOptions();

    @Option(names = "--family", description = "What is learned (default s4s-joint; with --suite these of it, by comma).")
    private Optional<String> family;

    @Option(names = "--init", paramLabel = "NAME", description = "The solver that it starts from (default: the family's).")
    private Optional<String> init;

    @Option(names = "--grid", description = "The grid that it starts from (default: that of the benchmark's teacher, else logsnr).")
    private Optional<String> grid;

    @Option(names = "--nfe", description = "Network calls for an image (default 5; with --suite only these).")
    private Optional<Integer> nfe;

    @Option(names = "--order", description = "Outputs that a step weighs (default 3, or more if the start needs it).")
    private Optional<Integer> order;

    @Option(names = "--suite", paramLabel = "MODEL|BENCHMARK",
            description = "Learn every solver that a benchmark's notebook shows, into data/solvers/MODEL; what is there stays. A"
                + " benchmark's name, or its file, stands for its model in the profile of S4S_PROFILE.")
    private Optional<String> suite;

    @Option(names = "--brief", description = "With --suite: only what notebooks sum up, four solvers for each NFE.")
    private boolean brief;

    @Option(names = "--again", description = "With --suite: learn what is there as well, and replace it.")
    private boolean again;

    @Option(names = "--out", paramLabel = "FILE.json", description = "Where the solver goes (with --suite: a folder).")
    private Optional<Path> out;

    @ArgGroup(validate = false, heading = "Teacher pairs%n")
    private final PairOptions pairs = new PairOptions();

    @ArgGroup(validate = false, heading = "How%n")
    private final How how = new How();

    @Spec
    private CommandSpec spec;

    /** Options of the optimization. */
    static final class How {
        @Option(names = "--distance", paramLabel = "NAME|FILE.pt",
                description = "perceptual (mini features), l2, l1, or a TorchScript file of two image batches in [-1, 1] that"
                    + " gives a number for each pair, as LPIPS does; such files are programs, load only"
                    + " those you trust. Of a model that draws latents, l2 and l1 are of latents,"
                    + " the others of decoded images (default: the benchmark's, as in the papers perceptual for images and"
                    + " l2 for latents; l2 for a model without a benchmark).")
        private Optional<String> distance;

        @Option(names = "--optimizer", defaultValue = "gauss-newton",
                description = "gauss-newton, adam, ld3 (RMSprop and SGD), gs (Adam 1e-3, 24 pairs a step, moving average)"
                    + " (default ${DEFAULT-VALUE}).")
        private String optimizer;

        @Option(names = "--steps", description = "Steps, of each block with --rounds (default 20, of weights alone 12;"
                + " gs 10000, others 300).")
        private Optional<Integer> steps;

        @Option(names = "--rounds", paramLabel = "K",
                description = "Learn weights and times in turn, K times, as S4S-Alt does; default: together.")
        private Optional<Integer> rounds;

        @Option(names = "--rate", defaultValue = "0.01", description = "Adam's learning rate (default ${DEFAULT-VALUE}).")
        private double rate;

        @Option(names = "--radius", paramLabel = "R|ld3",
                description = "Relaxed objective: the starting noise of each training pair may move this far, in units of its"
                    + " standard deviation; ld3: 0.001 C H W / NFE^2 (default 0, the hard objective).")
        private Optional<String> radius;

        @Option(names = "--low-memory", description = "One network graph at a time: memory does not grow with NFE.")
        private boolean lowMemory;

        @Option(names = "--seed", defaultValue = "0", description = "Seed of what is random in learning.")
        private long seed;
    }

    @Override
    public Integer call() throws IOException {
        families().forEach(name -> Families.note(name).ifPresent(this::say));
        Models models = Models.ofRepository();
        TaskOptions.Task asked = suite.isPresent() ? suiteOf(models) : task.task(models, Optional.empty());
        Benchmark benchmark = how.distance.map(asked.benchmark()::withDistance).orElse(asked.benchmark());
        GridType start = grid.map(GridType::named).orElse(asked.base().teacher().grid());
        ModelCard card = models.card(benchmark.model());
        try (NDManager manager = Devices.manager()) {
            List<Recipe> usual = suite.isPresent() ? suite(benchmark, start) : List.of(recipe(start));
            NamedModel model = new NamedModel(card.name(), card.weightsSha256(), benchmark.diffusion(models, manager));
            TaskOptions.chosen(asked, "teacher " + benchmark.teacher().id(), "start " + (suite.isPresent() ? "of each family" : usual.get(0).init().name()) + " on "
                    + start.id(), "distance " + benchmark.teaching().distance()).ifPresent(this::say);
            List<Recipe> recipes = usual.stream().map(recipe -> adjusted(recipe, model.diffusion())).toList();
            Path folder = out.orElse(benchmark.solvers(Models.repository()));
            Map<Teacher, List<Recipe>> due = benchmark.byTeacher(model.diffusion(), recipes,
                    recipe -> suite.isEmpty() || isDue(file(recipe, folder)));
            if (due.isEmpty()) {
                spec.commandLine().getOut().println("all " + recipes.size() + " solvers are in " + folder);
                return 0;
            }
            NamedDistance distance = benchmark.distance(models, model.diffusion(), manager);
            List<String> failed = new ArrayList<>();
            try (Claim claim = suite.isPresent() ? Claim.ofFolder(folder) : Claim.ofFile(file(recipes.get(0), folder))) {
                for (Map.Entry<Teacher, List<Recipe>> course : due.entrySet()) {
                    LearningTask pairs = pairs(manager, course.getKey(), course.getValue(), model, distance);
                    for (Recipe recipe : course.getValue()) {
                        if (!learn(recipe, pairs, file(recipe, folder)).usable()) {
                            failed.add(recipe.name());
                        }
                    }
                }
            }
            if (suite.isPresent() && !failed.isEmpty()) {
                say("diverged, or learned nothing: " + String.join(", ", failed));
            }
            return failed.isEmpty() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
        }
    }

    private TaskOptions.Task suiteOf(Models models) throws IOException {
        if (task.namesModel() || init.isPresent() || grid.isPresent() || order.isPresent()) {
            throw new IllegalArgumentException("--suite has a model, starts, grids and orders of its own: give it without --model,"
                    + " --init, --grid and --order");
        }
        return task.suite(models, suite.get());
    }

    private LearningTask pairs(NDManager manager, Teacher teacher, List<Recipe> recipes, NamedModel model,
            NamedDistance distance) throws IOException {
        try (Progress drawing = Progress.terminal(System.err, "pairs")) {
            return pairs.task(manager, teacher, recipes, model, distance, drawing);
        }
    }

    private List<String> families() {
        return family.map(names -> List.of(names.split(","))).orElse(List.of());
    }

    private void say(String note) {
        spec.commandLine().getErr().println("s4s: " + note);
    }

    private List<Recipe> suite(Benchmark benchmark, GridType start) {
        List<Families> families = families().stream().map(Families::named).toList();
        List<Recipe> all = brief ? Suite.brief(benchmark.nfes(), start) : Suite.recipes(benchmark.nfes(), start);
        List<Recipe> chosen = all.stream()
                .filter(recipe -> families.isEmpty() || families.contains(recipe.family()))
                .filter(recipe -> nfe.isEmpty() || recipe.nfe() == nfe.get()).toList();
        if (chosen.isEmpty()) {
            throw new IllegalArgumentException("the suite has no such solver; its NFE are " + benchmark.nfes()
                    + (brief ? ", its families s4s-joint, ld3, s4s-lms, gs" : ""));
        }
        return chosen;
    }

    /** Learns, and writes the solver, but no start of a suite under the name of what was to be learned. */
    private Learner.Outcome learn(Recipe recipe, LearningTask pairs, Path file) throws IOException {
        Path checkpoint = checkpoint(file);
        long start = System.nanoTime();
        try (Progress progress = Progress.terminal(System.err, recipe.name())) {
            Recipe.Result result = recipe.learn(pairs, Optional.of(checkpoint), CommandText.of(spec), progress,
                    spec.commandLine().getErr()::println);
            Learner.Outcome outcome = result.learned().outcome();
            if (suite.isEmpty() || outcome != Learner.Outcome.NOTHING) {
                result.file().write(file);
            }
            Files.deleteIfExists(checkpoint);
            spec.commandLine().getOut().printf(Locale.ROOT, "%s: validation %.5g, the start's %.5g; %.0f s. %s%n", file,
                    result.learned().validation(), result.learned().history().get(0).validation(),
                    (System.nanoTime() - start) * 1e-9, result.learned().ended());
            spec.commandLine().getOut().flush();
            return outcome;
        }
    }

    /** Where a solver goes. */
    private Path file(Recipe recipe, Path folder) {
        String name = recipe.name() + ".json";
        return suite.isPresent() ? folder.resolve(name) : out.orElse(Path.of(name));
    }

    /** Where an interrupted learning stands. */
    private static Path checkpoint(Path file) {
        return file.resolveSibling(file.getFileName() + ".npz");
    }

    /**
     * Whether a solver of a suite is still to be learned. One that is there may have its checkpoint beside it, if a kill came
     * between the writing of the one and the removal of the other; it is removed.
     */
    private boolean isDue(Path file) {
        if (again || !Files.exists(file)) {
            return true;
        }
        try {
            Path checkpoint = checkpoint(file);
            if (Files.exists(checkpoint)
                    && Files.getLastModifiedTime(checkpoint).compareTo(Files.getLastModifiedTime(file)) <= 0) {
                Files.delete(checkpoint);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return false;
    }

    private Recipe recipe(GridType start) {
        Families kind = Families.named(family.orElse(Families.S4S_JOINT.id()));
        Recipe usual = Recipe.usual(kind, init.orElse(kind.init()), start, nfe.orElse(5));
        return order.isPresent() ? usual.withOrder(order.get()) : usual;
    }

    /** A usual recipe with the pairs and the optimization that the options ask for. */
    private Recipe adjusted(Recipe usual, DiffusionModel diffusion) {
        Plan plan = plan(usual.plan().phases().get(0).steps());
        if (how.radius.isPresent()) {
            boolean ld3 = how.radius.get().equals("ld3");
            plan = plan.relaxed(ld3 ? Plan.ld3Radius(diffusion.sampleShape().size(), usual.nfe()) : number(how.radius.get()));
        }
        String name = how.optimizer + (how.optimizer.equals("adam") ? " " + how.rate : "")
                + how.rounds.map(k -> ", " + k + " rounds").orElse("") + ", " + plan.phases().get(0).steps() + " steps";
        return usual.with(how.lowMemory ? plan.with(Adjoint.Graphs.RECOMPUTED) : plan, name)
                .withPairs(pairs.training(), pairs.validation()).withSeed(how.seed);
    }

    private static double number(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("--radius is a number or ld3, not " + text, e);
        }
    }

    private Plan plan(int usualSteps) {
        if (how.rounds.isPresent()) {
            if (!how.optimizer.equals("gauss-newton")) {
                throw new IllegalArgumentException("--rounds is for the gauss-newton optimizer, not " + how.optimizer);
            }
            return Plan.alternating(how.rounds.get(), how.steps.orElse(6));
        }
        return switch (how.optimizer) {
            case "gauss-newton" -> Plan.gaussNewton(how.steps.orElse(usualSteps));
            case "adam" -> Plan.adam(how.steps.orElse(300), how.rate);
            case "ld3" -> Plan.ld3(how.steps.orElse(300));
            case "gs" -> Plan.gs(how.steps.orElse(10000));
            default -> throw new IllegalArgumentException("There is no optimizer \"" + how.optimizer
                    + "\"; known are gauss-newton, adam, ld3, gs.");
        };
    }
}
