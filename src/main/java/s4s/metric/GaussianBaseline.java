package s4s.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.SplittableRandom;
import s4s.image.ImageSet;

/**
 * Images drawn from a Gaussian with the mean and covariance of real pixels: coloured noise, the
 * yardstick that a generative model has to leave far behind.
 *
 * <p>With n centred images c_i and standard normal g_i, x = mean + n^{-1/2} sum_i g_i c_i has exactly
 * that mean and covariance; no matrix of pixels by pixels is formed.
 */
public final class GaussianBaseline {
    private static final int CHUNK = 2000;

    private GaussianBaseline() {}

    /**
     * Draws {@code count} images.
     *
     * @param images real images
     * @param seed decides the draw
     */
    public static ImageSet draw(NDManager manager, ImageSet images, int count, long seed) {
        int size = images.channels() * images.height() * images.width();
        SplittableRandom random = new SplittableRandom(seed);
        try (NDManager scope = manager.newSubManager()) {
            double[] sums = new double[size];
            for (int i = 0; i < images.pixels().length; i++) {
                sums[i % size] += (images.pixels()[i] & 0xFF) / 127.5 - 1;
            }
            float[] mean = new float[size];
            for (int i = 0; i < size; i++) {
                mean[i] = (float) (sums[i] / images.count());
            }
            NDArray centre = scope.create(mean, new Shape(1, size));
            NDArray total = scope.zeros(new Shape(count, size));
            for (int from = 0; from < images.count(); from += CHUNK) {
                try (NDManager part = scope.newSubManager()) {
                    int n = Math.min(CHUNK, images.count() - from);
                    float[] normal = new float[count * n];
                    for (int i = 0; i < normal.length; i++) {
                        normal[i] = (float) random.nextGaussian();
                    }
                    NDArray centred = part.create(images.floats(from, n), new Shape(n, size)).subi(centre);
                    total.addi(part.create(normal, new Shape(count, n)).matMul(centred));
                }
            }
            float[] drawn = total.mul((float) (1 / Math.sqrt(images.count()))).add(centre).toFloatArray();
            return ImageSet.of(drawn, images.height(), images.width(), "Gaussian with the pixels' mean and covariance");
        }
    }
}
