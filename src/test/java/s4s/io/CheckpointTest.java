package s4s.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static s4s.files.Resources.assertRefused;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointTest {
    @TempDir
    private Path folder;

    private Checkpoint checkpoint(String seed) {
        return new Checkpoint(folder.resolve("c.npz"), Map.of("seed", seed));
    }

    @Test
    void comesBackToItsRunAlone() throws IOException {
        assertEquals(Optional.empty(), checkpoint("1").read());
        Map<String, NpyArray> arrays = Map.of("theta", NpyArray.of(new double[] {1, Double.NaN}, 2));
        checkpoint("1").write(arrays);
        assertEquals(Optional.of(arrays), checkpoint("1").read());
        assertRefused(() -> checkpoint("2").read(), "c.npz", "belongs to another run", "seed was 1, now it is 2");
        assertRefused(() -> new Checkpoint(folder.resolve("c.npz"), Map.of()).read(), "seed was 1, now it is (not given)");
        checkpoint("1").delete();
        assertEquals(Optional.empty(), checkpoint("1").read());
    }

    /** Changes that an archive's own checksums do not show. */
    @Test
    void whatAnotherProgramChangedIsRefused() throws IOException {
        checkpoint("1").write(Map.of("sums", NpyArray.of(new double[] {1, 2}, 2)));
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        try (Npz npz = Npz.open(folder.resolve("c.npz"))) {
            for (String name : npz.names()) {
                arrays.put(name, npz.get(name));
            }
        }
        for (NpyArray other : new NpyArray[] {NpyArray.of(new double[] {1, Double.NaN}, 2),
            NpyArray.of(new double[] {1, 2}, 1, 2), NpyArray.of(new double[] {1, 3}, 2)}) {
            Map<String, NpyArray> changed = new LinkedHashMap<>(arrays);
            changed.put("sums", other);
            Npz.write(folder.resolve("c.npz"), changed);
            assertRefused(() -> checkpoint("1").read(), "c.npz", "is damaged");
        }
        arrays.remove("sha256");
        Npz.write(folder.resolve("c.npz"), arrays);
        assertRefused(() -> checkpoint("1").read(), "c.npz", "earlier version");
    }
}
