package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import s4s.model.mini.Weights;

/** Numbers for tests of networks: not random, none of them zero. */
public final class Ramps {

    private Ramps() {}

    /** sin of multiples of {@code frequency}. */
    public static NDArray ramp(NDManager manager, Shape shape, double frequency) {
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) Math.sin(frequency * (i + 1));
        }
        return manager.create(values, shape);
    }

    /** Every weight filled, so that no branch is zero. */
    public static Weights full(NDManager manager, Map<String, Shape> shapes) {
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> arrays.put(name, ramp(manager, shape, 0.7 + 0.01 * arrays.size()).mul(0.2f)));
        return Weights.of(arrays);
    }
}
