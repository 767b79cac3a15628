package s4s.eval;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.data.BadFileException;
import s4s.data.NpyArray;
import s4s.data.Npz;

/** References of our own and of others: {@code numpy.savez(file, mu=mu, sigma=sigma)}, as EDM and pytorch-fid write. */
class ReferenceTest {
    private static Path resource(String name) {
        return Path.of("src/test/resources/s4s/eval", name);
    }

    @Test
    void numpysMuAndSigma() throws IOException {
        Reference reference = Reference.read(resource("edm.npz"));
        assertArrayEquals(new double[] {1, 2, -0.5}, reference.moments().mean());
        assertEquals(0.25, reference.moments().covariance().getEntry(1, 2));
        assertEquals(3, reference.moments().covariance().getEntry(2, 2));
        assertEquals(0, reference.moments().count());
        assertFalse(reference.moments().deficient());
        assertEquals(Reference.About.UNKNOWN, reference.about());
    }

    @Test
    void ourOwn(@TempDir Path folder) throws IOException {
        Reference reference = new Reference(Reference.read(resource("edm.npz")).moments(),
                new Reference.About("f", "abc", "images", "def"));
        reference.write(folder.resolve("own.npz"), Map.of("provenance", "{}"));
        Reference read = Reference.read(folder.resolve("own.npz"));
        assertEquals(reference.about(), read.about());
        assertArrayEquals(reference.moments().mean(), read.moments().mean());
        assertEquals(reference.moments().covariance(), read.moments().covariance());
        try (Npz npz = Npz.open(folder.resolve("own.npz"))) {
            assertEquals("{}", npz.get("provenance").strings().get(0));
        }
    }

    @Test
    void brokenOnesAreRefused(@TempDir Path folder) throws IOException {
        refused(resource("broken.npz"), "mu has 2 numbers and sigma 9, not 4");
        Path file = folder.resolve("r.npz");
        Npz.write(file, Map.of("mu", NpyArray.of(new double[] {1}), "sigma", NpyArray.of(new double[] {Double.NaN}, 1, 1)));
        refused(file, "not finite");
        Npz.write(file, Map.of("mu", NpyArray.of(new double[] {1})));
        refused(file, "no array 'sigma'");
    }

    private static void refused(Path file, String part) {
        String message = assertThrows(BadFileException.class, () -> Reference.read(file)).getMessage();
        assertTrue(message.contains(part) && message.contains(file.toString()) && message.lines().count() == 1, message);
    }
}
