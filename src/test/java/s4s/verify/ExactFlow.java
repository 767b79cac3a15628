package s4s.verify;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.apache.commons.math3.exception.MathIllegalStateException;
import org.apache.commons.math3.ode.FirstOrderDifferentialEquations;
import org.apache.commons.math3.ode.nonstiff.DormandPrince853Integrator;
import s4s.model.GaussianMixture;

/**
 * The exact ODE of a mixture of Gaussians, {@code dy/dl = y - D(y, e^l)} with {@code l = log(sigma)}, solved to about 1e-12. The
 * denoiser is written a second time here, in plain numbers: solving with the library's own would hide an error in both.
 *
 * @param mixture the model
 * @param guided guidance
 */
record ExactFlow(Mixture mixture, Optional<Guided> guided) implements FirstOrderDifferentialEquations {

    private static final double TOLERANCE = 1e-13;

    /** The state at {@code to} of the solution through {@code y} at {@code from}, noise levels. */
    double[] solve(double[] y, double from, double to) {
        double end = Math.log(to);
        double[] result = new double[y.length];
        try {
            new DormandPrince853Integrator(1e-12, 1, TOLERANCE, TOLERANCE)
                    .integrate(this, Math.log(from), y, end, result);
        } catch (MathIllegalStateException e) {
            throw new IllegalArgumentException("the exact solution cannot be computed: " + e.getMessage(), e);
        }
        return result;
    }

    @Override
    public int getDimension() {
        return mixture.size();
    }

    @Override
    public void computeDerivatives(double l, double[] y, double[] slope) {
        double sigma = Math.exp(l);
        List<GaussianMixture.Component> all = mixture.components();
        double[] data = data(all, y, sigma);
        if (guided.isPresent()) {
            int[] kept = mixture.classes().get(guided.get().condition());
            if (kept == null) {
                throw new IllegalArgumentException("there is no class " + guided.get().condition());
            }
            double[] with = data(Arrays.stream(kept).mapToObj(all::get).toList(), y, sigma);
            for (int j = 0; j < y.length; j++) {
                data[j] += guided.get().scale() * (with[j] - data[j]);
            }
        }
        for (int j = 0; j < y.length; j++) {
            slope[j] = y[j] - data[j];
        }
    }

    private static double[] data(List<GaussianMixture.Component> components, double[] y, double sigma) {
        double[][] means = new double[components.size()][y.length];
        double[] logs = new double[components.size()];
        for (int k = 0; k < logs.length; k++) {
            GaussianMixture.Component c = components.get(k);
            double[] mean = c.mean();
            double[] deviation = c.deviation();
            logs[k] = Math.log(c.weight());
            for (int j = 0; j < y.length; j++) {
                double own = deviation[j] * deviation[j];
                double variance = own + sigma * sigma;
                double gap = y[j] - mean[j];
                logs[k] -= 0.5 * (Math.log(variance) + gap * gap / variance);
                means[k][j] = mean[j] + own * gap / variance;
            }
        }
        double largest = Arrays.stream(logs).max().orElseThrow();
        double total = 0;
        double[] data = new double[y.length];
        for (int k = 0; k < logs.length; k++) {
            double odds = Math.exp(logs[k] - largest);
            total += odds;
            for (int j = 0; j < y.length; j++) {
                data[j] += odds * means[k][j];
            }
        }
        for (int j = 0; j < y.length; j++) {
            data[j] /= total;
        }
        return data;
    }
}
