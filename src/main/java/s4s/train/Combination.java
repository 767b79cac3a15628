package s4s.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import s4s.io.NpyArray;

/**
 * A linear combination of the weights of networks of one architecture that come from the same beginning,
 * \[ \theta = \sum_i c_i \theta_i,\quad \sum_i c_i = 1. \]
 * Equal positive coefficients average out what each run owes to its own noise; a negative one goes on in the direction in which
 * training has left that network.
 *
 * @see <a href="https://arxiv.org/abs/2404.02241">Liu et al. 2024</a>: combinations of saved checkpoints of diffusion models
 * @see <a href="https://arxiv.org/abs/2203.05482">Wortsman et al. 2022</a>: averages of fine-tuned networks
 */
public final class Combination {
    private static final double ROUNDING = 1e-9;

    private final Map<String, double[]> sums = new LinkedHashMap<>();
    private final Map<String, long[]> shapes = new LinkedHashMap<>();
    private final List<String> parts = new ArrayList<>();
    private double total;

    /**
     * Adds {@code coefficient} times a network, computed in float64.
     *
     * @param name what messages call it
     * @throws IllegalArgumentException if the coefficient is not finite, or names or shapes are not those of the first network
     */
    public void add(String name, Map<String, NpyArray> network, double coefficient) {
        if (!Double.isFinite(coefficient)) {
            throw new IllegalArgumentException("the coefficient of " + name + " is " + coefficient + ": give a number");
        }
        if (parts.isEmpty()) {
            network.forEach((key, array) -> {
                shapes.put(key, array.shape());
                sums.put(key, new double[array.size()]);
            });
        }
        if (!network.keySet().equals(shapes.keySet()) || shapes.entrySet().stream()
                .anyMatch(shape -> !Arrays.equals(shape.getValue(), network.get(shape.getKey()).shape()))) {
            throw new IllegalArgumentException(name + " has other weights than " + parts.get(0)
                    + ": only networks of one architecture can be combined");
        }
        sums.forEach((key, sum) -> {
            float[] values = network.get(key).floats();
            for (int i = 0; i < sum.length; i++) {
                sum[i] += coefficient * values[i];
            }
        });
        parts.add(name);
        total += coefficient;
    }

    /**
     * The combination, as float32.
     *
     * @throws IllegalArgumentException if the coefficients do not sum to 1
     */
    public Map<String, NpyArray> weights() {
        if (!(Math.abs(total - 1) < ROUNDING)) {
            throw new IllegalArgumentException("the coefficients of " + String.join(", ", parts) + " sum to " + total
                    + ", and must to 1");
        }
        Map<String, NpyArray> weights = new LinkedHashMap<>();
        sums.forEach((key, sum) -> {
            float[] values = new float[sum.length];
            for (int i = 0; i < sum.length; i++) {
                values[i] = (float) sum[i];
            }
            weights.put(key, NpyArray.of(values, shapes.get(key)));
        });
        return weights;
    }
}
