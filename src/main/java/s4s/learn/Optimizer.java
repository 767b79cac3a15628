package s4s.learn;

import java.util.Map;

/** A rule that makes parameters better, one step at a time. It holds the state of one run. */
public interface Optimizer {

    /** The objective on the pairs of one step. */
    interface Sample {
        /** Distances and gradient at the step's parameters, with the curvature if asked for. */
        Linearization linearize(boolean curvature);

        /** The mean distance at other parameters, infinite where they give no finite samples. */
        double loss(double[] theta);

        /** Number of pairs. */
        int size();
    }

    /**
     * One step.
     *
     * @param theta current parameters
     * @param blocks what kind of parameter each is
     * @param sample the objective there
     * @return new parameters
     */
    double[] step(double[] theta, Block[] blocks, Sample sample);

    /** Everything that a later run needs to go on, by name. */
    Map<String, double[]> state();

    /** Takes up a {@link #state}. */
    void restore(Map<String, double[]> state);
}
