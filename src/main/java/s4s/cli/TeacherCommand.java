package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Condition;
import s4s.io.Claim;
import s4s.io.Progress;
import s4s.learn.SeedRange;
import s4s.learn.Teacher;
import s4s.learn.TeacherStore;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.solver.data.SolverFile;
import s4s.solver.data.SolverSource;

/** {@code s4s teacher}: pairs of starting noise and a teacher's sample, to learn from. */
@Command(name = "teacher", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Draws pairs of starting noise and a many-step solver's sample, which few-step solvers learn from, into"
            + " a folder of npz files with a manifest. Started again it keeps what is there and makes what is missing or damaged;"
            + " with more pairs it adds to them.",
            "Pairs to learn from, to choose by and to measure on have seeds of their own: training 1000000-1999999, validation"
            + " 2000000-2999999, evaluation 0-999999. A conditional model draws each seed's own class or prompt."})
public class TeacherCommand implements Callable<Integer>, Resumable {
    @Mixin
    private final TaskOptions task = new TaskOptions();

    @Option(names = "--solver", paramLabel = "NAME|FILE.json",
            description = "Another teacher: see s4s solvers, or a solver file, which has its own grid and NFE.")
    private Optional<String> solver = Optional.empty();

    @Option(names = "--grid", description = "Its grid, see s4s solvers (default: that of the teacher).")
    private Optional<String> grid = Optional.empty();

    @Option(names = "--nfe", description = "Its network calls for a sample (default: those of the teacher).")
    private Optional<Integer> nfe = Optional.empty();

    @Option(names = "--student", paramLabel = "NFE",
            description = "Take the benchmark's teacher for students of so many network calls, where they have their own.")
    private Optional<Integer> student = Optional.empty();

    @Option(names = "--role", defaultValue = "training", converter = Role.class,
            description = "What the pairs are for: training, validation or evaluation (default ${DEFAULT-VALUE}).")
    private SeedRange role;

    @Option(names = "--pairs", defaultValue = "700", description = "How many (default ${DEFAULT-VALUE}).")
    private int pairs;

    @Option(names = "--shard", defaultValue = "100", description = "Pairs in a file (default ${DEFAULT-VALUE}).")
    private int shard;

    @Option(names = "--batch", defaultValue = "100", description = "Samples in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "The folder; made if it is not there.")
    private Path out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        role.seeds(pairs);
        Models models = Models.ofRepository();
        TaskOptions.Task asked = task.task(models, Optional.empty());
        Benchmark benchmark = asked.benchmark();
        ModelCard card = models.card(benchmark.model());
        SolverSource source = source(benchmark);
        try (NDManager manager = Devices.manager();
                Progress progress = Progress.terminal(System.err, "teacher")) {
            DiffusionModel diffusion = benchmark.diffusion(models, manager);
            String command = CommandText.of(spec);
            SolverFile drawn = source.file(Optional.of(diffusion.schedule()), diffusion.schedule(), command);
            drawn.solver().requireRange(diffusion.schedule())
                    .ifPresent(note -> spec.commandLine().getErr().println("s4s: " + note));
            TeacherStore store = TeacherStore.open(out, new TeacherStore.Recipe(card.name(), card.weightsSha256(), drawn, role,
                    diffusion.sampleShape(), diffusion.conditions()), shard, command);
            Claim.ofFolder(out).close();                        // who is refused is told nothing else
            TaskOptions.chosen(asked, "teacher " + source.label())
                    .ifPresent(line -> spec.commandLine().getErr().println("s4s: " + line));
            fill(new Order(store, pairs, models.path(benchmark.model()), benchmark.condition(), batch), manager, diffusion, progress,
                    spec.commandLine().getErr()::println);
            spec.commandLine().getOut().println(out + " has " + store.count() + " pairs in " + store.shards().size()
                    + " files, " + role.id() + " seeds " + role.first() + "-" + (role.first() + store.count() - 1)
                    + ", teacher " + source.label() + " on " + card.name());
        }
        return 0;
    }

    /**
     * What is asked for.
     *
     * @param store where pairs go
     * @param pairs how many
     * @param folder of the model
     * @param condition of each seed
     * @param batch samples in a network call
     */
    protected record Order(TeacherStore store, int pairs, Path folder, Condition condition, int batch) {}

    /**
     * Makes the pairs that are missing, here in this process.
     *
     * @param model the model in memory
     * @param notes told in one line of each shard that is made again
     * @throws IOException if a file cannot be written
     */
    protected void fill(Order order, NDManager manager, DiffusionModel model, Progress progress, Consumer<String> notes)
            throws IOException {
        order.store.to(order.pairs, manager, model, order.batch, progress, notes);
    }

    private SolverSource source(Benchmark benchmark) throws IOException {
        if (task.namesTeacher() && (solver.isPresent() || grid.isPresent() || nfe.isPresent() || student.isPresent())) {
            throw new IllegalArgumentException("--teacher is a solver with its grid and NFE: give it without --solver, --grid, --nfe"
                    + " and --student");
        }
        if (solver.isPresent() && SolverSource.isFile(solver.get())) {
            return SolverSource.of(solver.get(), grid, nfe);
        }
        Teacher usual = student.map(benchmark::teacherOf).orElse(benchmark.teacher());
        return SolverSource.of(solver.orElse(usual.method().name()), Optional.of(grid.orElse(usual.grid().id())),
                Optional.of(nfe.orElse(usual.nfe())));
    }

    /** Reads the name of a range of seeds. */
    private static final class Role implements ITypeConverter<SeedRange> {
        @Override
        public SeedRange convert(String text) {
            try {
                return SeedRange.named(text);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }
}
