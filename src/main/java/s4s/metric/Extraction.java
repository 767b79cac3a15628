package s4s.metric;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import s4s.image.ImageSource;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.sampling.BatchLoop;

/**
 * Feature vectors of chosen images, gathered batch by batch; memory holds one batch of images.
 *
 * @param features the network
 * @param images where the images are
 * @param chosen numbers of the images
 * @param batch most images in a network call
 */
public record Extraction(Features features, ImageSource images, int[] chosen, int batch) {
    /** Images in a network call if nothing else is said. */
    public static final int BATCH = 50;

    /** Checks the batch. */
    public Extraction {
        if (batch < 1 || chosen.length < 1) {
            throw new IllegalArgumentException(chosen.length + " images in batches of " + batch
                    + "; both must be at least 1");
        }
    }

    /** All images. */
    public static Extraction all(Features features, ImageSource images) {
        return new Extraction(features, images, IntStream.range(0, images.count()).toArray(), BATCH);
    }

    /** Moments of all images. */
    public static Moments.Gaussian moments(Features features, ImageSource images, NDManager manager) throws IOException {
        return all(features, images).moments(manager, PartialSums.none(), done -> {});
    }

    /**
     * Mean and covariance of the feature vectors.
     *
     * @param manager parent of all working memory
     * @param partial where what there is already is kept
     * @param progress told the number of images done
     * @throws IllegalArgumentException if the network does not take the images, or makes a number of one that is not finite
     * @throws IOException if an image cannot be read, or the sums cannot be kept
     */
    public Moments.Gaussian moments(NDManager manager, PartialSums partial, LongConsumer progress) throws IOException {
        return gather("moments", new Moments(features.size()), Moments::of, manager, partial, progress).gaussian();
    }

    /** Sums the feature vectors of some images, anywhere. */
    @FunctionalInterface
    public interface Summing {
        /**
         * @param some numbers of the images
         * @throws IOException if an image cannot be read
         */
        Moments of(int[] some) throws IOException;
    }

    /**
     * {@link #moments(NDManager, PartialSums, LongConsumer)}, summed elsewhere: the same up to the rounding of
     * {@link Moments#merge} if {@code every} and the batches there are multiples of this batch.
     *
     * @param summing sums
     * @param every images that are summed at a time; what is there is kept after each
     */
    public Moments.Gaussian moments(Summing summing, int every, PartialSums partial, LongConsumer progress) throws IOException {
        Map<String, String> recipe = recipe("moments");
        Moments gathered = partial.read(recipe).map(stored -> Moments.of(stored::get))
                .orElseGet(() -> new Moments(features.size()));
        while (gathered.count() < chosen.length) {
            int from = (int) gathered.count();
            gathered.merge(summing.of(Arrays.copyOfRange(chosen, from, Math.min(from + every, chosen.length))));
            progress.accept(gathered.count());
            partial.write(recipe, gathered.arrays());
        }
        return gathered.gaussian();
    }

    /** The feature vectors themselves; see {@link #moments(NDManager, PartialSums, LongConsumer)}. */
    public FeatureSet vectors(NDManager manager, PartialSums partial, LongConsumer progress) throws IOException {
        return gather("vectors", new FeatureSet(features.size(), chosen.length), FeatureSet::of, manager, partial, progress);
    }

    private <T extends Gathering> T gather(String kind, T empty, Function<Function<String, NpyArray>, T> stored,
            NDManager manager, PartialSums partial, LongConsumer progress) throws IOException {
        Map<String, String> recipe = recipe(kind);
        Optional<Map<String, NpyArray>> before = partial.read(recipe);
        T gathered = before.isPresent() ? stored.apply(before.get()::get) : empty;
        try {
            BatchLoop.over((int) gathered.count(), chosen.length, batch, (from, to) -> {
                gathered.add(vectors(manager, Arrays.copyOfRange(chosen, from, to)));
                progress.accept(to);
                if (to == chosen.length || to / partial.every() > from / partial.every()) {
                    partial.write(recipe, gathered.arrays());
                }
            });
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(images.source() + ": " + e.getMessage(), e);
        }
        return gathered;
    }

    /** What the sums depend on. */
    private Map<String, String> recipe(String kind) throws IOException {
        Map<String, String> recipe = new LinkedHashMap<>();
        recipe.put("what", kind);
        recipe.put("features", features.network());
        recipe.put("features sha256", features.sha256());
        recipe.put("preprocessing", features.preprocessing());
        recipe.put("images sha256", images.sha256());
        recipe.put("size", images.width() + "x" + images.height());
        recipe.put("chosen sha256", Hashes.sha256(Arrays.toString(chosen).getBytes(StandardCharsets.US_ASCII)));
        return recipe;
    }

    private float[] vectors(NDManager manager, int[] some) throws IOException {
        return vectors(features, manager, images.pixels(some), images.height(), images.width());
    }

    /**
     * Feature vectors of a batch of images.
     *
     * @param manager parent of all working memory
     * @param pixels samples [n, 3, height, width]
     */
    public static float[] vectors(Features features, NDManager manager, byte[] pixels, int height, int width) {
        try (NDManager scope = manager.newSubManager()) {
            Shape shape = new Shape(pixels.length / (3L * height * width), 3, height, width);
            return features.of(scope.create(ByteBuffer.wrap(pixels), shape, DataType.UINT8)).toFloatArray();
        }
    }
}
