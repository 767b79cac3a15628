package s4s.learn;

import java.util.Arrays;
import java.util.Map;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.CholeskyDecomposition;
import org.apache.commons.math3.linear.NonPositiveDefiniteMatrixException;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;

/**
 * Gauss-Newton steps on batches, damped by their length. With the gradient {@code g} and the estimated Gauss-Newton matrix
 * {@code H} of the batch,
 *
 * <pre>
 *   (H + mu diag H) d = -g,     theta += s d
 * </pre>
 *
 * where the length {@code s} in (0, 1] shrinks, and after some tries {@code mu} grows as well, until the batch's loss falls by a
 * part of what the quadratic model promises, or no more than rounding is promised; {@code s} grows again after steps that keep
 * the promise. All is relative to {@code H} and the loss: the units of the distance do not matter. Shortening the step, unlike a large {@code mu}, does not care how the parameters
 * are scaled or how strongly they hang together: the weights of a noise-form solver must sum to nearly 1 or noise is left over,
 * a valley that damping by the diagonal cannot follow. {@code mu} only guards against a singular matrix. {@code H} is averaged
 * over steps where one batch is small for the number of parameters.
 *
 * @see <a href="https://epubs.siam.org/doi/10.1137/0111030">Marquardt 1963</a>
 */
public final class GaussNewton implements Optimizer {

    private static final int TRIES = 5;
    private static final double ROUNDING = 1e-7;                 // of a loss in float32
    private static final double LEAST_GUARD = 1e-6;
    private static final double LARGEST_GUARD = 0.1;

    private double guard;
    private double length = 1;
    private double weight;
    private double[][] average = {};

    /** @param guard the first {@code mu}, positive */
    public GaussNewton(double guard) {
        if (!(guard > 0)) {
            throw new IllegalArgumentException("The guard must be positive, not " + guard + ".");
        }
        this.guard = guard;
    }

    @Override
    public double[] step(double[] theta, Block[] blocks, Sample sample) {
        Linearization here = sample.linearize(true);
        Curvature curvature = here.curvature().orElseThrow();
        RealMatrix h = averaged(curvature, sample.size());
        RealVector g = new ArrayRealVector(here.gradient());
        RealVector d = direction(h, g);
        double first = length;
        double promised = Double.POSITIVE_INFINITY;
        for (int tries = 0; tries < TRIES || promised > ROUNDING * here.loss(); tries++) {
            boolean damps = tries > 0 && tries % (curvature.sampled() ? 2 : TRIES) == 0;
            if (damps) {
                guard *= 10;                                     // towards the gradient of unit curvature, which must fall
                d = direction(h, g);
            }
            if (tries > 0 && !(damps && curvature.sampled())) {
                length /= 3;
            }
            double[] candidate = new ArrayRealVector(theta).add(d.mapMultiply(length)).toArray();
            promised = -length * g.dotProduct(d) - 0.5 * length * length * d.dotProduct(h.operate(d));
            double ratio = (here.loss() - sample.loss(candidate)) / promised;
            if (ratio > 0.1) {
                length = tries >= TRIES ? 0.3 * first : ratio > 0.5 ? Math.min(1, 2 * length) : length;
                guard = Math.min(LARGEST_GUARD, guard);
                guard = tries > 0 && curvature.sampled() ? guard : Math.max(LEAST_GUARD, guard / 3);
                return candidate;
            }
        }
        length = 0.3;                                            // another batch, another direction
        guard = Math.min(LARGEST_GUARD, 10 * guard);
        return theta;
    }

    private RealVector direction(RealMatrix h, RealVector g) {
        double floor = Double.MIN_NORMAL + 1e-12 * h.getTrace() / g.getDimension();
        for (double mu = guard; ; mu *= 10) {
            RealMatrix guarded = h.copy();
            for (int i = 0; i < g.getDimension(); i++) {
                guarded.addToEntry(i, i, mu * h.getEntry(i, i) + floor);
            }
            try {
                return new CholeskyDecomposition(guarded, 1e-6, 0).getSolver().solve(g).mapMultiply(-1);
            } catch (NonPositiveDefiniteMatrixException e) {
                guard = mu;                                      // rounding; a larger guard is positive definite
            }
        }
    }

    /** The average over steps, unless this batch has many pairs for each parameter. */
    private RealMatrix averaged(Curvature now, int pairs) {
        double[][] h = now.matrix();
        double keep = Math.max(0, Math.min(0.85, 1 - pairs / (8.0 * h.length)));
        if (average.length == 0) {
            average = new double[h.length][h.length];
        }
        weight = keep * weight + (1 - keep);
        double[][] unbiased = new double[h.length][h.length];
        for (int i = 0; i < h.length; i++) {
            for (int j = 0; j < h.length; j++) {
                average[i][j] = keep * average[i][j] + (1 - keep) * (h[i][j] / now.unit());
                unbiased[i][j] = average[i][j] / weight * now.unit();
            }
        }
        return new Array2DRowRealMatrix(unbiased, false);
    }

    @Override
    public Map<String, double[]> state() {
        int size = average.length;
        double[] flat = new double[size * size];
        for (int i = 0; i < size; i++) {
            System.arraycopy(average[i], 0, flat, i * size, size);
        }
        return Map.of("damping", new double[] {guard, length, weight}, "average", flat);
    }

    @Override
    public void restore(Map<String, double[]> state) {
        guard = state.get("damping")[0];
        length = state.get("damping")[1];
        weight = state.get("damping")[2];
        double[] flat = state.get("average");
        int size = (int) Math.round(Math.sqrt(flat.length));
        average = new double[size][];
        for (int i = 0; i < size; i++) {
            average[i] = Arrays.copyOfRange(flat, i * size, (i + 1) * size);
        }
    }
}
