package s4s.run;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.function.Supplier;

/**
 * Vector-Jacobian products by the engine: one graph, any cotangent. The engine's own interface only differentiates sums, and
 * allows one open collector in a process; here a collector is open just while a graph is made.
 */
public final class Backpropagation {

    private Backpropagation() {}

    /**
     * Computes something whose graph can be gone through backwards.
     *
     * @param function array operations
     * @param leaves arrays of the function that gradients are wanted for; not the result of other operations
     */
    public static <T> T record(Supplier<T> function, NDArray... leaves) {
        for (NDArray leaf : leaves) {
            leaf.setRequiresGradient(true);
        }
        try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
            return function.get();
        }
    }

    /**
     * {@code J^T cotangent} for each leaf.
     *
     * @param output what was recorded
     * @param cotangent of the shape of the output
     * @param again whether the graph is kept for another call
     * @param scope manager of the result
     * @param leaves as they were recorded
     * @return float64, of the leaves' shapes
     */
    public static NDArray[] pullback(NDArray output, NDArray cotangent, boolean again, NDManager scope, NDArray... leaves) {
        NDArray[] gradients = new NDArray[leaves.length];
        try (NDManager step = scope.newSubManager()) {
            step.tempAttachAll(cotangent);
            NDArray seed = cotangent.toType(output.getDataType(), false);
            JniUtils.backward((PtNDArray) output, (PtNDArray) seed, again, false);
            for (int i = 0; i < leaves.length; i++) {
                try (NDArray gradient = leaves[i].getGradient()) {
                    gradients[i] = gradient.duplicate().toType(DataType.FLOAT64, false); // toType alone may share memory
                    gradients[i].attach(scope);
                    gradient.muli(0);                            // the next call would add to it
                }
            }
        }
        return gradients;
    }
}
