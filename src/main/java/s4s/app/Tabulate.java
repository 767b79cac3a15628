package s4s.app;

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
import java.util.function.Predicate;
import java.util.stream.Collectors;
import s4s.benchmark.Benchmark;
import s4s.benchmark.BenchmarkTable;
import s4s.benchmark.CostEstimate;
import s4s.benchmark.Entry;
import s4s.benchmark.Metric;
import s4s.io.Progress;
import s4s.io.ResultsFile;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Solver;
import tech.tablesaw.api.Table;

/**
 * Measures every solver of a benchmark, or the learned ones, on the same seeds, and keeps the table.
 *
 * @param task the model, its conditions and its teacher
 * @param reference moments of real images; empty: the benchmark's
 * @param features the feature network of the reference; empty: the one that it names
 * @param images of a row; empty: the benchmark's, for learned solvers as many as the table of fixed ones has
 * @param block images of a block; empty: the benchmark's
 * @param batch images in a network call; empty: 250, or a block if that is smaller
 * @param learned whether the learned solvers are measured
 * @param solvers the folder of learned solvers; empty: the benchmark's
 * @param only beginnings of names of groups that are measured
 * @param again whether what the table has is measured again
 * @param out the table; empty: the benchmark's
 * @param command what measures, for provenance
 */
public record Tabulate(Task task, Optional<Path> reference, Optional<String> features, Optional<Integer> images,
        Optional<Integer> block, Optional<Integer> batch, boolean learned, Optional<Path> solvers, List<String> only,
        boolean again, Optional<Path> out, String command) {

    /**
     * Checks the number of images.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public Tabulate {
        if (images.isPresent() && images.get() < 1) {
            throw new IllegalArgumentException("a row has at least 1 image, not --images " + images.get());
        }
    }

    /** What a table is made of. */
    private record Setup(Benchmark benchmark, int images, int block, int batch, Benchmark.Loaded loaded,
            Map<String, List<Entry>> entries) {}

    /**
     * Measures what is missing.
     *
     * @param models has the networks
     * @param manager parent of everything
     * @throws IOException if something cannot be read or written
     */
    public void run(Models models, NDManager manager, Output output) throws IOException {
        Setup setup = setup(models, manager, output);
        Predicate<String> named = group -> only.stream().anyMatch(group::startsWith);
        List<Entry> due = setup.entries.entrySet().stream().filter(entry -> named.test(entry.getKey()))
                .flatMap(entry -> entry.getValue().stream()).toList();
        if (due.isEmpty()) {
            throw new IllegalArgumentException("--only " + String.join(",", only) + " names none of "
                    + String.join(", ", setup.entries.keySet()));
        }
        NoiseSchedule schedule = setup.loaded.model().schedule();
        due.forEach(entry -> entry.value().requireRange(schedule).ifPresent(output::note));
        Path csv = out.orElse(setup.benchmark.file(Models.repository(),
                learned ? Benchmark.Results.LEARNED : Benchmark.Results.FIXED));
        try (Progress progress = output.progress(setup.benchmark.name())) {
            Table table = BenchmarkTable.of(csv, setup.benchmark, setup.loaded, setup.entries, setup.batch, setup.block, command)
                    .to(setup.images, named, again, manager, progress, output::note).table();
            output.print(csv + " has " + table.rowCount() + " rows of " + (int) table.numberColumn("images").min()
                    + " images or more");
        }
    }

    /** How many network calls the table takes, and how long that is on this machine, from a probe of 10 seconds. */
    public Table cost(Models models, NDManager manager, Output output) throws IOException {
        Setup setup = setup(models, manager, output);
        List<Entry> all = setup.entries.values().stream().flatMap(List::stream).toList();
        DiffusionModel model = setup.loaded.model();
        Solver teacher = setup.benchmark.teacher().solver(model);
        Map<Integer, Long> counts = all.stream().collect(Collectors.groupingBy(Entry::nfe, TreeMap::new, Collectors.counting()));
        List<CostEstimate.Part> parts = new ArrayList<>();
        parts.add(new CostEstimate.Part("teacher", setup.images, teacher.evaluations()));
        counts.forEach((nfe, count) ->
                parts.add(new CostEstimate.Part(count + (count == 1 ? " solver" : " solvers"), count * setup.images, nfe)));
        return CostEstimate.probe(manager, model, Program.of(teacher, model), setup.images, setup.batch, Duration.ofSeconds(10))
                .toTable(parts);
    }

    private Setup setup(Models models, NDManager manager, Output output) throws IOException {
        Task.Chosen chosen = task.choose(models, Optional.of("cifar10"));
        Benchmark benchmark = measured(chosen.benchmark(), models);
        Path repository = Models.repository();
        int wanted = images.isPresent() ? images.get() : wanted(benchmark, repository);
        int ofBlock = block.orElse(Math.min(benchmark.extent().block(), wanted));
        Benchmark.Loaded loaded = benchmark.load(models, manager);
        chosen.note("teacher " + benchmark.teacher().id(), wanted + " images").ifPresent(output::note);
        if (benchmark.metric().isEmpty()) {
            output.note("there are no real images to compare with, so the table has the distances to the teacher's images alone;"
                    + " give their moments by --reference FILE.npz (s4s stats makes them) for Frechet distances");
        }
        Path folder = solvers.orElse(benchmark.solvers(repository));
        Map<String, List<Entry>> entries =
                learned ? Benchmark.learned(folder, loaded.model()) : benchmark.fixed(loaded.model());
        if (entries.isEmpty()) {
            throw new IllegalArgumentException("there are no learned solvers in " + folder
                    + ": make them with s4s learn --suite " + benchmark.model());
        }
        return new Setup(benchmark, wanted, ofBlock, batch.orElse(Math.min(250, ofBlock)), loaded, entries);
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

    private int wanted(Benchmark benchmark, Path repository) throws IOException {
        Path fixed = benchmark.file(repository, Benchmark.Results.FIXED);
        return learned && Files.exists(fixed) ? (int) ResultsFile.read(fixed).table().numberColumn("images").min()
                : benchmark.images();
    }
}
