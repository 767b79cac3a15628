package s4s.schedule;

import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/**
 * Time grids: N + 1 strictly decreasing noise levels for N steps. The end points are exact.
 *
 * @see GridType the named grids
 */
public final class Grids {

    private Grids() {}

    /**
     * A list of one's own.
     *
     * @param sigmas at least two noise levels, strictly decreasing, the last one at least 0
     * @return a checked copy
     * @throws IllegalArgumentException if the list is not a grid; the message says where
     */
    public static double[] of(double... sigmas) {
        if (sigmas.length < 2) {
            throw new IllegalArgumentException("A grid needs at least two noise levels, got " + sigmas.length + ".");
        }
        for (int i = 0; i < sigmas.length; i++) {
            if (!(Double.isFinite(sigmas[i]) && sigmas[i] >= 0)) {
                throw new IllegalArgumentException("Noise levels are finite and not negative; number " + i + " is " + sigmas[i] + ".");
            }
            if (i > 0 && sigmas[i] >= sigmas[i - 1]) {
                throw new IllegalArgumentException("Noise levels must decrease strictly; number " + i + " (" + sigmas[i]
                        + ") follows " + sigmas[i - 1] + ".");
            }
        }
        return sigmas.clone();
    }

    /**
     * Uniform in log SNR: {@code sigma_i = from^(1 - i/N) to^(i/N)}.
     *
     * @param from highest noise level
     * @param to lowest noise level, positive
     * @param steps N, at least 1
     */
    public static double[] logSnr(double from, double to, int steps) {
        requireRange(from, to);
        return spaced(Math.log(from), Math.log(to), steps, from, to, Math::exp);
    }

    /**
     * Uniform in the rho-th root: {@code v_i = (from^(1/rho) + i/N (to^(1/rho) - from^(1/rho)))^rho}. With rho = 7 on noise
     * levels it is the grid of <a href="https://arxiv.org/abs/2206.00364">Karras et al. 2022, equation 5</a>.
     *
     * @param from first value
     * @param to last value, positive and below {@code from}
     * @param rho exponent, positive; 1 is uniform, 2 quadratic
     * @param steps N, at least 1
     * @return N + 1 values, noise levels or times
     */
    public static double[] polynomial(double from, double to, double rho, int steps) {
        requireRange(from, to);
        return spaced(Math.pow(from, 1 / rho), Math.pow(to, 1 / rho), steps, from, to, v -> Math.pow(v, rho));
    }

    /**
     * LD3's quadratic grid, {@code v_i = to + (from - to) (1 - i/N)^2}; not the same as {@link #polynomial} with rho = 2.
     *
     * @param from first value
     * @param to last value, positive and below {@code from}
     * @param steps N, at least 1
     * @return N + 1 values, noise levels or times
     * @see <a href="https://arxiv.org/abs/2405.15506">Tong et al. 2025</a>
     */
    public static double[] shiftedQuadratic(double from, double to, int steps) {
        requireRange(from, to);
        return spaced(1, 0, steps, from, to, v -> to + (from - to) * v * v);
    }

    private static double[] spaced(double first, double last, int steps, double from, double to, DoubleUnaryOperator value) {
        if (steps < 1) {
            throw new IllegalArgumentException("A grid needs at least one step, got " + steps + ".");
        }
        double[] grid = IntStream.rangeClosed(0, steps)
                .mapToDouble(i -> value.applyAsDouble(first + (last - first) * i / steps)).toArray();
        grid[0] = from;
        grid[steps] = to;
        return of(grid);
    }

    static void requireRange(double from, double to) {
        if (!(to > 0 && from > to && from < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException(
                    "A noise range runs from a finite level down to a lower, positive one, not from " + from + " to " + to + ".");
        }
    }
}
