package s4s.grid;

import java.util.Arrays;
import org.apache.commons.math3.analysis.MultivariateFunction;
import org.apache.commons.math3.optim.InitialGuess;
import org.apache.commons.math3.optim.MaxEval;
import org.apache.commons.math3.optim.PointValuePair;
import org.apache.commons.math3.optim.SimpleBounds;
import org.apache.commons.math3.optim.nonlinear.scalar.GoalType;
import org.apache.commons.math3.optim.nonlinear.scalar.ObjectiveFunction;
import org.apache.commons.math3.optim.nonlinear.scalar.noderiv.CMAESOptimizer;
import org.apache.commons.math3.random.MersenneTwister;
import s4s.schedule.NoiseSchedule;

/**
 * DMN's grid: it minimises a bound on the error of a multistep method of order 3 in data prediction. With the nodes
 * {@code l_i = -log(sigma_i)} rising, {@code h = l_{s+1} - l_s}, {@code E_s = 1/sigma_s} and
 *
 * <pre>
 *   H0 = e^h - 1,   H1 = h e^h - H0,   H2 = h^2 e^h - 2 H1,   w_n = sigma_t^q / alpha_t at node n
 * </pre>
 *
 * step s weighs the network's error at the nodes that it uses by
 *
 * <pre>
 *   first and last:       the step's own term, |(E_{s+1} - E_s) w_s|
 *   second and next to last, a = l_s - l_{s-1}:
 *     J_{s-1} = -E_s H1 / a,    J_s = E_s (H1 + a H0) / a
 *   others, a = l_{s-1} - l_{s-2}, b = l_s - l_{s-1}:
 *     J_{s-2} = E_s (H2 + b H1) / (a (a + b)),    J_{s-1} = -E_s (H2 + (a + b) H1) / (a b)
 *     J_s     = E_s (H2 + (2b + a) H1 + b (a + b) H0) / (b (a + b))
 * </pre>
 *
 * and the bound is the sum of the steps' own terms and of {@code |sum_s w_n J_n|} over the nodes n. On grids of up to 7 steps,
 * the first three steps do not join that sum; the Euclidean norm of their {@code w_n J_n} is added instead. This is LD3's form.
 * On longer grids the errors of all steps may cancel in the sum, so its minimum has few steps at high noise and many at the
 * lowest; the published code's search stops far above that minimum, at grids that are more even.
 *
 * @param power q, 1 for networks trained as EDM on pixels, 2 for variance-preserving and latent ones
 * @see <a href="https://arxiv.org/abs/2402.17376">Xue et al. 2024</a>
 */
public record Dmn(int power) {

    private static final int SHORT = 7;
    private static final int SEPARATE = 3;
    private static final int SEED = 1;
    /** Widths of the search in log step sizes, one after the other. */
    private static final double[] WIDTHS = {0.5, 0.1};
    /** Steps may not be shorter than this share of the range. */
    private static final double SHORTEST = 1e-6;

    public Dmn {
        if (power != 1 && power != 2) {
            throw new IllegalArgumentException("The error weight of DMN has power 1 or 2, not " + power + ".");
        }
    }

    /** The usual weight of a schedule: power 1 where alpha is 1, else 2. */
    public static Dmn of(NoiseSchedule schedule) {
        return new Dmn(schedule.alpha(schedule.sigmaMax()) == 1 ? 1 : 2);
    }

    /**
     * The bound.
     *
     * @param sigmas positive noise levels, strictly decreasing
     * @return positive; the smaller the better
     */
    public double objective(double... sigmas) {
        return bound(Arrays.stream(Grids.of(sigmas)).map(sigma -> -Math.log(sigma)).toArray());
    }

    /**
     * The grid of the smallest bound found from the uniform grids in log SNR and in VP time. The same call gives the same grid.
     *
     * @param schedule whose VP time to start from
     * @param from first noise level
     * @param to last noise level, positive and below {@code from}
     * @param steps N, at least 1
     * @return N + 1 noise levels
     */
    public double[] levels(NoiseSchedule schedule, double from, double to, int steps) {
        double[] uniform = GridType.LOGSNR.levels(schedule, from, to, steps);
        if (steps == 1) {
            return uniform;
        }
        double[] best = search(uniform);
        double[] other = search(GridType.TIME_UNIFORM.levels(schedule, from, to, steps));
        return objective(other) < objective(best) ? other : best;
    }

