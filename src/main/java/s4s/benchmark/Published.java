package s4s.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.io.csv.CsvReadOptions;

/** FID values that papers state, from data/paper/paper-fid.csv; every row names its source. */
public final class Published {
    private Published() {}

    /** The published values of a benchmark; an empty table where it names none. */
    public static Table of(Path repository, Benchmark benchmark) throws IOException {
        return benchmark.published().isPresent() ? fid(repository, benchmark.published().get())
                : Table.create("published", StringColumn.create("benchmark"), StringColumn.create("method"),
                        IntColumn.create("nfe"), DoubleColumn.create("fid"), StringColumn.create("source"));
    }

    /**
     * The published values of one benchmark.
     *
     * @param repository root of the repository
     * @param benchmark for instance {@code cifar10}
     * @return columns benchmark, method, nfe, fid, source
     * @throws IOException if the file is missing or has no row of that benchmark
     */
    public static Table fid(Path repository, String benchmark) throws IOException {
        Path file = repository.resolve("data").resolve("paper").resolve("paper-fid.csv");
        if (!Files.exists(file)) {
            throw new IOException("no published values at " + file);
        }
        Table all = Table.read().usingOptions(CsvReadOptions.builder(file.toFile()).header(true));
        Table rows = all.where(all.stringColumn("benchmark").isEqualTo(benchmark));
        if (rows.isEmpty()) {
            throw new IOException(file + " has no benchmark '" + benchmark + "'; known are "
                    + String.join(", ", all.stringColumn("benchmark").unique().asList()));
        }
        return rows;
    }
}
