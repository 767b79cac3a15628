package s4s.solver;

/** What a network output, or a solver's {@code f}, means. Both are affine in each other: {@code data = y - sigma noise}. */
public enum Prediction {
    /** The noise {@code e} in {@code y = x_0 + sigma e}. */
    NOISE,
    /** The clean sample {@code D}. */
    DATA
}
