package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.eval.Benchmark;
import s4s.eval.Comparison;
import s4s.eval.Contestant;
import s4s.eval.Frechet;
import s4s.eval.Scores;
import s4s.eval.Teacher;
import s4s.model.Models;
import s4s.report.Progress;
import s4s.report.Provenance;
import s4s.report.ResultsFile;
import s4s.schedule.GridType;

/** {@code s4s benchmark}: the table of a benchmark, every solver x grid x NFE. */
@Command(name = "benchmark", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Measures every solver on every grid and NFE of a benchmark, all on the same seeds, and writes the"
            + " table with its provenance. Started again it goes on with the cells that are missing.",
            "Solvers that share their first states share those network calls; the NFE in the table is each solver's own."})
final class BenchmarkCommand implements Callable<Integer> {
    @Option(names = "--benchmark", defaultValue = "cifar10", description = "Which (default ${DEFAULT-VALUE}).")
    private String name;

    @Option(names = "--images", defaultValue = "10000", description = "Images a cell (default ${DEFAULT-VALUE}).")
    private int images;

    @Option(names = "--block", defaultValue = "500",
            description = "Images of a block; FD is also given for blocks, to compare with small runs"
                + " (default ${DEFAULT-VALUE}).")
    private int block;

    @Option(names = "--batch", defaultValue = "100", description = "Images in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--out", paramLabel = "FILE.csv",
            description = "The table (default data/results/MODEL.csv in the repository).")
    private Optional<Path> out;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Benchmark benchmark = Benchmark.named(name);
        Path repository = Models.repository();
        Path csv = out.orElse(repository.resolve("data/results/" + benchmark.model() + ".csv"));
        try (NDManager manager = NDManager.newBaseManager();
                Progress progress = Progress.terminal(System.err, name)) {
            Benchmark.Loaded loaded = benchmark.load(Models.ofRepository(), manager);
            ResultsFile results = ResultsFile.open(csv, Scores.table(), benchmark.provenance(loaded, images, CommandText.of(spec)).with("block", block));
            Path cache = repository.resolve("target/teacher/" + benchmark.model() + "-" + images + ".npz");
            Teacher.Images teacher = benchmark.teacher().draw(manager, loaded.denoiser(), loaded.modelSha256(),
                    Benchmark.seeds(images), batch, cache, done -> progress.update(done, images, "teacher images"));
            Comparison comparison = new Comparison(loaded.denoiser(), loaded.features(),
                    new Frechet(loaded.reference().moments()), teacher, batch, block);
            List<List<Contestant>> groups = new ArrayList<>();
            for (int nfe : benchmark.nfes()) {
                for (GridType grid : benchmark.grids()) {
                    groups.add(benchmark.contestants(loaded.denoiser(), grid, nfe).stream()
                            .filter(c -> !results.contains(Map.of("solver", c.solver(), "grid", c.grid(), "nfe", c.nfe())))
                            .toList());
                }
            }
            groups.removeIf(List::isEmpty);
            // large sizes cost more, so progress counts network calls
            long calls = groups.stream().flatMap(List::stream).mapToLong(c -> (long) c.nfe() * images).sum();
            long before = 0;
            for (List<Contestant> group : groups) {
                long start = before;
                int nfe = group.get(0).nfe();
                String note = group.get(0).grid() + ", " + nfe + " NFE";
                for (Comparison.Score score : comparison.run(manager, group,
                        done -> progress.update(start + nfe * done, calls, note))) {
                    results.append(Scores.row(score, block));
                }
                before += (long) nfe * images * group.size();
            }
            spec.commandLine().getOut().println("wrote " + results.table().rowCount() + " rows to " + csv);
        }
        return 0;
    }
}
