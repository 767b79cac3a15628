package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.Golden;
import s4s.grid.GridType;
import s4s.model.CountingDenoiser;
import s4s.model.DiffusionModel;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Prediction;

/** Kept grids are those of the searches, which have tests against official numbers: {@link GitsTest}, DmnTest. */
class SearchedGridsTest {

    private static final int TEACHER_CALLS = 60;

    @TempDir
    private Path folder;
    private final List<String> notes = new ArrayList<>();

    private SearchedGrids grids(CountingDenoiser model, String hash) {
        return new SearchedGrids(folder.resolve("grids"), DiffusionModel.of(model), Map.of("model sha256", hash), notes::add);
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> list = Files.list(folder.resolve("grids"))) {
            return list.sorted().toList();
        }
    }

    @Test
    void gitsIsSearchedOnceForASetting() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            CountingDenoiser model = new CountingDenoiser(Golden.mixture("d8", new Edm(), Prediction.DATA));
            double[] expected = Gits.costs(manager, DiffusionModel.of(model), Gits.points(new Edm()), Gits.Metric.DEVIATION,
                    LongStream.range(1_000_000, 1_000_020).toArray(), 20).grid(6, 1.15);
            long before = model.calls();
            List<Long> progress = new ArrayList<>();
            GridType first = grids(model, "a").of(GridType.named("gits:20"), manager, progress::add);
            assertEquals("gits:20", first.id());
            assertArrayEquals(expected, first.levels(new Edm(), 6), 1e-12);
            assertEquals(List.of(16L, 20L), progress);
            assertEquals(before + 2 * TEACHER_CALLS, model.calls());

            GridType again = grids(model, "a").of(GridType.named("gits:20"), manager, done -> {});
            assertArrayEquals(first.levels(new Edm(), 6), again.levels(new Edm(), 6));
            assertEquals(4, again.levels(new Edm(), 3).length);
            assertEquals(before + 2 * TEACHER_CALLS, model.calls(), "nothing is asked of the network");

            grids(model, "b").of(GridType.named("gits:20"), manager, done -> {});
            grids(model, "a").of(GridType.named("gits:4"), manager, done -> {});
            assertEquals(before + 5 * TEACHER_CALLS, model.calls(), "another model and other samples are searched");
            assertEquals(3, files().size());

            for (Path file : files()) {
                byte[] bytes = Files.readAllBytes(file);
                Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length / 2));
            }
            assertArrayEquals(first.levels(new Edm(), 6),
                    grids(model, "a").of(GridType.named("gits:20"), manager, done -> {}).levels(new Edm(), 6));
            assertEquals(before + 7 * TEACHER_CALLS, model.calls(), "a damaged file is made again");
            assertEquals(1, notes.size());
            assertTrue(notes.get(0).startsWith("begun again, for "), notes.get(0));
        }
    }

    @Test
    void dmnIsSearchedOnceForARangeAndItsSteps() throws IOException {
        CountingDenoiser model = new CountingDenoiser(Golden.mixture("d8", new Edm(), Prediction.DATA));
        try (NDManager manager = NDManager.newBaseManager()) {
            GridType kept = grids(model, "a").of(GridType.DMN, manager, done -> {});
            for (NoiseSchedule schedule : List.of(new Edm(), new VpLinear())) {
                for (int steps : new int[] {2, 4}) {
                    assertArrayEquals(GridType.DMN.levels(schedule, steps), kept.levels(schedule, steps));
                    assertArrayEquals(GridType.DMN.levels(schedule, steps), kept.levels(schedule, steps), "from its file");
                }
            }
        }
        assertEquals(4, files().size());
        assertEquals(0, model.calls());
        assertEquals(List.of(), notes);
    }

    /** The folder's place is taken by a file. */
    @Test
    void aGridThatCannotBeKeptIsFoundAllTheSame() throws IOException {
        Files.writeString(folder.resolve("grids"), "");
        CountingDenoiser model = new CountingDenoiser(Golden.mixture("d8", new Edm(), Prediction.DATA));
        try (NDManager manager = NDManager.newBaseManager()) {
            assertEquals(6, grids(model, "a").of(GridType.named("gits:1"), manager, done -> {}).levels(new Edm(), 5).length);
        }
        assertTrue(notes.get(notes.size() - 1).startsWith("the grid that was searched cannot be kept in "), notes.toString());
    }

    @Test
    void withoutAModelThereIsNoGrid() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> GridType.named("gits").levels(new Edm(), 5)).getMessage()
                .startsWith("Grid gits is searched on a model's samples"));
        for (String bad : List.of("gits:", "gits:0", "gits:x", "gits:100001", "gits:-1")) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> GridType.named(bad)).getMessage()
                    .contains("1 to 100000 samples"), bad);
        }
    }
}
