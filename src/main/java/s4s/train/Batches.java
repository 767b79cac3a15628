package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;

/**
 * Which examples every step sees, as a pure function of (seed, step), so that a resumed run sees what the uninterrupted one
 * would have seen. Every example comes once an epoch, in an order drawn anew.
 */
public final class Batches {
    private final int count;
    private final int batch;
    private final long seed;
    private int[] order = {};
    private long orderEpoch = -1;

    /** Batches of {@code batch} out of {@code count} examples. */
    public Batches(int count, int batch, long seed) {
        this.count = count;
        this.batch = batch;
        this.seed = seed;
    }

    /** Which examples 0-based {@code step} uses. */
    public int[] indices(long step) {
        int[] chosen = new int[batch];
        for (int i = 0; i < batch; i++) {
            long position = step * batch + i;
            shuffle(position / count);
            chosen[i] = order[(int) (position % count)];
        }
        return chosen;
    }

    /** The generator of everything random in 0-based {@code step}; the same calls give the same numbers. */
    public SplittableRandom random(long step) {
        return new SplittableRandom(seed * 0x9E3779B97F4A7C15L + step * 0xD1B54A32D192ED03L + 1);
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
        order = new int[count];
        for (int i = 0; i < order.length; i++) {
            int j = random.nextInt(i + 1);
            order[i] = order[j];
            order[j] = i;
        }
        orderEpoch = epoch;
    }
}
