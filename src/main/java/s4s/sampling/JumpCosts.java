package s4s.sampling;

import java.util.Arrays;
import s4s.grid.Grids;

/**
 * What it costs a student to jump from one of a teacher's points to a later one.
 *
 * @param points the teacher's noise levels, strictly decreasing
 * @param cost {@code cost[i][j]} of the jump from point i to point j, used for {@code i < j}
 */
public record JumpCosts(double[] points, double[][] cost) {

    public JumpCosts {
        points = Grids.of(points);
        cost = copy(cost);
        int length = points.length;
        if (cost.length != length || Arrays.stream(cost).anyMatch(row -> row.length != length)) {
            throw new IllegalArgumentException("The costs of jumps between " + length + " points are " + length + " rows of "
                    + length + " numbers.");
        }
        if (Arrays.stream(cost).flatMapToDouble(Arrays::stream).anyMatch(c -> !Double.isFinite(c))) {
            throw new IllegalArgumentException("The costs of jumps must be finite.");
        }
    }

    /**
     * The cheapest path from the first point to the last. With {@code V_1(i) = cost(i, last)},
     *
     * <pre>
     *   V_k(i) = min_{j > i} cost(i, j) + coefficient V_{k-1}(j)
     * </pre>
     *
     * so a jump counts the more, for a coefficient above 1, the later it comes. Among equals the shortest jump is taken.
     *
     * @param steps N, from 1 to the number of the teacher's intervals
     * @param coefficient positive; the paper takes 1.15
     * @return N + 1 indices of points
     * @throws IllegalArgumentException if there are not as many intervals
     */
    public int[] path(int steps, double coefficient) {
        int last = points.length - 1;
        if (steps < 1 || steps > last) {
            throw new IllegalArgumentException("A path through " + points.length + " points takes 1 to " + last + " steps, not "
                    + steps + ".");
        }
        if (!(coefficient > 0 && coefficient < Double.POSITIVE_INFINITY)) {
            throw new IllegalArgumentException("The coefficient of GITS is positive and finite, not " + coefficient + ".");
        }
        double[] value = new double[points.length];
        for (int i = 0; i < last; i++) {
            value[i] = cost[i][last];
        }
        value[last] = Double.POSITIVE_INFINITY;
        int[][] next = new int[steps + 1][points.length];
        Arrays.fill(next[1], last);
        for (int k = 2; k <= steps; k++) {
            double[] longer = new double[points.length];
            Arrays.fill(longer, Double.POSITIVE_INFINITY);
            for (int i = 0; i < last; i++) {
                for (int j = i + 1; j < last; j++) {
                    double through = cost[i][j] + coefficient * value[j];
                    if (through < longer[i]) {
                        longer[i] = through;
                        next[k][i] = j;
                    }
                }
            }
            value = longer;
        }
        int[] path = new int[steps + 1];
        for (int k = 1; k <= steps; k++) {
            path[k] = next[steps - k + 1][path[k - 1]];
        }
        return path;
    }

    /** The noise levels of the cheapest path; see {@link #path}. */
    public double[] grid(int steps, double coefficient) {
        return Arrays.stream(path(steps, coefficient)).mapToDouble(i -> points[i]).toArray();
    }

    @Override
    public double[] points() {
        return points.clone();
    }

    @Override
    public double[][] cost() {
        return copy(cost);
    }

    private static double[][] copy(double[][] rows) {
        return Arrays.stream(rows).map(double[]::clone).toArray(double[][]::new);
    }
}
