package s4s.jmh;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.infra.IterationParams;
import org.openjdk.jmh.profile.InternalProfiler;
import org.openjdk.jmh.results.AggregationPolicy;
import org.openjdk.jmh.results.IterationResult;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.ScalarResult;

/** The most memory that a benchmark's process had resident, the engine's with it; nothing where the system does not say. */
public final class PeakMemory implements InternalProfiler {

    private static final Path STATUS = Path.of("/proc/self/status");

    @Override
    public String getDescription() {
        return "Peak resident memory of the process (Linux)";
    }

    @Override
    public void beforeIteration(BenchmarkParams benchmark, IterationParams iteration) {}

    @Override
    public Collection<? extends Result<?>> afterIteration(
            BenchmarkParams benchmark, IterationParams iteration, IterationResult result) {
        if (!Files.exists(STATUS)) {
            return List.of();
        }
        try {
            return Files.readAllLines(STATUS).stream().filter(line -> line.startsWith("VmHWM:"))
                    .map(line -> new ScalarResult("peak memory",
                            Double.parseDouble(line.replaceAll("[^0-9]", "")) / 1024, "MiB", AggregationPolicy.MAX)).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
