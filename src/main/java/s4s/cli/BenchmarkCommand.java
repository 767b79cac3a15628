package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.benchmark.Benchmark;
import s4s.benchmark.BenchmarkTable;
import s4s.benchmark.CostEstimate;
import s4s.benchmark.Entry;
import s4s.benchmark.Metric;
import s4s.io.Progress;
import s4s.io.ResultsFile;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;
import tech.tablesaw.api.Table;

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
        TaskOptions.Task asked = task.task(models, Optional.of("cifar10"));
        Benchmark benchmark = measured(asked.benchmark(), models);
        Path repository = Models.repository();
        int wanted = images.isPresent() ? images.get() : wanted(benchmark, repository);
        int blockImages = block.orElse(Math.min(benchmark.extent().block(), wanted));
        Path csv = out.orElse(benchmark.file(repository, learned ? Benchmark.Results.LEARNED : Benchmark.Results.FIXED));
        try (NDManager manager = Devices.manager();
                Progress progress = Progress.terminal(System.err, benchmark.name())) {
            Benchmark.Loaded loaded = benchmark.load(models, manager);
            TaskOptions.chosen(asked, "teacher " + benchmark.teacher().id(), wanted + " images").ifPresent(this::say);
            if (benchmark.metric().isEmpty()) {
                say("there are no real images to compare with, so the table has the distances to the teacher's images alone; give"
                        + " their moments by --reference FILE.npz (s4s stats makes them) for Frechet distances");
            }
            Path folder = solvers.orElse(benchmark.solvers(repository));
            Map<String, List<Entry>> entries =
                    learned ? Benchmark.learned(folder, loaded.model()) : benchmark.fixed(loaded.model());
            if (entries.isEmpty()) {
                throw new IllegalArgumentException("there are no learned solvers in " + folder
                        + ": make them with s4s learn --suite " + benchmark.model());
            }
            int batchImages = batch.orElse(Math.min(250, blockImages));
            if (cost) {
                List<Entry> all = entries.values().stream().flatMap(List::stream).toList();
                spec.commandLine().getOut().println(cost(benchmark, loaded.model(), all, wanted, batchImages, manager).printAll());
                return 0;
            }
            Predicate<String> chosen = group -> only.stream().anyMatch(group::startsWith);
            List<Entry> due = entries.entrySet().stream().filter(entry -> chosen.test(entry.getKey()))
                    .flatMap(entry -> entry.getValue().stream()).toList();
            if (due.isEmpty()) {
                throw new IllegalArgumentException("--only " + String.join(",", only) + " names none of "
                        + String.join(", ", entries.keySet()));
            }
            NoiseSchedule schedule = loaded.model().schedule();
            due.forEach(entry -> entry.value().requireRange(schedule).ifPresent(this::say));
            ResultsFile results = BenchmarkTable.of(csv, benchmark, loaded, entries, batchImages, blockImages, CommandText.of(spec))
                    .to(wanted, chosen, again, manager, progress, this::say);
            spec.commandLine().getOut().println(csv + " has " + results.table().rowCount() + " rows of "
                    + (int) results.table().numberColumn("images").min() + " images or more");
        }
        return 0;
    }

    private void say(String line) {
        spec.commandLine().getErr().println("s4s: " + line);
    }

    /** The benchmark with the real images that were asked for. */
    private Benchmark measured(Benchmark benchmark, Models models) throws IOException {
        if (solvers.isPresent() && !learned) {
            throw new IllegalArgumentException("--solvers is for --learned");
        }
        if (reference.isEmpty() && features.isPresent()) {
            throw new IllegalArgumentException("--features needs the --reference that was made with them");
        }
        return reference.isEmpty() ? benchmark : benchmark.withMetric(Metric.of(models, features, reference.get()));
    }

    private static Table cost(Benchmark benchmark, DiffusionModel model, List<Entry> entries, int wanted, int batch,
            NDManager manager) {
        Solver teacher = benchmark.teacher().solver(model);
        Map<Integer, Long> solvers = entries.stream()
                .collect(Collectors.groupingBy(Entry::nfe, TreeMap::new, Collectors.counting()));
        List<CostEstimate.Part> parts = new ArrayList<>();
        parts.add(new CostEstimate.Part("teacher", wanted, teacher.evaluations()));
        solvers.forEach((nfe, count) ->
                parts.add(new CostEstimate.Part(count + (count == 1 ? " solver" : " solvers"), count * wanted, nfe)));
        return CostEstimate.probe(manager, model, Program.of(teacher, model), wanted, batch,
                Duration.ofSeconds(10)).toTable(parts);
    }

    private int wanted(Benchmark benchmark, Path repository) throws IOException {
        Path fixed = benchmark.file(repository, Benchmark.Results.FIXED);
        return learned && Files.exists(fixed) ? (int) ResultsFile.read(fixed).table().numberColumn("images").min()
                : benchmark.images();
    }
}
