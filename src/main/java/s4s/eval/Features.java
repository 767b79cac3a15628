package s4s.eval;

import ai.djl.ndarray.NDArray;

/**
 * A network that turns 8-bit pictures into feature vectors: what a Frechet distance is measured in. Two numbers compare only
 * when their features are the same, so the network says what it is and what it does to a picture.
 */
public interface Features {

    /**
     * Feature vectors of pictures.
     *
     * @param pictures uint8 [n, 3, height, width]
     * @return float32 [n, {@link #size()}], in the manager of {@code pictures}
     * @throws IllegalArgumentException if the network does not take pictures of this size; one line that names both sizes
     */
    NDArray of(NDArray pictures);

    /** Length of a feature vector. */
    int size();

    /** What numbers are called that are made of them, for instance "FID" or "FD (mini features)". */
    String metric();

    /** Name of the network, for instance "inception-v3 2015-12-05, pytorch-fid's weights". */
    String network();

    /** Hash of the file with the network's weights. */
    String sha256();

    /** What happens to a picture before the network sees it, in one line. */
    String preprocessing();
}
