package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.app.Tabulate;
import s4s.model.Devices;
import s4s.model.repository.Models;

/** {@code s4s benchmark}: the table of a benchmark, every solver x grid x NFE. */
@Command(name = "benchmark", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Measures every solver on every grid and NFE of a benchmark, all on the same seeds, and writes the"
            + " table with its provenance after each block of images. Started again it goes on where it was; with more images"
            + " it adds to what is there.",
            "Solvers that share their first states share those network calls; the NFE in the table is each solver's own."})
final class BenchmarkCommand implements Callable<Integer>, Resumable {
    @Mixin
    private final TaskOptions task = new TaskOptions();

    @Option(names = "--reference", paramLabel = "FILE.npz",
            description = "Moments of real images (default: the benchmark's). Without any the table has the distances to the"
                + " teacher's images alone; s4s stats makes such a file.")
    private Optional<Path> reference = Optional.empty();

    @Option(names = "--features", paramLabel = "NAME|FILE.pt", description = "The feature network of --reference: a classifier in"
            + " data/models, or a TorchScript file (default: the one that the reference names).")
    private Optional<String> features = Optional.empty();

    @Option(names = "--images", description = "Images a cell (default: the benchmark's; with --learned as many as the table of"
            + " fixed solvers has, with which they are compared).")
    private Optional<Integer> images;

    @Option(names = "--block", paramLabel = "N", description = "Images of a block; FD is also given for blocks, to compare with"
            + " small runs (default: the benchmark's, in the paper profile 10000, more than Inception's 2048 features).")
    private Optional<Integer> block;

    @Option(names = "--batch", description = "Images in a network call (default 250, or a block if that is smaller).")
    private Optional<Integer> batch;

    @Option(names = "--learned", description = "Measure the learned solvers of data/solvers/MODEL instead of the baselines.")
    private boolean learned;

    @Option(names = "--solvers", paramLabel = "DIR", description = "With --learned: those of another folder.")
    private Optional<Path> solvers = Optional.empty();

    @Option(names = "--only", split = ",", paramLabel = "NAME",
            description = "Measure these groups only, by the beginning of their names (learned solvers: family-nfeN, others:"
                + " N-grid, teacher); the other rows stay.")
    private List<String> only = List.of("");

    @Option(names = "--cost", description = "Compute nothing: say how many images and network calls the table takes, and how long"
            + " that is on this machine, from a probe of 10 seconds.")
    private boolean cost;

    @Option(names = "--again", description = "Measure what the table has as well: learned solvers that were learned again.")
    private boolean again;

    @Option(names = "--out", paramLabel = "FILE.csv",
            description = "The table (default data/results/MODEL.csv, or MODEL-learned.csv, in the repository). What it takes to go"
                + " on is kept beside it, in state/NAME.")
    private Optional<Path> out;

    @Spec
    private CommandSpec spec;

    @Override
    public boolean goesOn() {
        return !cost;
    }

    @Override
    public Integer call() throws IOException {
        Models models = Models.ofRepository();
        Tabulate table = new Tabulate(task.task(), reference, features, images, block, batch, learned, solvers, only, again, out,
                CommandText.of(spec));
        ConsoleOutput output = new ConsoleOutput(spec);
        try (NDManager manager = Devices.manager()) {
            if (cost) {
                output.print(table.cost(models, manager, output).printAll());
            } else {
                table.run(models, manager, output);
            }
        }
        return 0;
    }
}
