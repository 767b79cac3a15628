package s4s.sampling;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import ai.djl.training.GradientCollector;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * Vector-Jacobian products by the engine: one graph, any cotangent. The engine's own interface only differentiates sums, and
 * allows one open collector in a process. Threads that need it queue here; it is open just while a graph is made.
 */
public final class Backpropagation {

    /** Held while this program has the engine's collector open. */
    private static final ReentrantLock COLLECTOR = new ReentrantLock(true);

    private Backpropagation() {}

    /**
     * Computes something whose graph can be gone through backwards.
     *
     * @param function array operations
     * @param leaves arrays of the function that gradients are wanted for; not the result of other operations
     * @throws IllegalStateException as {@link #collect}
     */
    public static <T> T record(Supplier<T> function, NDArray... leaves) {
        for (NDArray leaf : leaves) {
            leaf.setRequiresGradient(true);
        }
        return collect(collector -> function.get());
    }

    /**
     * Works under the engine's gradient collector, after the threads that asked for it before.
     *
     * @throws IllegalStateException if the collector is open elsewhere in this process, or on this thread
     */
    public static <T> T collect(Function<GradientCollector, T> work) {
        COLLECTOR.lock();
        try (GradientCollector collector = open()) {
            return work.apply(collector);
        } finally {
            COLLECTOR.unlock();
        }
    }

    private static GradientCollector open() {
        Engine engine = Engine.getInstance();
        boolean before = JniUtils.isGradMode();
        try {
            return engine.newGradientCollector();
        } catch (IllegalStateException e) {
            JniUtils.setGradMode(before);                        // the engine has switched it on already
            throw new IllegalStateException("The engine's gradient collector, of which a process has one, is open outside of"
                    + " s4s: close it before solvers are learned or networks trained.", e);
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
