package s4s.sampling;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.apache.commons.math3.random.MersenneTwister;

/**
 * Starting noise: one seed for each image, so that the batch size cannot change it.
 *
 * <p>The numbers of seed {@code n} are those of {@code torch.manual_seed(n); torch.randn(shape)} on the CPU (float32), up to
 * one rounding of the last bit, computed on the JVM in double arithmetic: the same bits on every machine. They come from the
 * Mersenne twister MT19937 by the Box-Muller transform; from 16 numbers on, PyTorch works on blocks of 16, where element
 * {@code j} of the first half pairs with {@code j + 8}, and a last incomplete block redraws the last 16 numbers.
 */
public final class Noise {

    /** Parts of a batch that may be made at the same time. */
    private static final int GROUPS = 8;

    private final MersenneTwister twister = new MersenneTwister();
    private final BoxMuller blocks = new BoxMuller();

    private Noise() {}

    /**
     * Unit normal noise for some images.
     *
     * @param manager manager of the result
     * @param seeds one for each image, 0 to 2^31 - 1
     * @param sampleShape shape of one image
     * @return float64 array of float32 values, shape (seeds, sample shape...)
     * @throws IllegalArgumentException if there is no seed or one is out of range
     */
    public static NDArray normal(NDManager manager, long[] seeds, Shape sampleShape) {
        try (NDArray noise = single(manager, seeds, sampleShape)) {
            return noise.toType(DataType.FLOAT64, false);
        }
    }

    /** {@link #normal(NDManager, long[], Shape)} as a float32 array. */
    static NDArray single(NDManager manager, long[] seeds, Shape sampleShape) {
        if (seeds.length == 0) {
            throw new IllegalArgumentException("Noise needs at least one seed.");
        }
        int size = Math.toIntExact(sampleShape.size());
        Shape shape = new Shape(LongStream.concat(
                LongStream.of(seeds.length), LongStream.of(sampleShape.getShape())).toArray());
        Math.multiplyExact(seeds.length, Math.multiplyExact(size, Float.BYTES));
        NDArray noise = manager.create(shape, DataType.FLOAT32, Device.cpu());
        FloatBuffer memory = noise.toByteBuffer(true).order(ByteOrder.nativeOrder()).asFloatBuffer();
        int groups = Math.min(GROUPS, seeds.length);
        IntStream.range(0, groups).parallel().forEach(group -> {
            Noise generator = new Noise();
            float[] image = new float[size];
            for (int i = group * seeds.length / groups; i < (group + 1) * seeds.length / groups; i++) {
                generator.fill(image, seeds[i]);
                memory.put(i * size, image);
            }
        });
        return noise.toDevice(manager.getDevice(), false);
    }

    /**
     * Unit normal noise for one image.
     *
     * @param seed 0 to 2^31 - 1
     * @param size how many numbers, at least 1
     */
    public static float[] normal(long seed, int size) {
        float[] noise = new float[size];
        new Noise().fill(noise, seed);
        return noise;
    }

    private void fill(float[] noise, long seed) {
        if (seed < 0 || seed > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("Seeds lie between 0 and 2147483647; " + seed + " does not.");
        }
        twister.setSeed((int) seed);
        int size = noise.length;
        if (size < BoxMuller.BLOCK) {
            few(noise);
            return;
        }
        uniform(noise, 0, size);
        blocks.transform(noise, 0, size - size % BoxMuller.BLOCK);
        if (size % BoxMuller.BLOCK != 0) {
            int tail = size - BoxMuller.BLOCK;
            uniform(noise, tail, size);
            blocks.transform(noise, tail, size);
        }
    }

    /** The low 24 bits of one number each, as multiples of 2^-24 in [0, 1). */
    private void uniform(float[] numbers, int from, int to) {
        for (int j = from; j < to; j++) {
            numbers[j] = (twister.nextInt() & 0xFFFFFF) * 0x1p-24f;
        }
    }

    /** Fewer than 16 numbers: double precision, cosine and sine of a pair one after the other. */
    private void few(float[] noise) {
        for (int i = 0; i < noise.length; i += 2) {
            double u1 = uniform53();
            double u2 = uniform53();
            double r = StrictMath.sqrt(-2 * StrictMath.log1p(-u2));
            noise[i] = (float) (r * StrictMath.cos(2 * Math.PI * u1));
            if (i + 1 < noise.length) {
                noise[i + 1] = (float) (r * StrictMath.sin(2 * Math.PI * u1));
            }
        }
    }

    private double uniform53() {
        long high = twister.nextInt();
        long low = twister.nextInt() & 0xFFFFFFFFL;
        return ((high << 32 | low) & (1L << 53) - 1) * 0x1p-53;
    }
}
