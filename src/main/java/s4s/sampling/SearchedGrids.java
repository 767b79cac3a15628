package s4s.sampling;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import s4s.grid.Dmn;
import s4s.grid.GridNames;
import s4s.grid.GridType;
import s4s.io.Checkpoint;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.model.DiffusionModel;
import s4s.schedule.NoiseSchedule;

/**
 * Grids that are searched, and kept in a folder so that each is searched once: {@link Gits} on samples of a model, {@link Dmn} on
 * its schedule. A file belongs to one setting, which is written in it; a damaged one is made again.
 *
 * @param folder where they are kept, {@code grids} in a model's folder; made when it is first needed
 * @param model the model under its conditions
 * @param setting what decides its samples, by name: the hash of the weights, conditions, guidance
 * @param notes told in one line what could not be read or kept
 */
public record SearchedGrids(Path folder, DiffusionModel model, Map<String, String> setting, Consumer<String> notes) {

    /** What later steps of a path count for, the paper's value for pixels. */
    private static final double COEFFICIENT = 1.15;
    /** Seeds that no image is measured on. */
    private static final long FIRST_SEED = 1_000_000;
    /** Samples in a network call: a trajectory's states and slopes are in memory, 60 of each, in float64. */
    private static final int BATCH = 16;

    /** Whether a grid of this name is searched here. */
    public static boolean isSearched(GridType grid) {
        return grid.equals(GridType.DMN) || GridNames.gitsSamples(grid.id()).isPresent();
    }

    /**
     * The grid of a name, searched or as it was found before.
     *
     * @param grid one that {@link #isSearched}
     * @param manager parent of all working memory
     * @param progress told the number of finished samples of GITS
     * @throws IOException if the folder cannot be read
     */
    public GridType of(GridType grid, NDManager manager, LongConsumer progress) throws IOException {
        if (grid.equals(GridType.DMN)) {
            return new GridType(grid.id(), grid.description(), this::dmn);
        }
        JumpCosts costs = costs(GridNames.gitsSamples(grid.id()).orElseThrow(), manager, progress);
        return new GridType(grid.id(), grid.description(), (schedule, from, to, steps) -> costs.grid(steps, COEFFICIENT));
    }

    private JumpCosts costs(int samples, NDManager manager, LongConsumer progress) throws IOException {
        double[] points = Gits.points(model.schedule());
        int size = points.length;
        Map<String, String> recipe = new LinkedHashMap<>(setting);
        recipe.put("teacher", "ipndm-4 on " + GridNames.numbers(points));
        recipe.put("metric", Gits.Metric.DEVIATION.name());
        recipe.put("seeds", FIRST_SEED + "-" + (FIRST_SEED + samples - 1));
        double[] flat = found("gits", recipe, () -> {
            long[] seeds = LongStream.range(FIRST_SEED, FIRST_SEED + samples).toArray();
            double[][] cost = Gits.costs(manager, model, points, Gits.Metric.DEVIATION, seeds, BATCH, progress).cost();
            return IntStream.range(0, size * size).mapToDouble(k -> cost[k / size][k % size]).toArray();
        });
        double[][] cost = new double[size][size];
        IntStream.range(0, size * size).forEach(k -> cost[k / size][k % size] = flat[k]);
        return new JumpCosts(points, cost);
    }

    private double[] dmn(NoiseSchedule schedule, double from, double to, int steps) {
        Map<String, String> recipe = new LinkedHashMap<>();
        recipe.put("bound", Dmn.of(schedule).toString());
        recipe.put("schedule", schedule.timeline().toString());
        recipe.put("range", GridNames.numbers(from, to));
        recipe.put("steps", String.valueOf(steps));
        return found("dmn", recipe, () -> Dmn.of(schedule).levels(schedule, from, to, steps));
    }

    /** Makes the numbers of a file. */
    @FunctionalInterface
    private interface Search {
        double[] search();
    }

    private double[] found(String name, Map<String, String> recipe, Search search) {
        String hash = Hashes.sha256(recipe.toString().getBytes(StandardCharsets.UTF_8)).substring(0, 16);
        Checkpoint file = new Checkpoint(folder.resolve(name + "-" + hash + ".npz"), recipe);
        try {
            Map<String, NpyArray> kept = file.readOrBegin(notes).orElse(Map.of());
            if (kept.containsKey("numbers")) {
                return kept.get("numbers").doubles();
            }
        } catch (IOException e) {
            notes.accept("grid " + name + " is searched again: " + e.getMessage());
        }
        double[] numbers = search.search();
        try {
            Files.createDirectories(folder);
            file.write(Map.of("numbers", NpyArray.of(numbers, numbers.length)));
        } catch (IOException e) {
            notes.accept("the grid that was searched cannot be kept in " + folder + ": " + e.getMessage());
        }
        return numbers;
    }
}
