package s4s.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import s4s.model.repository.Models;

/** The model in the jar against that of the repository. */
class BundledModelTest {

    @Test
    void theModelOfTheJarIsTheRepositorys() throws IOException {
        Models bundled = Models.bundled();
        assertEquals(List.of("cifar10-mini"), bundled.names());
        for (String file : List.of("card.json", "weights.npz", "reference.npz")) {
            assertSame(Models.ofRepository().path("cifar10-mini").resolve(file), bundled.path("cifar10-mini").resolve(file));
        }
        assertEquals(bundled, Models.bundled(), "unpacked once");
    }

    @Test
    void allItsPackedSolversAreUnpacked() throws IOException {
        Path solvers = Models.bundled().path("cifar10-mini").resolve("solvers");
        Path repository = Models.repository().resolve("data/solvers/cifar10-mini");
        try (Stream<Path> list = Files.list(repository)) {
            List<Path> packed = list.filter(p -> p.getFileName().toString().startsWith("s4s-joint-dpmpp-3m-logsnr-")).toList();
            assertEquals(6, packed.size());
            for (Path file : packed) {
                assertSame(file, solvers.resolve(file.getFileName()));
            }
        }
    }

    private static void assertSame(Path expected, Path actual) throws IOException {
        assertArrayEquals(Files.readAllBytes(expected), Files.readAllBytes(actual), actual.toString());
    }
}
