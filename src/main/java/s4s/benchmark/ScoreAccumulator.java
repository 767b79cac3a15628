package s4s.benchmark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.IntStream;
import s4s.io.NpyArray;
import s4s.metric.Moments;

/**
 * The sums that one entry's scores are made of. They can be stored between blocks of images, so that a table goes on where
 * it was stopped, and grows with the same numbers as if it had been made at once.
 */
final class ScoreAccumulator {
    /** Feature vectors against real images, of all images and of a block. */
    private static final class Against {
        private final Metric.Yardstick yardstick;
        private final Moments all;
        private Moments block;

        Against(Metric.Yardstick yardstick, Moments all) {
            this.yardstick = yardstick;
            this.all = all;
            this.block = new Moments(yardstick.features().size());
        }
    }

    private final Optional<Against> real;
    private final List<Double> blockFd = new ArrayList<>();
    private int count;
    private double rmse;
    private double perceptual;

    /** Nothing yet; without a yardstick there are no Frechet distances. */
    ScoreAccumulator(Optional<Metric.Yardstick> yardstick) {
        this.real = yardstick.map(measure -> new Against(measure, new Moments(measure.features().size())));
    }

    /** The sums that gave {@code arrays}. */
    ScoreAccumulator(Optional<Metric.Yardstick> yardstick, Function<String, NpyArray> arrays) {
        this.real = yardstick.map(measure -> new Against(measure, Moments.of(arrays)));
        this.count = Math.toIntExact(arrays.apply("count").longs()[0]);
        for (double fd : arrays.apply("blocks").doubles()) {
            blockFd.add(fd);
        }
        double[] distances = arrays.apply("distances").doubles();
        this.rmse = distances[0];
        this.perceptual = distances[1];
    }

    /** Images so far. */
    int count() {
        return count;
    }

    /**
     * Adds a batch.
     *
     * @param images how many
     * @param vectors their feature vectors, none without a yardstick
     * @param rmse sum of their distances to the teacher's images
     * @param perceptual sum of their perceptual distances to them
     */
    void add(int images, float[] vectors, double rmse, double perceptual) {
        real.ifPresent(against -> {
            against.all.add(vectors);
            against.block.add(vectors);
        });
        this.count += images;
        this.rmse += rmse;
        this.perceptual += perceptual;
    }

    /** Ends a block of images. */
    void endBlock() {
        blockFd.add(real.map(against -> {
            double fd = against.yardstick.reference().to(against.block.gaussian());
            against.block = new Moments(against.yardstick.features().size());
            return fd;
        }).orElse(Double.NaN));
    }

    /** Scores of {@code entries} whose sums are {@code sums}. */
    static List<Comparison.Score> scores(List<Entry> entries, List<ScoreAccumulator> sums) {
        return IntStream.range(0, sums.size()).mapToObj(i -> sums.get(i).score(entries.get(i))).toList();
    }

    private Comparison.Score score(Entry entry) {
        return new Comparison.Score(entry, count,
                real.map(against -> against.yardstick.reference().to(against.all.gaussian())).orElse(Double.NaN),
                blockFd.stream().mapToDouble(d -> d).toArray(), rmse / count, perceptual / count);
    }

    /** The state between two blocks. */
    Map<String, NpyArray> arrays() {
        Map<String, NpyArray> arrays = new LinkedHashMap<>(real.map(against -> against.all.arrays())
                .orElseGet(() -> Map.of("count", NpyArray.of(new long[] {count}, 1))));
        arrays.put("blocks", NpyArray.of(blockFd.stream().mapToDouble(d -> d).toArray(), blockFd.size()));
        arrays.put("distances", NpyArray.of(new double[] {rmse, perceptual}, 2));
        return arrays;
    }
}
