package s4s.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.function.LongConsumer;
import s4s.model.DiffusionModel;
import s4s.sampling.Noise;
import s4s.sampling.Sampling;
import s4s.solver.Solver;

/**
 * What a few-step solver learns from: where a many-step solver, the teacher, ends for some seeds,
 *
 * <pre>
 *   ( z_i, X_i ),   z_i = Noise.normal(seed_i),   X_i = teacher(x_T = start z_i)
 * </pre>
 *
 * with the schedule's factor {@code start} from unit noise to the beginning of the ODE, under the condition of the seed. The
 * samples, latents of a latent model, are in memory as float32; the noise is a function of the seed and made when it is asked
 * for. Immutable.
 *
 * @see TeacherStore
 */
public final class TeacherPairs {
    private final SeedRange role;
    private final Shape sampleShape;
    private final long[] seeds;
    private final float[][] samples;

    /**
     * Takes over its arguments.
     *
     * @throws IllegalArgumentException if there is no pair, a seed is not in the range, or a sample is not finite
     */
    TeacherPairs(SeedRange role, Shape sampleShape, long[] seeds, float[][] samples) {
        if (seeds.length == 0 || seeds.length != samples.length) {
            throw new IllegalArgumentException(samples.length + " samples for " + seeds.length + " seeds; pairs have one for"
                    + " each, and there is at least one.");
        }
        role.require(seeds);
        for (int i = 0; i < seeds.length; i++) {
            for (float value : samples[i]) {
                if (!Float.isFinite(value)) {
                    throw new IllegalArgumentException("The teacher's sample of seed " + seeds[i] + " is not finite.");
                }
            }
        }
        this.role = role;
        this.sampleShape = sampleShape;
        this.seeds = seeds;
        this.samples = samples;
    }

    /**
     * Pairs of samples stored one after another.
     *
     * @throws IllegalArgumentException if there is no pair, not a whole sample for each seed, a seed that is not in the range, or
     *     a sample that is not finite
     */
    static TeacherPairs of(SeedRange role, Shape sampleShape, long[] seeds, float[] samples) {
        int size = Math.toIntExact(sampleShape.size());
        if (samples.length != (long) seeds.length * size) {
            throw new IllegalArgumentException(samples.length + " numbers are no " + seeds.length + " samples of shape "
                    + sampleShape + ".");
        }
        float[][] rows = new float[seeds.length][];
        Arrays.setAll(rows, i -> Arrays.copyOfRange(samples, i * size, (i + 1) * size));
        return new TeacherPairs(role, sampleShape, seeds, rows);
    }

    /**
     * Draws the pairs of the first {@code count} seeds of a range.
     *
     * @param manager parent of all working memory
     * @param model what is drawn from
     * @param teacher a solver for its schedule
     * @param range which seeds
     * @param count how many, at least 1
     * @param batch most samples in a network call, at least 1
     * @param progress told the number of finished pairs after each batch
     * @throws IllegalArgumentException if the range has not so many seeds, for a wrong batch, or if a sample is not finite
     */
    public static TeacherPairs draw(NDManager manager, DiffusionModel model, Solver teacher, SeedRange range, int count,
            int batch, LongConsumer progress) {
        return draw(manager, model, teacher, range, range.seeds(count), batch, progress);
    }

    /** Draws the pairs of some seeds; see {@link #draw(NDManager, DiffusionModel, Solver, SeedRange, int, int, LongConsumer)}. */
    public static TeacherPairs draw(NDManager manager, DiffusionModel model, Solver teacher, SeedRange range, long[] seeds,
            int batch, LongConsumer progress) {
        float[][] samples = new float[seeds.length][];
        Sampling.batches(manager, model, teacher, seeds, batch, (first, images) -> {
            float[] values = images.toType(DataType.FLOAT32, false).toFloatArray();
            int drawn = (int) images.getShape().get(0);
            int size = values.length / drawn;
            for (int i = 0; i < drawn; i++) {
                samples[first + i] = Arrays.copyOfRange(values, i * size, (i + 1) * size);
            }
            progress.accept(first + drawn);
        });
        return new TeacherPairs(range, model.sampleShape(), seeds, samples);
    }

    /**
     * Reads all pairs of a folder that {@link TeacherStore} made.
     *
     * @throws IOException as {@link TeacherStore#pairs()}
     */
    public static TeacherPairs read(Path folder) throws IOException {
        return TeacherStore.open(folder).pairs();
    }

    /** All pairs of the parts, which have one role and shape. */
    static TeacherPairs join(List<TeacherPairs> parts) {
        TeacherPairs first = parts.get(0);
        return new TeacherPairs(first.role, first.sampleShape,
                parts.stream().flatMapToLong(part -> Arrays.stream(part.seeds)).toArray(),
                parts.stream().flatMap(part -> Arrays.stream(part.samples)).toArray(float[][]::new));
    }

    /** Number of pairs. */
    public int count() {
        return seeds.length;
    }

    /** What the seeds are for. */
    public SeedRange role() {
        return role;
    }

    /** Shape of one sample, without the batch. */
    public Shape sampleShape() {
        return sampleShape;
    }

    /** The seeds, in the order of the pairs. */
    public long[] seeds() {
        return seeds.clone();
    }

    /**
     * Unit normal noise of pairs {@code from} to {@code to} (exclusive): {@code x_T / start}.
     *
     * @return float64 array of float32 values, shape (n, sample shape...), the caller's to change
     * @throws IndexOutOfBoundsException if there are no such pairs
     */
    public NDArray noise(NDManager manager, int from, int to) {
        Objects.checkFromToIndex(from, to, count());
        return Noise.normal(manager, Arrays.copyOfRange(seeds, from, to), sampleShape);
    }

    /**
     * The teacher's samples of pairs {@code from} to {@code to} (exclusive).
     *
     * @return float32, shape (n, sample shape...), the caller's to change
     * @throws IndexOutOfBoundsException if there are no such pairs
     */
    public NDArray samples(NDManager manager, int from, int to) {
        Objects.checkFromToIndex(from, to, count());
        return manager.create(samples(from, to), new Shape(to - from).addAll(sampleShape));
    }

    /** The numbers of {@link #samples(NDManager, int, int)}. */
    public float[] samples(int from, int to) {
        int size = Math.toIntExact(sampleShape.size());
        float[] values = new float[Math.multiplyExact(to - from, size)];
        for (int i = from; i < to; i++) {
            System.arraycopy(samples[i], 0, values, (i - from) * size, size);
        }
        return values;
    }

    /**
     * The first {@code n} pairs; they share the memory of these.
     *
     * @throws IllegalArgumentException if there are not so many, or {@code n} is not positive
     */
    public TeacherPairs first(int n) {
        if (n < 1 || n > count()) {
            throw new IllegalArgumentException("There are " + count() + " pairs of the teacher, not " + n + ".");
        }
        return new TeacherPairs(role, sampleShape, Arrays.copyOf(seeds, n), Arrays.copyOf(samples, n));
    }
}
