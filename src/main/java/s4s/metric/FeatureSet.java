package s4s.metric;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Function;
import s4s.io.BadFileException;
import s4s.io.NpyArray;
import s4s.io.Npz;

/**
 * Feature vectors of a set of images, all in memory: what distances need that know more than two moments. Stored as an npz
 * with {@code features}, float32 [n, d], and what they are of.
 */
public final class FeatureSet implements Gathering {
    private final int size;
    private float[] values;
    private int count;

    /**
     * No vectors yet.
     *
     * @param size length d of a vector
     * @param expected how many there will be
     * @throws IllegalArgumentException if they do not fit into one array
     */
    public FeatureSet(int size, int expected) {
        if (size < 1 || (long) size * expected > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(expected + " vectors of " + size + " numbers do not fit into one array;"
                    + " take fewer images");
        }
        this.size = size;
        this.values = new float[size * expected];
    }

    /**
     * Takes over vectors.
     *
     * @throws IllegalArgumentException if they are no whole vectors, or a number is not finite
     */
    public FeatureSet(float[] values, int size) {
        this.size = size;
        this.values = values;
        this.count = FeatureSets.count(values, size, 1);
    }

    @Override
    public void add(float[] vectors) {
        int added = vectors.length == 0 ? 0 : FeatureSets.count(vectors, size, 1);
        if (size * (count + added) > values.length) {
            values = Arrays.copyOf(values, size * (count + added));
        }
        System.arraycopy(vectors, 0, values, size * count, vectors.length);
        count += added;
    }

    @Override
    public long count() {
        return count;
    }

    /** Length of a vector. */
    public int size() {
        return size;
    }

    /** The vectors, one after another. Without a copy: read, do not write. */
    public float[] values() {
        values = values.length == size * count ? values : Arrays.copyOf(values, size * count);
        return values;
    }

    /** The vectors of these numbers, in this order; one may be there several times. */
    public FeatureSet some(int[] numbers) {
        return new FeatureSet(FeatureSets.rows(values, size, numbers), size);
    }

    /** Their moments. */
    public Moments.Gaussian moments() {
        Moments moments = new Moments(size);
        moments.add(values());
        return moments.gaussian();
    }

    @Override
    public Map<String, NpyArray> arrays() {
        return Map.of("features", NpyArray.of(values(), count, size));
    }

    /**
     * @param arrays finds what {@link #arrays} gave
     * @throws IllegalArgumentException if it is not [n, d]
     */
    static FeatureSet of(Function<String, NpyArray> arrays) {
        NpyArray features = arrays.apply("features");
        if (features.shape().length != 2 || features.size() == 0) {
            throw new IllegalArgumentException("features are " + features + ", not float32 [n, d]");
        }
        return new FeatureSet(features.floats(), (int) features.shape()[1]);
    }

    /**
     * Writes the vectors.
     *
     * @param about what they are of
     */
    public void write(Path npz, Reference.About about) throws IOException {
        Map<String, NpyArray> arrays = new LinkedHashMap<>(arrays());
        arrays.put("about", NpyArray.of(about.texts()));
        Npz.write(npz, arrays);
    }

    /** Vectors and what they are of. */
    public record Stored(FeatureSet vectors, Reference.About about) {}

    /**
     * Reads {@code features} of an npz; whose they are is unknown where the file does not say.
     *
     * @throws BadFileException if the file holds no such array, or a number that is not finite
     */
    public static Stored read(Path npz) throws IOException {
        try (Npz in = Npz.open(npz)) {
            NpyArray features = in.get("features");
            return new Stored(of(name -> features), Reference.About.of(in));
        } catch (IllegalArgumentException e) {
            throw new BadFileException("array 'features' in " + npz + ": " + e.getMessage(), e);
        }
    }
}
