package s4s.metric;

/** What distances between sets of feature vectors demand of them. */
final class FeatureSets {

    private FeatureSets() {}

    /**
     * The number of vectors.
     *
     * @throws IllegalArgumentException if there are fewer than {@code least}, no whole vectors, or a number is not finite
     */
    static int count(float[] vectors, int size, int least) {
        if (size < 1 || vectors.length % size != 0) {
            throw new IllegalArgumentException(vectors.length + " numbers are no whole vectors of " + size);
        }
        int count = vectors.length / size;
        if (count < least) {
            throw new IllegalArgumentException("the distance needs at least " + least + " vectors in a set, there are " + count);
        }
        for (int i = 0; i < vectors.length; i++) {
            if (!Float.isFinite(vectors[i])) {
                throw new IllegalArgumentException("feature " + i % size + " of vector " + i / size + " is " + vectors[i]);
            }
        }
        return count;
    }

    /** The vectors of these numbers, in this order; one may be there several times. */
    static float[] rows(float[] vectors, int size, int[] chosen) {
        float[] rows = new float[chosen.length * size];
        for (int i = 0; i < chosen.length; i++) {
            System.arraycopy(vectors, chosen[i] * size, rows, i * size, size);
        }
        return rows;
    }
}
