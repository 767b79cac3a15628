package s4s.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A network that turns 8-bit images into feature vectors: what a Frechet distance is measured in. Two numbers compare only
 * when their features are the same, so the network says what it is and what it does to an image.
 */
public interface Features {

    /**
     * Feature vectors of images.
     *
     * @param pictures uint8 [n, 3, height, width]
     * @return float32 [n, {@link #size()}], in the manager of {@code pictures}
     * @throws IllegalArgumentException if the network does not take images of this size; one line that names both sizes
     */
    NDArray of(NDArray pictures);

    /**
     * What the network sees in a batch of samples, which are rounded to 8 bits first, as FID scripts do.
     *
     * @param samples [B, 3, H, W] around [-1, 1]
     * @return arrays in the manager of {@code samples}; no maps, unless the network also measures a perceptual distance
     */
    default Seen see(NDArray samples) {
        return new Seen(of(eightBits(samples)), List.of());
    }

    /** Samples around [-1, 1] as 8-bit images: {@code floor(127.5 x + 128)} within 0 to 255. */
    static NDArray eightBits(NDArray samples) {
        return samples.toType(DataType.FLOAT32, true).mul(127.5f).add(128).floor().clip(0, 255).toType(DataType.UINT8, false);
    }

    /**
     * A batch as the network sees it.
     *
     * @param features feature vectors, [B, size]
     * @param maps feature map of every level; none where the network measures no perceptual distance
     */
    record Seen(NDArray features, List<NDArray> maps) {
        /** Copies the list. */
        public Seen {
            maps = List.copyOf(maps);
        }

        /**
         * Perceptual distance of each pair of images: the squared difference of channel-normalised feature maps, summed over
         * channels, averaged over positions and levels. This is LPIPS' formula with all channel weights equal and the feature
         * network's own maps, so its values compare with each other only.
         *
         * @param other as many images
         * @return NaN where there are no maps
         * @see <a href="https://arxiv.org/abs/1801.03924">Zhang et al. 2018, equation 1</a>
         */
        public double[] distances(Seen other) {
            if (maps.isEmpty()) {
                double[] unknown = new double[Math.toIntExact(features.getShape().get(0))];
                Arrays.fill(unknown, Double.NaN);
                return unknown;
            }
            float[] d = MiniFeatures.embedding(maps).sub(MiniFeatures.embedding(other.maps)).square().sum(new int[] {1})
                    .toFloatArray();
            return IntStream.range(0, d.length).mapToDouble(i -> d[i]).toArray();
        }
    }

    /** Length of a feature vector. */
    int size();

    /** What numbers are called that are made of them, for instance "FID" or "FD (mini features)". */
    String metric();

    /** Name of the network, for instance "inception-v3 2015-12-05, pytorch-fid's weights". */
    String network();

    /** Hash of the file with the network's weights. */
    String sha256();

    /** What happens to an image before the network sees it, in one line. */
    String preprocessing();
}
