package s4s.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import s4s.data.NpyArray;
import s4s.eval.Frechet;
import s4s.eval.Moments;

/**
 * The sums that one entry's scores are made of. They can be stored between blocks of images, so that a table goes on where
 * it was stopped, and grows with the same numbers as if it had been made at once.
 */
final class ScoreAccumulator {
    private final Moments all;
    private final List<Double> blockFd = new ArrayList<>();
    private Moments block;
    private double rmse;
    private double perceptual;

    /** Nothing yet, for feature vectors of {@code size} numbers. */
    ScoreAccumulator(int size) {
        this(new Moments(size), size);
    }

    private ScoreAccumulator(Moments all, int size) {
        this.all = all;
        this.block = new Moments(size);
    }

    /** Images so far. */
    int count() {
        return (int) all.count();
    }

    /** Adds a batch: feature vectors, and its sums of distances to the teacher's images. */
    void add(float[] vectors, double rmse, double perceptual) {
        all.add(vectors);
        block.add(vectors);
        this.rmse += rmse;
        this.perceptual += perceptual;
    }

    /** Ends a block of images. */
    void endBlock(Frechet reference, int size) {
        blockFd.add(reference.to(block.gaussian()));
        block = new Moments(size);
    }

    /** Scores of {@code entries} whose sums are {@code sums}. */
    static List<Comparison.Score> scores(List<Entry> entries, List<ScoreAccumulator> sums, Frechet reference) {
        return IntStream.range(0, sums.size()).mapToObj(i -> sums.get(i).score(entries.get(i), reference)).toList();
    }

    private Comparison.Score score(Entry entry, Frechet reference) {
        return new Comparison.Score(entry, count(), reference.to(all.gaussian()),
                blockFd.stream().mapToDouble(d -> d).toArray(), rmse / count(), perceptual / count());
    }

    /** The state between two blocks. */
    Map<String, NpyArray> arrays() {
        Map<String, NpyArray> arrays = new LinkedHashMap<>(all.arrays());
        arrays.put("blocks", NpyArray.of(blockFd.stream().mapToDouble(d -> d).toArray(), blockFd.size()));
        arrays.put("distances", NpyArray.of(new double[] {rmse, perceptual}, 2));
        return arrays;
    }

    /** The sum that gave {@code arrays}. */
    static ScoreAccumulator of(int size, Function<String, NpyArray> arrays) {
        ScoreAccumulator sum = new ScoreAccumulator(Moments.of(arrays), size);
        for (double fd : arrays.apply("blocks").doubles()) {
            sum.blockFd.add(fd);
        }
        double[] distances = arrays.apply("distances").doubles();
        sum.rmse = distances[0];
        sum.perceptual = distances[1];
        return sum;
    }
}
