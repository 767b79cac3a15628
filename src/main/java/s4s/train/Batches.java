package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import s4s.data.ImageSet;

/**
 * Training batches as a pure function of (seed, step), so that a resumed run sees what the
 * uninterrupted one would have seen. Every image comes once an epoch, in an order drawn anew.
 */
public final class Batches {
    private final ImageSet images;
    private final int batch;
    private final boolean flip;
    private final long seed;
    private int[] order = {};
    private long orderEpoch = -1;

    /** Batches of {@code batch} images. */
    public Batches(ImageSet images, int batch, boolean flip, long seed) {
        this.images = images;
        this.batch = batch;
        this.flip = flip;
        this.seed = seed;
    }

    /** Which images 0-based {@code step} uses. */
    public int[] indices(long step) {
        int[] chosen = new int[batch];
        for (int i = 0; i < batch; i++) {
            long position = step * batch + i;
            shuffle(position / images.count());
            chosen[i] = order[(int) (position % images.count())];
        }
        return chosen;
    }

    /** The generator of everything random in 0-based {@code step}; the same calls give the same numbers. */
    public SplittableRandom random(long step) {
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + step * 0xD1B54A32D192ED03L + 1);
    }

    /** Pixels of {@code chosen} images in [-1, 1], float32 [batch, C, H, W], each mirrored with probability 1/2. */
    public NDArray pixels(NDManager manager, int[] chosen, SplittableRandom random) {
        int width = images.width();
        int size = images.channels() * images.height() * width;
        byte[] bytes = images.pixels();
        float[] values = new float[chosen.length * size];
        for (int i = 0; i < chosen.length; i++) {
            boolean mirror = flip && random.nextBoolean();
            int from = chosen[i] * size;
            int to = i * size;
            for (int k = 0; k < size; k++) {
                int source = mirror ? k - k % width + width - 1 - k % width : k;
                values[to + k] = (bytes[from + source] & 0xFF) / 127.5f - 1;
            }
        }
        return manager.create(values, new Shape(chosen.length, images.channels(), images.height(), width));
    }

    /** Standard normal numbers, float32. */
    public static NDArray normal(NDManager manager, SplittableRandom random, Shape shape) {
        float[] values = new float[Math.toIntExact(shape.size())];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return manager.create(values, shape);
    }

    private void shuffle(long epoch) {
        if (epoch == orderEpoch) {
            return;
        }
        SplittableRandom random = new SplittableRandom(seed ^ (epoch + 1) * 0xBF58476D1CE4E5B9L);
        order = new int[images.count()];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        orderEpoch = epoch;
    }
}
