package s4s.learn;

import java.util.Arrays;
import java.util.Map;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.ArrayRealVector;
import org.apache.commons.math3.linear.LUDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import org.apache.commons.math3.linear.RealVector;
import org.apache.commons.math3.linear.SingularMatrixException;

/**
 * Levenberg and Marquardt's damped Gauss-Newton steps on batches. With the gradient {@code g} and the estimated Gauss-Newton
 * matrix {@code H} of the batch,
 *
 * <pre>
 *   (H + mu (diag H + eps)) d = -g
 * </pre>
 *
 * and the step is taken if the batch's loss falls by a part of what the quadratic model promises; the damping {@code mu} goes down
 * after good steps and up after bad ones. The problem has some dozen parameters whose effects differ by orders of magnitude,
 * which this scales away. {@code H} is averaged over steps where a batch alone would be too small for the number of parameters.
 *
 * @see <a href="https://epubs.siam.org/doi/10.1137/0111030">Marquardt 1963</a>
 */
public final class GaussNewton implements Optimizer {

    private static final int TRIES = 5;
    private static final double FLOOR = 1e-6;

    private double damping;
    private double weight;
    private double[][] average = {};

    /** @param damping the first {@code mu}, positive; 0.01 trusts the model at once */
    public GaussNewton(double damping) {
        if (!(damping > 0)) {
            throw new IllegalArgumentException("The damping must be positive, not " + damping + ".");
        }
        this.damping = damping;
    }

    @Override
    public double[] step(double[] theta, Block[] blocks, Sample sample) {
        Linearization here = sample.linearize(true);
        RealMatrix h = averaged(here.curvature().orElseThrow(), sample.size());
        RealVector g = new ArrayRealVector(here.gradient());
        double floor = FLOOR * Math.max(h.getTrace() / theta.length, Double.MIN_NORMAL);
        for (int attempt = 0; attempt < TRIES; attempt++) {
            RealMatrix damped = h.copy();
            for (int i = 0; i < theta.length; i++) {
                damped.addToEntry(i, i, damping * (h.getEntry(i, i) + floor) + floor);
            }
            RealVector d;
            try {
                d = new LUDecomposition(damped).getSolver().solve(g).mapMultiply(-1);
            } catch (SingularMatrixException e) {
                damping *= 4;
                continue;
            }
            double[] candidate = new ArrayRealVector(theta).add(d).toArray();
            double promised = -(g.dotProduct(d) + 0.5 * d.dotProduct(h.operate(d)));
            double ratio = (here.loss() - sample.loss(candidate)) / promised;
            if (ratio > 0.1) {
                damping = Math.max(1e-6, damping * (ratio > 0.75 ? 1 / 3.0 : ratio < 0.25 ? 2 : 1));
                return candidate;
            }
            damping *= 4;
        }
        damping = Math.min(damping, 1);                      // another batch, another try
        return theta;
    }

    /** The average over steps, unless this batch has several pairs for each parameter. */
    private RealMatrix averaged(double[][] h, int pairs) {
        double keep = Math.max(0, Math.min(0.8, 1 - pairs / (4.0 * h.length)));
        if (average.length == 0) {
            average = new double[h.length][h.length];
        }
        weight = keep * weight + (1 - keep);
        double[][] unbiased = new double[h.length][h.length];
        for (int i = 0; i < h.length; i++) {
            for (int j = 0; j < h.length; j++) {
                average[i][j] = keep * average[i][j] + (1 - keep) * h[i][j];
                unbiased[i][j] = average[i][j] / weight;
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
        return Map.of("damping", new double[] {damping, weight}, "average", flat);
    }

    @Override
    public void restore(Map<String, double[]> state) {
        damping = state.get("damping")[0];
        weight = state.get("damping")[1];
        double[] flat = state.get("average");
        int size = (int) Math.round(Math.sqrt(flat.length));
        average = new double[size][];
        for (int i = 0; i < size; i++) {
            average[i] = Arrays.copyOfRange(flat, i * size, (i + 1) * size);
        }
    }
}
