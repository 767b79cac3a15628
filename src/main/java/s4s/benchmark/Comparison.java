package s4s.benchmark;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.commons.math3.stat.StatUtils;
import s4s.metric.Features;
import s4s.metric.Frechet;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.sampling.BatchLoop;
import s4s.sampling.CachingDenoiser;
import s4s.sampling.Executor;
import s4s.sampling.Noise;
import s4s.sampling.Program;

/**
 * Measures solvers against real images and against their teacher, all on the same noise and conditions. What is compared are
 * decoded images.
 *
 * @param model what is drawn from
 * @param yardstick measures images against real ones; empty: they are measured against the teacher's alone
 * @param teacher the teacher's images, whose seeds are used
 * @param batch most images in a network call
 * @param block images of a block; FD is also computed for every whole block of images, which shows its spread and lets a small run
 *     be compared with a large one (FD falls with the number of images, so numbers of unequal counts cannot be compared)
 */
public record Comparison(DiffusionModel model, Optional<Metric.Yardstick> yardstick, TeacherImages teacher, int batch,
        int block) {
    /** Checks that there is a block. */
    public Comparison {
        if (batch < 1 || block < 1) {
            throw new IllegalArgumentException("a block of " + block + " images in batches of " + batch
                    + "; both must be at least 1");
        }
        if (teacher.count() < block) {
            throw new IllegalArgumentException("a comparison needs at least one block of " + block
                    + " images, not " + teacher.count());
        }
    }

    /** With a yardstick of these features and this reference. */
    public Comparison(DiffusionModel model, Features features, Frechet reference, TeacherImages teacher, int batch, int block) {
        this(model, Optional.of(new Metric.Yardstick(features, reference)), teacher, batch, block);
    }

    /**
     * What one solver scored.
     *
     * @param entry the solver
     * @param images number of images
     * @param fd Frechet distance of all images to the real ones, in the features; see {@link Features#metric()}; NaN without
     *     a yardstick
     * @param blockFd the same of each block of images
     * @param rmse root mean square of the pixel difference to the teacher's image of the same seed, mean
     *     over images; pixels in [-1, 1]
     * @param perceptual mean perceptual distance to the teacher's image of the same seed; NaN if there are no features that
     *     have one
     */
    public record Score(Entry entry, int images, double fd, double[] blockFd, double rmse,
            double perceptual) {
        /** Mean of the blocks' FD. */
        public double blockMean() {
            return StatUtils.mean(blockFd);
        }

        /** Standard deviation of the blocks' FD; NaN with one block. */
        public double blockStd() {
            return blockFd.length < 2 ? Double.NaN : Math.sqrt(StatUtils.variance(blockFd));
        }
    }

    /**
     * Scores of {@code entries}, in their order.
     *
     * @param manager parent of all working memory
     * @param progress told the number of images done, up to entries times images
     */
    public List<Score> run(NDManager manager, List<Entry> entries, LongConsumer progress) {
        List<ScoreAccumulator> sums = entries.stream().map(c -> new ScoreAccumulator(yardstick)).toList();
        add(manager, entries, sums, progress);
        return ScoreAccumulator.scores(entries, sums);
    }

    /** Adds the teacher's images to {@code sums} of {@code entries}. */
    void add(NDManager manager, List<Entry> entries, List<ScoreAccumulator> sums, LongConsumer progress) {
        List<Program> programs = entries.stream()
                .map(c -> Program.of(c.value(), model)).toList();
        int size = batch;
        for (int start = 0; start < teacher.count(); start += block) {
            int end = Math.min(start + block, teacher.count());
            size = BatchLoop.over(start, end, size, (from, to) -> add(manager, programs, sums, from, to, progress));
            if (end == start + block) {
                sums.forEach(ScoreAccumulator::endBlock);
            }
        }
    }

    /** Adds some images, after all programs have drawn theirs. */
    private void add(NDManager manager, List<Program> programs, List<ScoreAccumulator> sums, int from, int to,
            LongConsumer progress) {
        long[] some = Arrays.copyOfRange(teacher.seeds(), from, to);
        List<Measured> measured = new ArrayList<>();
        try (NDManager scope = manager.newSubManager();
                CachingDenoiser memory = new CachingDenoiser(model.denoiser(some), scope)) {
            NDArray noise = Noise.normal(scope, some, model.sampleShape());
            NDArray target = teacher.batch(scope, from, to);
            Optional<Features.Seen> targetSeen = yardstick.map(measure -> measure.features().see(target));
            for (Program program : programs) {
                measured.add(measure(program, memory, noise, target, targetSeen));
                progress.accept((long) from * programs.size() + (long) (to - from) * measured.size());
            }
        }
        for (int i = 0; i < sums.size(); i++) {
            sums.get(i).add(some.length, measured.get(i).vectors, measured.get(i).rmse, measured.get(i).perceptual);
        }
    }

    /** Feature vectors of a batch, and its sums of distances to the teacher's images. */
    private record Measured(float[] vectors, double rmse, double perceptual) {}

    private Measured measure(Program program, Denoiser memory, NDArray noise, NDArray target,
            Optional<Features.Seen> targetSeen) {
        try (NDManager scope = noise.getManager().newSubManager()) {
            scope.tempAttachAll(noise, target);
            NDArray sample = Executor.run(program, memory, noise).toType(DataType.FLOAT32, false);
            NDArray picture = model.decoder().decode(sample);
            Optional<Features.Seen> seen = yardstick.map(measure -> measure.features().see(picture));
            double perceptual = seen.map(here -> Arrays.stream(here.distances(targetSeen.orElseThrow())).sum()).orElse(Double.NaN);
            float[] squares = picture.sub(target).square().reshape(picture.getShape().get(0), -1)
                    .mean(new int[] {1}).toFloatArray();
            double rmse = 0;
            for (float square : squares) {
                rmse += Math.sqrt(square);
            }
            return new Measured(seen.map(here -> here.features().toFloatArray()).orElse(new float[0]), rmse, perceptual);
        }
    }
}
