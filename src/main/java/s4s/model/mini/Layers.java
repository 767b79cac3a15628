package s4s.model.mini;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Activation;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.nn.pooling.Pool;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Predicate;

/**
 * The few layers our small networks consist of, reading their numbers from {@link Weights}.
 *
 * <p>Feature maps are stored channels-last, [B, H, W, C]: normalisation over channels and 1x1
 * convolutions are then plain row operations, and the 3x3 convolution kernels need no reordering
 * (a forward pass takes about three quarters of the time of channels-first on a CPU).
 */
record Layers(Weights weights) {
    private static final float EPSILON = 1e-5f;
    private static final Shape ONE = new Shape(1, 1);
    private static final Shape TWO = new Shape(2, 2);

    /** Declares a 3x3 convolution, weight [out, 3, 3, in]. */
    static void declareConv(Map<String, Shape> shapes, String name, int in, int out) {
        shapes.put(name + ".weight", new Shape(out, 3, 3, in));
        shapes.put(name + ".bias", new Shape(out));
    }

    /** Declares a linear map over channels, weight [out, in]. */
    static void declareLinear(Map<String, Shape> shapes, String name, int in, int out) {
        shapes.put(name + ".weight", new Shape(out, in));
        shapes.put(name + ".bias", new Shape(out));
    }

    /** Declares a {@link #residual} block. */
    static void declareResidual(Map<String, Shape> shapes, String name, int in, int out) {
        declareConv(shapes, name + ".conv1", in, out);
        declareConv(shapes, name + ".conv2", out, out);
        if (in != out) {
            declareLinear(shapes, name + ".skip", in, out);
        }
    }

    /**
     * Random start: uniform in +-1/sqrt(fan in) for weights and biases, the usual default for
     * convolutions; zero where {@code zero} says so.
     */
    static Weights initial(Map<String, Shape> shapes, Predicate<String> zero, NDManager manager, long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        shapes.forEach((name, shape) -> {
            Shape weight = shapes.get(name.replaceFirst("bias$", "weight"));
            double bound = 1 / Math.sqrt(weight.size() / (double) weight.get(0));
            float[] values = new float[Math.toIntExact(shape.size())];
            for (int i = 0; i < values.length; i++) {
                values[i] = zero.test(name) ? 0 : (float) random.nextDouble(-bound, bound);
            }
            arrays.put(name, manager.create(values, shape));
        });
        return Weights.of(arrays);
    }

    /** 3x3 convolution with zero padding; the transposes only relabel axes. */
    NDArray conv(String name, NDArray x) {
        NDArray kernel = weights.get(name + ".weight").transpose(0, 3, 1, 2);
        kernel.attach(x.getManager()); // else every call would leave a view in the manager of the weights
        return Conv2d.conv2d(x.transpose(0, 3, 1, 2), kernel, weights.get(name + ".bias"), ONE, ONE, ONE, 1)
                .singletonOrThrow().transpose(0, 2, 3, 1);
    }

    /** Linear map of the last axis. */
    NDArray linear(String name, NDArray x) {
        return Linear.linear(x, weights.get(name + ".weight"), weights.get(name + ".bias")).singletonOrThrow();
    }

    /** Two convolutions, each after normalisation and activation, added to the input. */
    NDArray residual(String name, NDArray x) {
        NDArray h = conv(name + ".conv1", activate(normalise(x)));
        h = conv(name + ".conv2", activate(normalise(h)));
        return h.add(has(name + ".skip") ? linear(name + ".skip", x) : x);
    }

    /** Whether there is a layer called {@code name}. */
    boolean has(String name) {
        return weights.arrays().containsKey(name + ".weight");
    }

    /** Each position to mean zero and variance one over its channels. */
    static NDArray normalise(NDArray x) {
        Shape channels = new Shape(x.getShape().get(x.getShape().dimension() - 1));
        NDManager manager = x.getManager();
        return LayerNorm.layerNorm(x, channels, manager.ones(channels), manager.zeros(channels), EPSILON)
                .singletonOrThrow();
    }

    /** GELU, the one smooth activation that is a single operation here. */
    static NDArray activate(NDArray x) {
        return Activation.gelu(x);
    }

    /** Mean over 2x2 positions. */
    static NDArray halve(NDArray x) {
        return Pool.avgPool2d(x.transpose(0, 3, 1, 2), TWO, TWO, new Shape(0, 0), false, true)
                .transpose(0, 2, 3, 1);
    }

    /** Mean over all positions, [B, H, W, C] to [B, C]. */
    static NDArray pool(NDArray x) {
        return x.reshape(x.getShape().get(0), -1, x.getShape().get(3)).mean(new int[] {1});
    }

    /** Each position repeated 2x2 times. */
    static NDArray twice(NDArray x) {
        Shape s = x.getShape();
        return x.reshape(s.get(0), s.get(1), 1, s.get(2), 1, s.get(3))
                .broadcast(new Shape(s.get(0), s.get(1), 2, s.get(2), 2, s.get(3)))
                .reshape(s.get(0), 2 * s.get(1), 2 * s.get(2), s.get(3));
    }

    /** Space-to-depth: images [B, c, n p, n p] to feature maps [B, n, n, c p p]. */
    static NDArray fold(NDArray x, int p) {
        long c = x.getShape().get(1);
        long n = x.getShape().get(2) / p;
        return x.reshape(-1, c, n, p, n, p).transpose(0, 2, 4, 1, 3, 5).reshape(-1, n, n, c * p * p);
    }

    /** Depth-to-space, the inverse of {@link #fold}. */
    static NDArray unfold(NDArray x, int p) {
        long n = x.getShape().get(1);
        long c = x.getShape().get(3) / p / p;
        return x.reshape(-1, n, n, c, p, p).transpose(0, 3, 1, 4, 2, 5).reshape(-1, c, n * p, n * p);
    }
}
