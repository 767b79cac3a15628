package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import s4s.model.Devices;
import s4s.model.mini.Autoencoder;

/** The mean latents of images and of their mirror images, scaled; encoded once. */
public final class Latents implements Examples {
    private static final int BATCH = 100;

    private final Pixels pixels;
    private final Shape shape;
    private final float[] plain;
    private final float[] mirrored;

    /**
     * Encodes images.
     *
     * @param pixels which; if they flip, a batch holds latents of mirrored images as often as not
     * @param scale factor that gives the latents unit variance
     * @param progress told the number of encoded images
     */
    public Latents(Pixels pixels, Autoencoder autoencoder, double scale, LongConsumer progress) {
        this.pixels = pixels;
        this.shape = autoencoder.config().latentShape();
        int size = Math.toIntExact(shape.size());
        this.plain = new float[Math.multiplyExact(pixels.count(), size)];
        this.mirrored = pixels.flip() ? new float[plain.length] : plain;
        Pixels straight = new Pixels(pixels.sets(), false);
        try (NDManager manager = Devices.manager()) {
            for (int from = 0; from < pixels.count(); from += BATCH) {
                int[] some = IntStream.range(from, Math.min(from + BATCH, pixels.count())).toArray();
                try (NDManager scope = manager.newSubManager()) {
                    NDArray x = straight.batch(scope, some, new SplittableRandom(0));
                    encode(autoencoder, x, scale, plain, from * size);
                    if (pixels.flip()) {
                        encode(autoencoder, x.flip(3), scale, mirrored, from * size);
                    }
                }
                progress.accept(from + some.length);
            }
        }
    }

    private static void encode(Autoencoder autoencoder, NDArray x, double scale, float[] to, int at) {
        float[] values = autoencoder.encode(x).mean().mul((float) scale).toFloatArray();
        System.arraycopy(values, 0, to, at, values.length);
    }

    /** The standard deviation of all numbers around their mean. */
    public double deviation() {
        double mean = IntStream.range(0, plain.length).mapToDouble(i -> plain[i]).sum() / plain.length;
        return Math.sqrt(IntStream.range(0, plain.length).mapToDouble(i -> (plain[i] - mean) * (plain[i] - mean)).sum()
                / plain.length);
    }

    @Override
    public int count() {
        return pixels.count();
    }

    @Override
    public Shape shape() {
        return shape;
    }

    @Override
    public String source() {
        return pixels.source();
    }

    @Override
    public String sha256() {
        return pixels.sha256();
    }

    @Override
    public NDArray batch(NDManager manager, int[] indices, SplittableRandom random) {
        int size = Math.toIntExact(shape.size());
        float[] values = new float[indices.length * size];
        for (int i = 0; i < indices.length; i++) {
            float[] from = random.nextBoolean() ? mirrored : plain;
            System.arraycopy(from, indices[i] * size, values, i * size, size);
        }
        return manager.create(values, new Shape(indices.length).addAll(shape));
    }
}
