package s4s.solver;

import java.util.Arrays;

/**
 * One node {@code k} of a {@link Solver}: where it lies and how its state is made from earlier ones,
 * {@code y_k = sum_i states[i] y_i + sum_i outputs[i] f_i}.
 *
 * @param sigma noise level of the state
 * @param evaluateAt conditioning time, as a noise level, normally {@code sigma}; NaN: not evaluated here
 * @param states k weights of the earlier states
 * @param outputs k weights of the earlier outputs, zero where there is none
 */
public record Stage(double sigma, double evaluateAt, double[] states, double[] outputs) {

    public Stage {
        states = states.clone();
        outputs = outputs.clone();
    }

    /** Whether the network is evaluated at this node. */
    public boolean evaluated() {
        return !Double.isNaN(evaluateAt);
    }

    @Override
    public double[] states() {
        return states.clone();
    }

    @Override
    public double[] outputs() {
        return outputs.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Stage stage
                && Double.compare(sigma, stage.sigma) == 0
                && Double.compare(evaluateAt, stage.evaluateAt) == 0
                && Arrays.equals(states, stage.states)
                && Arrays.equals(outputs, stage.outputs);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(new int[] {
            Double.hashCode(sigma), Double.hashCode(evaluateAt), Arrays.hashCode(states), Arrays.hashCode(outputs)});
    }

    @Override
    public String toString() {
        return "Stage[sigma=" + sigma + (evaluated() ? ", evaluateAt=" + evaluateAt : "")
                + ", states=" + Arrays.toString(states) + ", outputs=" + Arrays.toString(outputs) + "]";
    }
}
