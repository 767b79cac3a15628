package s4s.eval;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import s4s.data.Hashes;
import s4s.data.ImageSource;
import s4s.data.NpyArray;

/**
 * Feature vectors of chosen pictures, gathered batch by batch; memory holds one batch of pictures.
 *
 * @param features the network
 * @param images where the pictures are
 * @param chosen numbers of the pictures
 * @param batch pictures in a network call
 */
public record Extraction(Features features, ImageSource images, int[] chosen, int batch) {
    /** Pictures in a network call if nothing else is said. */
    public static final int BATCH = 50;

    /** Checks the batch. */
    public Extraction {
        if (batch < 1 || chosen.length < 1) {
            throw new IllegalArgumentException(chosen.length + " pictures in batches of " + batch
                    + "; both must be at least 1");
        }
    }

    /** All pictures. */
    public static Extraction all(Features features, ImageSource images) {
        return new Extraction(features, images, IntStream.range(0, images.count()).toArray(), BATCH);
    }

    /** Moments of all pictures. */
    public static Moments.Gaussian moments(Features features, ImageSource images, NDManager manager) throws IOException {
        return all(features, images).moments(manager, PartialSums.none(), done -> {});
    }

    /**
     * Mean and covariance of the feature vectors.
     *
     * @param manager parent of all working memory
     * @param partial where what there is already is kept
     * @param progress told the number of pictures done
     * @throws IllegalArgumentException if the network does not take the pictures, or makes a number of one that is not finite
     * @throws IOException if a picture cannot be read, or the sums cannot be kept
     */
    public Moments.Gaussian moments(NDManager manager, PartialSums partial, LongConsumer progress) throws IOException {
        return gather("moments", new Moments(features.size()), Moments::of, manager, partial, progress).gaussian();
    }

    /** The feature vectors themselves; see {@link #moments(NDManager, PartialSums, LongConsumer)}. */
    public FeatureSet vectors(NDManager manager, PartialSums partial, LongConsumer progress) throws IOException {
        return gather("vectors", new FeatureSet(features.size(), chosen.length), FeatureSet::of, manager, partial, progress);
    }

    private <T extends Gathering> T gather(String kind, T empty, Function<Function<String, NpyArray>, T> stored,
            NDManager manager, PartialSums partial, LongConsumer progress) throws IOException {
        List<String> key = List.of(kind, features.network(), features.sha256(), features.preprocessing(), images.sha256(),
                Hashes.sha256(Arrays.toString(chosen).getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
        Optional<Map<String, NpyArray>> before = partial.read(key);
        T gathered = before.isPresent() ? stored.apply(before.get()::get) : empty;
        long kept = gathered.count();
        try {
            for (int from = (int) gathered.count(); from < chosen.length; from = (int) gathered.count()) {
                gathered.add(vectors(manager, Arrays.copyOfRange(chosen, from, Math.min(from + batch, chosen.length))));
                progress.accept(gathered.count());
                if (gathered.count() - kept >= partial.every() || gathered.count() == chosen.length) {
                    partial.write(key, gathered.arrays());
                    kept = gathered.count();
                }
            }
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(images.source() + ": " + e.getMessage(), e);
        }
        return gathered;
    }

    private float[] vectors(NDManager manager, int[] some) throws IOException {
        byte[] pixels = images.pixels(some);
        try (NDManager scope = manager.newSubManager()) {
            Shape shape = new Shape(some.length, 3, images.height(), images.width());
            return features.of(scope.create(ByteBuffer.wrap(pixels), shape, DataType.UINT8)).toFloatArray();
        }
    }
}
