package s4s.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.apache.commons.math3.stat.StatUtils;
import s4s.model.Denoiser;
import s4s.run.Executor;
import s4s.run.Noise;
import s4s.run.Program;
import s4s.run.Remembering;

/**
 * Measures solvers against real images and against their teacher, all on the same noise.
 *
 * @param denoiser the network
 * @param features what the distances are computed with
 * @param reference distance to the real images' moments
 * @param teacher the teacher's images, whose seeds are used
 * @param batch images in a network call
 * @param block images of a block, a multiple of {@code batch}; FD is also computed for every whole block
 *     of images, which shows its spread and lets a small run be compared with a large one (FD falls with
 *     the number of images, so numbers of unequal counts cannot be compared)
 */
public record Comparison(Denoiser denoiser, MiniFeatures features, Frechet reference,
        Teacher.Images teacher, int batch, int block) {
    /** Checks that blocks are whole batches. */
    public Comparison {
        if (batch < 1 || block < batch || block % batch != 0) {
            throw new IllegalArgumentException("a block of " + block + " images is not a multiple of the batch of "
                    + batch);
        }
        if (teacher.count() < block) {
            throw new IllegalArgumentException("a comparison needs at least one block of " + block
                    + " images, not " + teacher.count());
        }
    }


    /**
     * What one solver scored.
     *
     * @param contestant the solver
     * @param images number of images
     * @param fd FD (mini features) of all images to the real ones
     * @param blockFd FD (mini features) of each block of images
     * @param rmse root mean square of the pixel difference to the teacher's image of the same seed, mean
     *     over images; pixels in [-1, 1]
     * @param perceptual mean perceptual distance (mini features) to the teacher's image of the same seed
     */
    public record Score(Contestant contestant, int images, double fd, double[] blockFd, double rmse,
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

    /** Sums that one contestant's scores are made of. */
    private final class Tally {
        private final Program program;
        private final Moments all = new Moments(features.size());
        private final List<Moments> blocks = new ArrayList<>();
        private double rmse;
        private double perceptual;

        private Tally(Contestant contestant) {
            program = Program.of(contestant.value(), denoiser.schedule(), denoiser.prediction());
        }

        private void add(int from, float[] vectors) {
            all.add(vectors);
            if (from % block == 0) {
                blocks.add(new Moments(features.size()));
            }
            blocks.get(from / block).add(vectors);
        }

        private Score score(Contestant contestant) {
            double[] blockFd = blocks.stream().filter(b -> b.count() == block)
                    .mapToDouble(b -> reference.to(b.gaussian())).toArray();
            return new Score(contestant, (int) all.count(), reference.to(all.gaussian()), blockFd,
                    rmse / all.count(), perceptual / all.count());
        }
    }

    /**
     * Scores of {@code contestants}, in their order.
     *
     * @param manager parent of all working memory
     * @param progress told the number of images done, up to contestants times images
     */
    public List<Score> run(NDManager manager, List<Contestant> contestants, LongConsumer progress) {
        List<Tally> tallies = contestants.stream().map(Tally::new).toList();
        long[] seeds = teacher.seeds();
        long done = 0;
        for (int from = 0; from < seeds.length; from += batch) {
            int to = Math.min(from + batch, seeds.length);
            try (NDManager scope = manager.newSubManager(); Remembering memory = new Remembering(denoiser, scope)) {
                NDArray noise = Noise.normal(scope, Arrays.copyOfRange(seeds, from, to), denoiser.sampleShape());
                NDArray target = teacher.batch(scope, from, to);
                MiniFeatures.View targetView = features.view(target);
                for (Tally tally : tallies) {
                    measure(tally, from, memory, noise, target, targetView);
                    done += to - from;
                    progress.accept(done);
                }
            }
        }
        List<Score> scores = new ArrayList<>();
        for (int i = 0; i < tallies.size(); i++) {
            scores.add(tallies.get(i).score(contestants.get(i)));
        }
        return scores;
    }

    private void measure(Tally tally, int from, Denoiser memory, NDArray noise, NDArray target,
            MiniFeatures.View targetView) {
        try (NDManager scope = noise.getManager().newSubManager()) {
            scope.tempAttachAll(noise, target);
            NDArray sample = Executor.run(tally.program, memory, noise).toType(DataType.FLOAT32, false);
            MiniFeatures.View view = features.view(sample);
            tally.add(from, view.features().toFloatArray());
            for (double d : view.distances(targetView)) {
                tally.perceptual += d;
            }
            float[] squares = sample.sub(target).square().reshape(sample.getShape().get(0), -1)
                    .mean(new int[] {1}).toFloatArray();
            for (float square : squares) {
                tally.rmse += Math.sqrt(square);
            }
        }
    }
}
