package s4s.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import s4s.data.ImageSet;
import s4s.model.FeatureNet;

/**
 * Features of 8-bit images from our small classifier: what "FD (mini features)" and the perceptual
 * distance are computed from. Samples are rounded to 8 bits first, as FID scripts do.
 */
public final class MiniFeatures {
    private static final int BATCH = 250;
    private final FeatureNet network;
    private final NDManager manager;

    /** Features by {@code network}; work is done in sub-managers of {@code manager}. */
    public MiniFeatures(FeatureNet network, NDManager manager) {
        this.network = network;
        this.manager = manager;
    }

    /** Adds the features of {@code images} to {@code moments}. */
    public void addTo(Moments moments, ImageSet images) {
        for (int from = 0; from < images.count(); from += BATCH) {
            try (NDManager scope = manager.newSubManager()) {
                moments.add(network.features(pixels(scope, images, from)).toFloatArray());
            }
        }
    }

    /** Mean and covariance of the features of {@code images}. */
    public Moments.Gaussian moments(ImageSet images) {
        Moments moments = new Moments(network.config().features());
        addTo(moments, images);
        return moments.gaussian();
    }

    /** Share of {@code images} whose most likely class is their label. */
    public double accuracy(ImageSet images) {
        long right = 0;
        for (int from = 0; from < images.count(); from += BATCH) {
            try (NDManager scope = manager.newSubManager()) {
                long[] best = network.logits(pixels(scope, images, from)).argMax(1).toLongArray();
                for (int i = 0; i < best.length; i++) {
                    right += best[i] == images.labels()[from + i] ? 1 : 0;
                }
            }
        }
        return right / (double) images.count();
    }

    /**
     * Perceptual distance of each pair of images: the squared difference of channel-normalised
     * feature maps, summed over channels, averaged over positions and levels. This is LPIPS' formula
     * with all channel weights equal and our own small network, so its values compare with each
     * other only.
     *
     * @see <a href="https://arxiv.org/abs/1801.03924">Zhang et al. 2018, equation 1</a>
     */
    public double[] distances(ImageSet a, ImageSet b) {
        if (a.count() != b.count()) {
            throw new IllegalArgumentException("distances need pairs, got " + a.count() + " and " + b.count()
                    + " images");
        }
        double[] distances = new double[a.count()];
        for (int from = 0; from < a.count(); from += BATCH) {
            try (NDManager scope = manager.newSubManager()) {
                List<NDArray> left = network.maps(pixels(scope, a, from));
                List<NDArray> right = network.maps(pixels(scope, b, from));
                for (int l = 0; l < left.size(); l++) {
                    float[] d = unit(left.get(l)).sub(unit(right.get(l))).square().sum(new int[] {3})
                            .reshape(left.get(l).getShape().get(0), -1).mean(new int[] {1}).toFloatArray();
                    for (int i = 0; i < d.length; i++) {
                        distances[from + i] += d[i] / left.size();
                    }
                }
            }
        }
        return distances;
    }

    private static NDArray unit(NDArray map) {
        return map.div(map.square().sum(new int[] {3}, true).add(1e-10).sqrt());
    }

    private static NDArray pixels(NDManager scope, ImageSet images, int from) {
        int count = Math.min(BATCH, images.count() - from);
        int size = images.channels() * images.height() * images.width();
        float[] values = new float[count * size];
        for (int i = 0; i < values.length; i++) {
            values[i] = (images.pixels()[from * size + i] & 0xFF) / 127.5f - 1;
        }
        return scope.create(values, new Shape(count, images.channels(), images.height(), images.width()));
    }
}
