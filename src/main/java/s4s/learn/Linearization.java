package s4s.learn;

import java.util.Optional;

/**
 * An objective around some parameters, on some pairs: the mean of their distances.
 *
 * @param losses the distance of each pair
 * @param gradient of the mean, by parameter
 * @param curvature the Gauss-Newton matrix of the mean, an unbiased estimate; empty where it was not asked for
 * @param noise gradient of each pair's own distance with respect to its starting noise, shape [pairs][elements]
 */
record Linearization(double[] losses, double[] gradient, Optional<double[][]> curvature, double[][] noise) {

    /** The mean distance. */
    double loss() {
        return mean(losses);
    }

    static double mean(double[] losses) {
        double sum = 0;
        for (double loss : losses) {
            sum += loss;
        }
        return sum / losses.length;
    }
}
