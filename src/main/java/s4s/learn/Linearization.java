package s4s.learn;

import java.util.Arrays;
import java.util.Optional;

/**
 * An objective around some parameters, on some pairs: the mean of their distances.
 *
 * @param losses the distance of each pair
 * @param gradients of each pair's distance, shape [pairs][parameters]
 * @param curvature the Gauss-Newton matrix of the mean, an estimate; empty where it was not asked for
 * @param noise gradient of each pair's own distance with respect to its starting noise, shape [pairs][elements]
 */
record Linearization(double[] losses, double[][] gradients, Optional<Curvature> curvature, double[][] noise) {

    /** The mean distance. */
    double loss() {
        return mean(losses);
    }

    /** The gradient of the mean, by parameter. */
    double[] gradient() {
        double[] sum = new double[gradients[0].length];
        for (double[] pair : gradients) {
            for (int p = 0; p < sum.length; p++) {
                sum[p] += 1.0 / gradients.length * pair[p];
            }
        }
        return sum;
    }

    /**
     * The gradient in units of what the choice of pairs makes of it, {@code (mean_p n gbar_p^2 / var_p)^(1/2)} with the variance
     * between the pairs: about 1 where the expected gradient is 0, whatever the units of distance and parameters. 0 for a
     * gradient of 0.
     */
    double significance() {
        double[] mean = gradient();
        double sum = 0;
        for (int k = 0; k < mean.length; k++) {
            int p = k;
            double squares = Arrays.stream(gradients).mapToDouble(g -> (g[p] - mean[p]) * (g[p] - mean[p])).sum();
            sum += mean[p] == 0 ? 0 : mean[p] * mean[p] * gradients.length * (gradients.length - 1) / squares;
        }
        return Math.sqrt(sum / mean.length);
    }

    static double mean(double[] losses) {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum / losses.length;
    }
}