    /** Evolution strategy on the logarithms of the steps: the bound has kinks, where gradients mislead. */
    private double[] search(double[] start) {
        int free = start.length - 2;
        double from = start[0];
        double to = start[start.length - 1];
        MultivariateFunction bound = theta -> {
            double[] lambda = lambda(theta, from, to);
            for (int i = 1; i < lambda.length; i++) {
                if (!(lambda[i] - lambda[i - 1] > SHORTEST * (lambda[lambda.length - 1] - lambda[0]))) {
                    return Double.MAX_VALUE;
                }
            }
            return bound(lambda);
        };
        double[] theta = new double[free];
        double last = Math.log(start[free] / to);
        for (int i = 0; i < free; i++) {
            theta[i] = Math.log(Math.log(start[i] / start[i + 1]) / last);
        }
        PointValuePair best = new PointValuePair(theta, bound.value(theta));
        for (double width : WIDTHS) {
            CMAESOptimizer search = new CMAESOptimizer(
                    1000, Double.NEGATIVE_INFINITY, true, 0, 0, new MersenneTwister(SEED), false, null);
            double[] widths = new double[free];
            Arrays.fill(widths, width);
            PointValuePair found = search.optimize(new MaxEval(1_000_000), new ObjectiveFunction(bound), GoalType.MINIMIZE,
                    SimpleBounds.unbounded(free), new InitialGuess(best.getPoint()), new CMAESOptimizer.Sigma(widths),
                    new CMAESOptimizer.PopulationSize(8 + (int) (3 * Math.log(free))));
            best = found.getValue() < best.getValue() ? found : best;
        }
        double[] sigmas = Arrays.stream(lambda(best.getPoint(), from, to)).map(l -> Math.exp(-l)).toArray();
        sigmas[0] = from;
        sigmas[sigmas.length - 1] = to;
        return Grids.of(sigmas);
    }

    /** Nodes whose steps are in the proportions {@code exp(theta_1) : ... : exp(theta_{N-1}) : 1}. */
    private static double[] lambda(double[] theta, double from, double to) {
        double sum = 1;
        for (double t : theta) {
            sum += Math.exp(t);
        }
        double[] lambda = new double[theta.length + 2];
        lambda[0] = -Math.log(from);
        lambda[theta.length + 1] = -Math.log(to);
        double unit = (lambda[theta.length + 1] - lambda[0]) / sum;
        for (int i = 0; i < theta.length; i++) {
            lambda[i + 1] = lambda[i] + unit * Math.exp(theta[i]);
        }
        return lambda;
    }

    private double bound(double[] l) {
        int steps = l.length - 1;
        int joined = steps <= SHORT ? SEPARATE : 0;
        double[] errors = Arrays.stream(l).map(this::errorWeight).toArray();
        double[] sums = new double[l.length];
        double own = 0;
        for (int s = 0; s < steps; s++) {
            double[] j = weights(l, s);
            double squares = 0;
            for (int k = 0; k < j.length; k++) {
                double weighted = j[k] * errors[s - k];
                squares += weighted * weighted;
                if (s >= joined && j.length > 1) {
                    sums[s - k] += weighted;
                }
            }
            own += s < joined || j.length == 1 ? Math.sqrt(squares) : 0;
        }
        return own + Arrays.stream(sums).map(Math::abs).sum();
    }

    /** {@code J_s, J_{s-1}, ...} of one step. */
    private static double[] weights(double[] l, int s) {
        int last = l.length - 2;
        double h = l[s + 1] - l[s];
        double e = Math.exp(l[s]);
        double h0 = Math.expm1(h);
        if (s == 0 || s == last) {
            return new double[] {e * h0};
        }
        double h1 = h * Math.exp(h) - h0;
        double b = l[s] - l[s - 1];
        if (s == 1 || s == last - 1) {
            return new double[] {e * (h1 + b * h0) / b, -e * h1 / b};
        }
        double h2 = h * h * Math.exp(h) - 2 * h1;
        double a = l[s - 1] - l[s - 2];
        return new double[] {
            e * (h2 + (2 * b + a) * h1 + b * (a + b) * h0) / (b * (a + b)),
            -e * (h2 + (a + b) * h1) / (a * b),
            e * (h2 + b * h1) / (a * (a + b))
        };
    }

    /** {@code sigma_t^q / alpha_t} of a variance-preserving network, whichever this one is. */
    private double errorWeight(double l) {
        double e = Math.exp(l);                              // sigma_t = 1 / sqrt(1 + e^2), alpha_t = e sigma_t
        return power == 1 ? 1 / e : 1 / (e * Math.sqrt(1 + e * e));
    }
}
