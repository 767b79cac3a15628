package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.BadFileException;
import s4s.io.NpyArray;
import s4s.io.Npz;

/** References of our own and of others: {@code numpy.savez(file, mu=mu, sigma=sigma)}, as EDM and pytorch-fid write. */
class ReferenceTest {
    private static Path resource(String name) {
        return Path.of("src/test/resources/s4s/metric", name);
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

    /** Each was taken, and gave a distance that is negative, infinite, or of no two sets. */
    @Test
    void whatIsNoCovarianceIsRefused(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("r.npz");
        refused(sigma(file, -1, 0, 0, -1), "the variance of number 0 is -1.0");
        refused(sigma(file, 1, 0, 0, -0.001), "the variance of number 1 is -0.001");
        refused(sigma(file, 1, 0.5, 0, 1), "not symmetric");
        refused(sigma(file, 1, 1.1, 1.1, 1), "more than the variances 1.0 and 1.0 allow");
        refused(sigma(file, 1e308, 0, 0, 1), "beyond what features in float32 have");
        refused(sigma(file, 1, 1e308, 1e308, 1), "beyond what features in float32 have");
        Npz.write(file, Map.of("mu", NpyArray.of(new double[] {1e308, 0}, 2),
                "sigma", NpyArray.of(new double[] {1, 0, 0, 1}, 2, 2)));
        refused(file, "beyond what features in float32 have");
        Npz.write(file, Map.of("mu", NpyArray.of(new double[0], 0), "sigma", NpyArray.of(new double[0], 0, 0)));
        refused(file, "mu has 0 numbers");
        Npz.write(file, Map.of("mu", NpyArray.of(new double[2], 2), "sigma", NpyArray.of(new long[] {1, 0, 0, 1}, 2, 2)));
        refused(file, "sigma holds int64, where mean and covariance are floats");
        assertEquals(1, Reference.read(sigma(file, 1, 1, 1, 1)).moments().covariance().getEntry(0, 1));
        assertEquals(-1e-9, Reference.read(sigma(file, 1, 0, 0, -1e-9)).moments().covariance().getEntry(1, 1), "rounding");
    }

    private static Path sigma(Path file, double... sigma) throws IOException {
        Npz.write(file, Map.of("mu", NpyArray.of(new double[2], 2), "sigma", NpyArray.of(sigma, 2, 2)));
        return file;
    }

    /** Arrays of those names mean something else in files of other tools. */
    @Test
    void anAboutAndACountOfOthersAreLeftAlone(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("r.npz");
        Map<String, NpyArray> moments = Map.of("mu", NpyArray.of(new double[2], 2),
                "sigma", NpyArray.of(new double[] {1, 0, 0, 1}, 2, 2));
        for (NpyArray about : List.of(NpyArray.of(List.of("made by hand")), NpyArray.of(new double[] {4}, 1))) {
            Map<String, NpyArray> arrays = new HashMap<>(moments);
            arrays.put("about", about);
            arrays.put("count", NpyArray.of(new double[] {50_000}, 1));
            Npz.write(file, arrays);
            assertEquals(Reference.About.UNKNOWN, Reference.read(file).about());
            assertEquals(50_000, Reference.read(file).moments().count());
            for (NpyArray count : List.of(NpyArray.of(new double[] {0.5}, 1), NpyArray.of(new double[] {Double.NaN}, 1),
                    NpyArray.of(new long[0], 0), NpyArray.of(new long[] {1, 2}, 2), NpyArray.of(List.of("many")))) {
                arrays.put("count", count);
                Npz.write(file, arrays);
                assertEquals(0, Reference.read(file).moments().count(), "nobody says");
            }
        }
    }

    /** The names in guided-diffusion's VIRTUAL_imagenet256_labeled.npz. */
    @Test
    void spatialMomentsAreTakenWhereThereAreSome(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("virtual.npz");
        Npz.write(file, Map.of("mu", NpyArray.of(new double[2], 2), "sigma", NpyArray.of(new double[] {1, 0, 0, 1}, 2, 2),
                "mu_s", NpyArray.of(new double[] {7}, 1), "sigma_s", NpyArray.of(new double[] {9}, 1, 1)));
        assertEquals(7, Reference.read(file, true).moments().mean()[0]);
        assertEquals(9, Reference.read(file, true).moments().covariance().getEntry(0, 0));
        assertEquals(0, Reference.read(file).moments().mean()[0]);
        assertEquals(2, Reference.read(sigma(folder.resolve("own.npz"), 1, 0, 0, 1), true).moments().mean().length);
    }

    private static void refused(Path file, String part) {
        String message = assertThrows(BadFileException.class, () -> Reference.read(file)).getMessage();
        assertTrue(message.contains(part) && message.contains(file.toString()) && message.lines().count() == 1, message);
    }
}
