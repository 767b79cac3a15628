package s4s.sampling;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.random.MersenneTwister;

/**
 * The permutations of numpy's {@code RandomState}, by which FID and KID scripts choose images: equal seeds choose the
 * same.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/random/legacy.html">numpy.random.RandomState</a>
 */
public final class NumpyRandom {
    private final MersenneTwister twister;

    /** {@code numpy.random.RandomState(seed)}; the seed counts as unsigned. */
    public NumpyRandom(int seed) {
        twister = new MersenneTwister(seed);
    }

    /** {@code permutation(n)}: 0 to n - 1 in a random order. */
    public int[] permutation(int n) {
        int[] order = IntStream.range(0, n).toArray();
        for (int i = n - 1; i > 0; i--) {
            int j = upTo(i);
            int held = order[i];
            order[i] = order[j];
            order[j] = held;
        }
        return order;
    }

    /**
     * {@code choice(n, size, replace=False)}.
     *
     * @throws IllegalArgumentException if there are fewer than {@code size}
     */
    public int[] choice(int n, int size) {
        if (size < 0 || size > n) {
            throw new IllegalArgumentException("cannot choose " + size + " of " + n);
        }
        return Arrays.copyOf(permutation(n), size);
    }

    /** A number from 0 to {@code most}: the lowest bits that can hold it, drawn until they do. */
    private int upTo(int most) {
        int mask = most == 0 ? 0 : -1 >>> Integer.numberOfLeadingZeros(most);
        int value;
        do {
            value = twister.nextInt() & mask;
        } while (value > most);
        return value;
    }
}
