package s4s.grid;

import java.util.Arrays;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import s4s.schedule.LevelRange;

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
        LevelRange.requireFalling(from, to);
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
        LevelRange.requireFalling(from, to);
        requireExponent(rho);
        return spaced(Math.pow(from, 1 / rho), Math.pow(to, 1 / rho), steps, from, to, v -> Math.pow(v, rho));
    }

    /**
     * A power of the index: {@code v_i = to + (from - to) (1 - i/N)^rho}; not the same as {@link #polynomial}, except for
     * rho = 1. LD3's quadratic grid has rho = 2.
     *
     * @param from first value
     * @param to last value, positive and below {@code from}
     * @param rho exponent, positive
     * @param steps N, at least 1
     * @return N + 1 values, noise levels or times
     * @see <a href="https://arxiv.org/abs/2405.15506">Tong et al. 2025</a>
     */
    public static double[] power(double from, double to, double rho, int steps) {
        LevelRange.requireFalling(from, to);
        requireExponent(rho);
        return spaced(1, 0, steps, from, to, v -> to + (from - to) * Math.pow(v, rho));
    }

    /**
     * Points between those of another grid, by interpolation of {@code log(sigma)} over the index, as the authors of AYS make
     * schedules of any length from those of ten steps.
     *
     * @param sigmas a grid of positive noise levels
     * @param steps N, at least 1
     * @return N + 1 noise levels with the same ends
     * @see <a href="https://arxiv.org/abs/2404.14507">Sabour et al. 2024</a>
     */
    public static double[] logLinear(double[] sigmas, int steps) {
        int last = sigmas.length - 1;
        return spaced(0, last, steps, sigmas[0], sigmas[last], position -> {
            int i = Math.min((int) position, last - 1);
            double fraction = position - i;
            return Math.exp((1 - fraction) * Math.log(sigmas[i]) + fraction * Math.log(sigmas[i + 1]));
        });
    }

    /**
     * GAS's times from free parameters, by breaking a stick: {@code mu_j = e + (1 - 2e) / (1 + exp(-theta_j))},
     * {@code e = 1e-5}; {@code u_j = 1 - mu_1 ... mu_j}; the times are
     * {@code 1 > t0 + (1 - t0) u_{N-1} > ... > t0 + (1 - t0) u_1 > t0}.
     *
     * @param t0 last time, in (0, 1)
     * @param theta N - 1 parameters; {@code log(N - j)}, j = 1..N-1, gives nearly equal steps
     * @return N + 1 times
     * @see <a href="https://arxiv.org/abs/2510.17699">Oganov et al. 2025</a>
     */
    public static double[] stickBreaking(double t0, double... theta) {
        LevelRange.requireFalling(1, t0);
        double[] times = new double[theta.length + 2];
        times[0] = 1;
        times[theta.length + 1] = t0;
        double left = 1;
        for (int j = 0; j < theta.length; j++) {
            left *= 1e-5 + (1 - 2e-5) / (1 + Math.exp(-theta[j]));
            times[theta.length - j] = t0 + (1 - t0) * (1 - left);
        }
        return of(times);
    }

    /**
     * A grid moved onto the nearest points that divide its range of log SNR into equal cells, as DPM-Solver-v3 does with the
     * cells of its statistics.
     *
     * @param sigmas a grid of positive noise levels
     * @param cells number of cells, 1200 in the published code
     * @return as many noise levels
     * @throws IllegalArgumentException if two levels fall on the same point
     * @see <a href="https://arxiv.org/abs/2310.13268">Zheng et al. 2023</a>
     */
    public static double[] snapped(double[] sigmas, int cells) {
        double[] fine = logSnr(sigmas[0], sigmas[sigmas.length - 1], cells);
        double range = Math.log(fine[0] / fine[cells]);
        return of(Arrays.stream(sigmas)
                .map(sigma -> fine[(int) Math.rint(cells * Math.log(fine[0] / sigma) / range)]).toArray());
    }

    private static double[] spaced(double first, double last, int steps, double from, double to, DoubleUnaryOperator value) {
        requireSteps(steps);
        double[] grid = IntStream.rangeClosed(0, steps)
                .mapToDouble(i -> value.applyAsDouble(first + (last - first) * i / steps)).toArray();
        grid[0] = from;
        grid[steps] = to;
        return of(grid);
    }

    static void requireSteps(int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException("A grid needs at least one step, got " + steps + ".");
        }
    }

    static void requireExponent(double rho) {
        if (!(rho > 0 && rho < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The exponent of a polynomial grid is positive and finite, not " + rho + ".");
        }
    }
}
