package s4s.sampling;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import s4s.image.ImageSet;
import s4s.model.Conditions;
import s4s.model.DiffusionModel;
import s4s.solver.Solver;

/**
 * What is drawn for some seeds. It can be cut into parts, which draw the same images.
 *
 * @param source what to call the images
 * @param solver the numbers
 * @param seeds one image each
 * @param conditions none, or one for each seed
 * @param guidance scale; 1 is the condition alone
 * @param threshold quantile of dynamic thresholding in (0, 1]; 0 is without
 * @param batch most images in a network call
 */
public record SamplingJob(String source, Solver solver, long[] seeds, List<String> conditions, double guidance,
        double threshold, int batch) {

    /**
     * Checks seeds, batch and conditions.
     *
     * @throws IllegalArgumentException if there is no seed, the batch is not positive, or there is not one condition for each
     *     seed
     */
    public SamplingJob {
        Sampling.requireWork(seeds, batch);
        seeds = seeds.clone();
        conditions = List.copyOf(conditions);
        if (!conditions.isEmpty()) {
            Conditions.each(seeds, conditions);
        }
    }

    @Override
    public long[] seeds() {
        return seeds.clone();
    }

    /**
     * The same in parts.
     *
     * @param size seeds of a part, at least 1; the last may have fewer
     */
    public List<SamplingJob> parts(int size) {
        return IntStream.iterate(0, first -> first < seeds.length, first -> first + size)
                .mapToObj(first -> part(first, Math.min(first + size, seeds.length))).toList();
    }

    private SamplingJob part(int from, int to) {
        return new SamplingJob(source, solver, Arrays.copyOfRange(seeds, from, to),
                conditions.isEmpty() ? conditions : conditions.subList(from, to), guidance, threshold,
                batch);
    }

    /**
     * Draws the images.
     *
     * @param manager parent of all working memory
     * @param model what is drawn from, without conditions
     * @param progress told the number of finished images after each batch
     * @throws IllegalArgumentException for a wrong seed, batch size or condition, or if the network takes no conditions
     */
    public ImageSet draw(NDManager manager, DiffusionModel model, LongConsumer progress) {
        DiffusionModel asked = model.given(
                conditions.isEmpty() ? Optional.empty() : Optional.of(Conditions.each(seeds, conditions)), guidance);
        DiffusionModel diffusion = threshold == 0 ? asked : asked.thresholded(threshold);
        return Sampling.pictures(manager, diffusion, Program.of(solver, diffusion), seeds, batch, source, progress);
    }
}
