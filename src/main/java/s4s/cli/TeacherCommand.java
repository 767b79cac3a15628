package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import picocli.CommandLine.TypeConversionException;
import s4s.app.Backend;
import s4s.app.Teach;
import s4s.learn.SeedRange;
import s4s.model.Devices;
import s4s.model.repository.Models;

/** {@code s4s teacher}: pairs of starting noise and a teacher's sample, to learn from. */
@Command(name = "teacher", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Draws pairs of starting noise and a many-step solver's sample, which few-step solvers learn from, into"
            + " a folder of npz files with a manifest. Started again it keeps what is there and makes what is missing or damaged;"
            + " with more pairs it adds to them.",
            "Pairs to learn from, to choose by and to measure on have seeds of their own: training 1000000-1999999, validation"
            + " 2000000-2999999, evaluation 0-999999. A conditional model draws each seed's own class or prompt."})
public final class TeacherCommand implements Callable<Integer>, Resumable {
    private final Backend.Opening backend;

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

    /** Draws in this process. */
    TeacherCommand() {
        this(Backend.Opening.here());
    }

    /** Draws elsewhere. */
    public TeacherCommand(Backend.Opening backend) {
        this.backend = backend;
    }

    @Override
    public Integer call() throws IOException {
        Teach teach = new Teach(task.task(), new Teach.Other(solver, grid, nfe, student), role, pairs, shard, batch, out,
                CommandText.of(spec));
        try (NDManager manager = Devices.manager()) {
            teach.run(Models.ofRepository(), manager, backend, new ConsoleOutput(spec));
        }
        return 0;
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
