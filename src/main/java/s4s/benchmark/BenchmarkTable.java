package s4s.benchmark;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;
import s4s.io.Claim;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.io.ResultsFile;

/**
 * A benchmark's table in a file. What it takes to go on, and to grow to more images, is in a folder {@code state/NAME} beside it,
 * which belongs to it alone; one command at a time makes it.
 *
 * @param csv the table
 * @param benchmark whose teacher the solvers are compared with
 * @param loaded its networks
 * @param entries the solvers, in named groups
 * @param batch images in a network call
 * @param block images of a block
 * @param provenance of this run
 */
public record BenchmarkTable(Path csv, Benchmark benchmark, Benchmark.Loaded loaded, Map<String, List<Entry>> entries,
        int batch, int block, Provenance provenance) {

    /** With the provenance of a command. */
    public static BenchmarkTable of(Path csv, Benchmark benchmark, Benchmark.Loaded loaded,
            Map<String, List<Entry>> entries, int batch, int block, String command) {
        return new BenchmarkTable(csv, benchmark, loaded, entries, batch, block,
                benchmark.provenance(loaded, "0 to images - 1", command).with("block", block));
    }

    /**
     * Makes the table, as far as it is not there.
     *
     * @param images of each solver, a multiple of the block
     * @param chosen which groups, by name; the rows of others stay
     * @param again whether rows that are there are measured again
     * @param notes told in one line of sums that are begun again
     * @throws IllegalArgumentException if no group is chosen, or the table was made with other settings
     * @throws IOException if another command makes it, or a file cannot be read or written
     */
    public ResultsFile to(int images, Predicate<String> chosen, boolean again, NDManager manager, Progress progress,
            Consumer<String> notes) throws IOException {
        List<Entry> due = entries.entrySet().stream().filter(entry -> chosen.test(entry.getKey()))
                .flatMap(entry -> entry.getValue().stream()).toList();
        if (due.isEmpty()) {
            throw new IllegalArgumentException("none of " + String.join(", ", entries.keySet()) + " is chosen");
        }
        ResultsFile there = open();
        if (!again && there.isWhole() && !Claim.isLeftOn(csv) && there(there, due) >= images) {
            return there;
        }
        try (Claim claim = Claim.ofFile(csv)) {
            ResultsFile results = open();                               // as another command may have left it
            results.finish();
            long before = again ? 0 : there(results, due);
            if (before < images) {
                List<Entry> all = entries.values().stream().flatMap(List::stream).toList();
                String name = csv.getFileName().toString().replaceFirst("\\.csv$", "");
                Path state = csv.resolveSibling("state").resolve(name);
                new BenchmarkRun(benchmark, loaded, entries, batch, block, state, notes)
                        .to(images, chosen, manager, progress, (count, scores) -> {
                            if (count > before) {                       // the sums of others may be elsewhere
                                results.replace(Scores.merged(results.table(), scores, all));
                            }
                        });
            }
            return results;
        }
    }

    private ResultsFile open() throws IOException {
        return ResultsFile.open(csv, Scores.table(), provenance);
    }

    /** How many images the table has of all of some entries. */
    private static long there(ResultsFile results, List<Entry> due) {
        return due.stream().mapToLong(entry -> Scores.images(results.table(), entry)).min().orElseThrow();
    }
}
