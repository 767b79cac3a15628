package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.app.Backend;
import s4s.app.Learn;
import s4s.app.Lesson;
import s4s.model.Devices;
import s4s.model.repository.Models;

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
public final class LearnCommand implements Callable<Integer>, Resumable {
    private final Backend.Opening backend;

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

        private Lesson.How how() {
            return new Lesson.How(optimizer, atLeast(0, "--steps", steps, Lesson.How.USUAL), atLeast(1, "--rounds", rounds, 0), rate, radius.orElse("0"),
                    lowMemory, seed);
        }

        private static int atLeast(int least, String option, Optional<Integer> number, int unsaid) {
            if (number.isPresent() && number.get() < least) {
                throw new IllegalArgumentException(option + " is at least " + least + ", not " + number.get());
            }
            return number.orElse(unsaid);
        }
    }

    /** Learns in this process. */
    LearnCommand() {
        this(Backend.Opening.here());
    }

    /** Learns elsewhere. */
    public LearnCommand(Backend.Opening backend) {
        this.backend = backend;
    }

    @Override
    public Integer call() throws IOException {
        Learn.What what = new Learn.What(family.map(names -> List.of(names.split(","))).orElse(List.of()), init, grid, nfe, order,
                brief);
        Learn learn = new Learn(task.task(), what, suite, how.distance, how.how(), pairs.count(), pairs.pairs(), again, out,
                CommandText.of(spec));
        try (NDManager manager = Devices.manager()) {
            return learn.run(Models.ofRepository(), manager, backend, new ConsoleOutput(spec)) ? CommandLine.ExitCode.OK
                    : CommandLine.ExitCode.SOFTWARE;
        }
    }
}
