package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;

/**
 * Numbers in differentiable formulas. {@code x.mul(2)} of the engine's interface makes an array over a Java buffer and drops it
 * at once; a graph that needs the number again on its way back then reads memory that may be gone. These numbers, and copies of
 * arrays made from Java, are in memory of the engine's own, which lives as long as a graph needs it.
 */
public final class Constant {

    private Constant() {}

    /** A number of the type of {@code x}, in its manager. */
    public static NDArray like(NDArray x, double value) {
        try (NDArray shared = x.getManager().create(new double[] {value}, new Shape());
                NDArray own = shared.duplicate(); NDArray other = own.toType(x.getDataType(), false)) {
            return other.duplicate();
        }
    }
}
