package s4s.model.mini;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import s4s.io.NpyArray;

/**
 * A network's numbers by name, in a fixed order. A network is a pure function of its weights and
 * its input, so that training, averaging and sampling share one forward pass.
 *
 * <p>The arrays belong to the manager that made them; this object owns nothing.
 */
public final class Weights {
    private final Map<String, NDArray> arrays;

    private Weights(Map<String, NDArray> arrays) {
        this.arrays = Collections.unmodifiableMap(new LinkedHashMap<>(arrays));
    }

    /** Weights held by {@code arrays}, in its order. */
    public static Weights of(Map<String, NDArray> arrays) {
        return new Weights(arrays);
    }

    /** The array called {@code name}. */
    public NDArray get(String name) {
        NDArray array = arrays.get(name);
        if (array == null) {
            throw new IllegalArgumentException("the network has no weight called '" + name + "'");
        }
        return array;
    }

    /** All arrays by name. */
    public Map<String, NDArray> arrays() {
        return arrays;
    }

    /** Number of scalars. */
    public long size() {
        return arrays.values().stream().mapToLong(NDArray::size).sum();
    }

    /** Same shapes, all zero, attached to {@code manager}. */
    public Weights zeros(NDManager manager) {
        Map<String, NDArray> copy = new LinkedHashMap<>();
        arrays.forEach((name, a) -> copy.put(name, manager.zeros(a.getShape(), a.getDataType())));
        return new Weights(copy);
    }

    /** An independent copy attached to {@code manager}. */
    public Weights copy(NDManager manager) {
        return fromNpy(manager, toNpy());
    }

    /** The numbers as float32 npy arrays. */
    public Map<String, NpyArray> toNpy() {
        Map<String, NpyArray> out = new LinkedHashMap<>();
        arrays.forEach((name, a) -> out.put(name, NpyArray.of(a.toFloatArray(), a.getShape().getShape())));
        return out;
    }

    /** Weights from npy arrays, as float32 attached to {@code manager}. */
    public static Weights fromNpy(NDManager manager, Map<String, NpyArray> arrays) {
        Map<String, NDArray> out = new LinkedHashMap<>();
        arrays.forEach((name, a) -> out.put(name,
                manager.create(a.floats(), new Shape(a.shape())).toType(DataType.FLOAT32, false)));
        return new Weights(out);
    }

    /** Refuses weights whose names or shapes are not those of {@code expected}, naming the first odd one. */
    public void requireLike(Map<String, Shape> expected, String source) {
        expected.forEach((name, shape) -> {
            NDArray a = arrays.get(name);
            if (a == null) {
                throw new IllegalArgumentException(source + " lacks the weight '" + name
                        + "': the file is of another architecture than its card says");
            }
            if (!a.getShape().equals(shape)) {
                throw new IllegalArgumentException(source + ": weight '" + name + "' has shape "
                        + a.getShape() + ", the architecture needs " + shape);
            }
        });
        if (arrays.size() != expected.size()) {
            throw new IllegalArgumentException(source + " has " + arrays.size() + " weights, the architecture "
                    + expected.size());
        }
    }
}
