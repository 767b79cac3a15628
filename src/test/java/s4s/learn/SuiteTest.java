package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Profile;
import s4s.grid.GridType;

class SuiteTest {
    private static final Benchmarks BENCHMARKS = new Benchmarks(Path.of("data/benchmarks"));

    private static Set<String> names(List<Recipe> recipes) {
        return recipes.stream().map(Recipe::name).collect(Collectors.toSet());
    }

    @Test
    void theSuiteIsWhatShips() throws IOException {
        Benchmark cifar10 = BENCHMARKS.named("cifar10");
        try (Stream<Path> files = Files.list(Path.of("data/solvers/cifar10-mini"))) {
            assertEquals(files.map(file -> file.getFileName().toString().replace(".json", "")).collect(Collectors.toSet()),
                    names(Suite.recipes(cifar10.nfes(), cifar10.teacher().grid())));
        }
    }

    @Test
    void theBriefSuiteIsAPart() throws IOException {
        for (Benchmark benchmark : BENCHMARKS.all(Profile.MINI)) {
            GridType grid = benchmark.teacher().grid();
            List<Recipe> brief = Suite.brief(benchmark.nfes(), grid);
            assertEquals(4 * benchmark.nfes().size(), brief.size());
            assertTrue(names(Suite.recipes(benchmark.nfes(), grid)).containsAll(names(brief)), benchmark.name());
            assertEquals(brief, brief.stream().sorted(Comparator.comparingInt(r -> Math.abs(r.nfe() - 5))).toList());
        }
    }
}
