package s4s.solver;

/** Whether a multistep method lowers its order towards the end: to order k for the last k steps. */
public enum LowerOrderFinal {
    /** Always, as LD3, diff-sampler and UniPC do. */
    ALWAYS,
    /** On grids of fewer than ten steps, the official DPM-Solver's rule. */
    BELOW_10,
    /** Never. */
    NEVER;

    /**
     * The order of one step.
     *
     * @param order order of the method
     * @param i step, 0..steps-1; step i starts up with order i + 1 until {@code order} is reached
     * @param steps number of steps
     */
    public int orderOf(int order, int i, int steps) {
        boolean lower = this == ALWAYS || this == BELOW_10 && steps < 10;
        if (i + 1 < order) {
            return i + 1;
        }
        return lower ? Math.min(order, steps - i) : order;
    }
}
