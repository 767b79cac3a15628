package s4s.eval;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import s4s.data.NpyArray;

/**
 * The sums that one contestant's scores are made of. They can be stored between blocks of images, so that a table goes on where
 * it was stopped, and grows with the same numbers as if it had been made at once.
 */
final class Tally {
    private final Moments all;
    private final List<Double> blockFd = new ArrayList<>();
    private Moments block;
    private double rmse;
    private double perceptual;

    /** Nothing yet, for feature vectors of {@code size} numbers. */
    Tally(int size) {
        this(new Moments(size), size);
    }

    private Tally(Moments all, int size) {
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

    /** Scores of {@code contestants} whose sums are {@code tallies}. */
    static List<Comparison.Score> scores(List<Contestant> contestants, List<Tally> tallies, Frechet reference) {
        return IntStream.range(0, tallies.size()).mapToObj(i -> tallies.get(i).score(contestants.get(i), reference)).toList();
    }

    private Comparison.Score score(Contestant contestant, Frechet reference) {
        return new Comparison.Score(contestant, count(), reference.to(all.gaussian()),
                blockFd.stream().mapToDouble(d -> d).toArray(), rmse / count(), perceptual / count());
    }

    /** The state between two blocks. */
    Map<String, NpyArray> arrays() {
        Map<String, NpyArray> arrays = new LinkedHashMap<>(all.arrays());
        arrays.put("blocks", NpyArray.of(blockFd.stream().mapToDouble(d -> d).toArray(), blockFd.size()));
        arrays.put("distances", NpyArray.of(new double[] {rmse, perceptual}, 2));
        return arrays;
    }

    /** The tally that gave {@code arrays}. */
    static Tally of(int size, Function<String, NpyArray> arrays) {
        Tally tally = new Tally(Moments.of(arrays), size);
        for (double fd : arrays.apply("blocks").doubles()) {
            tally.blockFd.add(fd);
        }
        double[] distances = arrays.apply("distances").doubles();
        tally.rmse = distances[0];
        tally.perceptual = distances[1];
        return tally;
    }
}
