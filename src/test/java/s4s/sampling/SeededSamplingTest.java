package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.io.BadFileException;
import s4s.model.Conditions;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.model.TinyLatentModel;
import s4s.model.mini.Vocabulary;
import s4s.solver.Solver;
import s4s.solver.Solvers;

/** A seed decides noise and condition, whatever batch it is in. */
class SeededSamplingTest {
    private static final long[] SEEDS = {4, 0, 1_000_001, 2_000_003, 7};
    private static final List<String> CLASSES = List.of("dog", "cat", "cow", "cow", "dog"); // seed mod 3, by hand
    private NDManager manager;
    private TinyLatentModel tiny;
    private Solver solver;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        tiny = new TinyLatentModel(manager);
        solver = Solvers.named("dpmpp-2m").on(GridType.TIME_UNIFORM, tiny.byClass(2).schedule(), 3);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void batchesChangeNothing() {
        DiffusionModel model = tiny.byClass(2);
        float[] whole = Sampling.images(manager, model, solver, SEEDS, 5).toFloatArray();
        int size = whole.length / SEEDS.length;
        for (int batch = 1; batch < 5; batch++) {
            float[] some = Sampling.images(manager, model, solver, SEEDS, batch).toFloatArray();
            assertArrayEquals(whole, some, 2e-5f, "batch " + batch);
        }
        for (int i = 0; i < SEEDS.length; i++) {
            Denoiser alone = tiny.network().denoiser(List.of(CLASSES.get(i)), 2);
            NDArray noise = Noise.normal(manager, new long[] {SEEDS[i]}, model.sampleShape());
            float[] expected = Executor.run(Program.of(solver, model.schedule(), model.prediction()), alone, noise)
                    .toType(DataType.FLOAT32, false).toFloatArray();
            assertArrayEquals(expected, Arrays.copyOfRange(whole, i * size, (i + 1) * size), 2e-5f, "seed " + SEEDS[i]);
        }
        float[] other = Sampling.images(manager, tiny.network().given(Conditions.inTurn("all", List.of("cat")), 2),
                solver, SEEDS, 5).toFloatArray();
        assertArrayEquals(Arrays.copyOfRange(other, size, 2 * size), Arrays.copyOfRange(whole, size, 2 * size), 2e-5f);
        assertTrue(Math.abs(other[0] - whole[0]) > 1e-3, "the condition has an effect");
    }

    @Test
    void picturesAreDecodedSamples() {
        DiffusionModel model = tiny.byClass(7.5);
        Program program = Program.of(solver, model.schedule(), model.prediction());
        ImageSet pictures = Sampling.pictures(manager, model, program, SEEDS, 2, "x", done -> {});
        NDArray decoded = tiny.decoder().decode(Sampling.images(manager, model, program, SEEDS, 5, done -> {}));
        assertEquals(8, pictures.width());
        byte[] expected = ImageSet.of(decoded.toFloatArray(), 8, 8, "y").pixels();
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i] & 0xFF, pictures.pixels()[i] & 0xFF, 1, "rounding apart");
        }
    }

    @Test
    void aNetworkServesItsOwnBatchAlone() {
        Denoiser three = tiny.byClass(2).denoiser(1, 2, 3);
        NDArray x = manager.zeros(three.sampleShape()).expandDims(0);
        NDArray time = manager.create(new float[] {0.4f});
        assertTrue(assertThrows(IllegalArgumentException.class, () -> three.predict(x, time)).getMessage()
                .contains("1 samples, but the network is that of 3 seeds"));
        assertEquals(2, tiny.byClass(2).forwardsPerCall());
        assertEquals(1, tiny.byClass(1).forwardsPerCall());
        assertEquals(Optional.of("class seed mod 3, guidance 2.0"), tiny.byClass(2).conditions());
        Denoiser plain = tiny.network().denoiser();
        assertEquals(plain, DiffusionModel.of(plain).denoiser(1, 2, 3));
        assertEquals(Optional.empty(), DiffusionModel.of(plain).conditions());
        assertTrue(assertThrows(IllegalArgumentException.class,
                () -> DiffusionModel.of(plain).named("faces", "hash").given(Conditions.balanced(3), 2)).getMessage()
                .contains("model 'faces' takes no class and no text"));
    }

    @Test
    void promptsAreTheLinesOfAFile(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("prompts.txt");
        Files.writeString(file, "a cat\nthe dog\n");
        Conditions prompts = Conditions.prompts(file);
        assertEquals(List.of("a cat", "the dog", "the dog", "a cat"), prompts.of(0, 1, 1_000_001, 2_000_000));
        assertTrue(prompts.rule().startsWith("line seed mod 2 of prompts.txt (sha256 "), prompts.rule());
        Files.writeString(file, "a cat\n\nthe dog\n");
        assertThrows(BadFileException.class, () -> Conditions.prompts(file));
        assertThrows(BadFileException.class, () -> Conditions.prompts(folder.resolve("nowhere.txt")));
        Files.write(file, new byte[] {'a', (byte) 0xFF, '\n'});
        assertThrows(BadFileException.class, () -> Conditions.prompts(file));
        assertThrows(IllegalArgumentException.class,
                () -> Conditions.balanced(new Vocabulary(Vocabulary.Unit.WORD, List.of("sea"))));
    }

    @Test
    void aSeedHasOneCondition() {
        Conditions each = Conditions.each(new long[] {5, 9, 5}, List.of("a", "b", "a"));
        assertEquals(List.of("b", "a"), each.of(9, 5));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Conditions.each(new long[] {5, 5}, List.of("a", "b")))
                .getMessage().contains("seed 5"));
        assertThrows(IllegalArgumentException.class, () -> Conditions.each(new long[] {5}, List.of("a", "b")));
    }
}
