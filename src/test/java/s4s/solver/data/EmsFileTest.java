package s4s.solver.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.data.BadFileException;
import s4s.data.NpyArray;
import s4s.data.Npz;
import s4s.schedule.Edm;
import s4s.solver.EmsStatistics;
import s4s.solver.Weight;

class EmsFileTest {

    @TempDir
    private Path folder;

    /** Three nodes of samples of shape (2, 1, 1). */
    private static final NpyArray SHAPED = NpyArray.of(new double[] {1, 2, 3, 4, 5, 6}, 3, 2, 1, 1);
    private static final NpyArray NUMBERS = NpyArray.of(new double[] {7, 8, 9});

    private static Map<String, NpyArray> whole() {
        return new TreeMap<>(Map.of("l", SHAPED, "s", SHAPED, "b", NUMBERS, "lambda", NpyArray.of(new double[] {-4, 6})));
    }

    private Path write(Map<String, NpyArray> arrays) throws IOException {
        Path file = folder.resolve("ems.npz");
        Npz.write(file, arrays);
        return file;
    }

    private Path with(String name, NpyArray array) throws IOException {
        Map<String, NpyArray> arrays = whole();
        arrays.put(name, array);
        return write(arrays);
    }

    @Test
    void readsItsOwnFile() throws IOException {
        EmsStatistics read = EmsFile.read(write(whole())).on(new Edm());
        assertEquals(-4, read.first());
        assertEquals(6, read.last());
        assertEquals(Weight.of(new double[] {3, 4}, 2, 1, 1), read.l().get(1));
        assertEquals(Weight.of(new double[] {5, 6}, 2, 1, 1), read.s().get(2));
        assertEquals(List.of(Weight.of(7), Weight.of(8), Weight.of(9)), read.b());
        assertEquals(5, read.width());
        Path all = with("lambda", NpyArray.of(new float[] {-4, 1, 6}));
        assertEquals(read, EmsFile.read(all).on(new Edm()));
        Path again = folder.resolve("again.npz");
        EmsFile.of(read).write(again);
        assertEquals(read, EmsFile.read(again).on(new Edm()));
    }

    /** The official folder does not hold the range: it is the schedule's. */
    @Test
    void readsTheOfficialFolder() throws IOException {
        Npz.write(folder.resolve("l.npz"), Map.of("l", SHAPED), Npz.Packing.DEFLATED);
        Npz.write(folder.resolve("sb.npz"), Map.of("s", SHAPED, "b", SHAPED), Npz.Packing.DEFLATED);
        EmsFile file = EmsFile.read(folder);
        assertEquals(Optional.empty(), file.range());
        EmsStatistics read = file.on(new Edm());
        assertEquals(-Math.log(80), read.first(), 1e-15);
        assertEquals(-Math.log(0.002), read.last(), 1e-15);
        assertEquals(Weight.of(new double[] {3, 4}, 2, 1, 1), read.b().get(1));
        assertThrows(IllegalArgumentException.class, () -> file.write(folder.resolve("x.npz")));
    }

    @Test
    void badFilesAreRefused() throws IOException {
        assertRefused("no such file", folder.resolve("nowhere.npz"));
        assertRefused("l.npz", Files.createDirectory(folder.resolve("empty")));
        Map<String, NpyArray> less = whole();
        less.remove("s");
        assertRefused("no array 's'", write(less));
        less = whole();
        less.remove("lambda");
        assertRefused("no array 'lambda'", write(less));
        assertRefused("as many nodes", with("s", NpyArray.of(new double[] {1, 2})));
        assertRefused("the shape of one sample", with("s", NpyArray.of(new double[9], 3, 3)));
        double[] broken = {1, 2, 3, Double.NaN, 5, 6};
        assertRefused("The statistics l are not finite at node 1", with("l", NpyArray.of(broken, 3, 2, 1, 1)));
        assertRefused("equal steps", with("lambda", NpyArray.of(new double[] {-4, 2, 6})));
        assertRefused("equal steps", with("lambda", NpyArray.of(new double[] {6, -4})));
        assertRefused("give lambda of every node", with("lambda", NpyArray.of(new double[4])));
        Map<String, NpyArray> one = whole();
        Arrays.asList("l", "s", "b").forEach(name -> one.put(name, NpyArray.of(new double[] {1})));
        assertRefused("at least two nodes", write(one));
        assertRefused("the array holds", with("l", NpyArray.of(List.of("a", "b", "c"))));
    }

    private static void assertRefused(String part, Path path) {
        String message = assertThrows(BadFileException.class, () -> EmsFile.read(path)).getMessage();
        assertTrue(message.contains(part) && message.lines().count() == 1, message);
    }
}
