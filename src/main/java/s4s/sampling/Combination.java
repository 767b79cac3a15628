package s4s.sampling;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * What a row of a program means: {@code sum_i w_i a_i}, computed in float64 from arrays of float32 or float64.
 *
 * <p>In main memory one pass over the arrays reads every array and writes every target; elsewhere the engine computes operation
 * by operation.
 *
 * @param parts weights and arrays, all of the size of the targets, contiguous
 */
record Combination(List<Part> parts) {

    /** Elements that one task computes, and how many of them at once, so that they stay in the processor's cache. */
    private static final int TASK = 1 << 14;
    private static final int TILE = 1 << 9;

    /** One summand. */
    record Part(double weight, NDArray array) {}

    /** Takes {@code factor} times the sum, rounded to the type of {@code array}. */
    record Target(NDArray array, double factor) {}

    /**
     * Writes the sum.
     *
     * @param targets freshly made arrays of the shape (batch, sample shape...)
     * @return whether the sum is finite everywhere; if not, the targets hold anything
     */
    boolean write(List<Target> targets) {
        Shape shape = targets.get(0).array.getShape();
        return plain(targets, shape) ? onePass(targets, (int) shape.size()) : byOperations(targets, shape);
    }

    private boolean plain(List<Target> targets, Shape shape) {
        boolean plain = shape.size() <= Integer.MAX_VALUE / Double.BYTES;
        for (Part part : parts) {
            plain &= inMemory(part.array);
        }
        for (Target target : targets) {
            plain &= inMemory(target.array);
        }
        return plain;
    }

    private static boolean inMemory(NDArray array) {
        DataType type = array.getDataType();
        return array.getDevice().equals(Device.cpu()) && (type == DataType.FLOAT32 || type == DataType.FLOAT64);
    }

    private boolean onePass(List<Target> targets, int size) {
        int tasks = (size + TASK - 1) / TASK;
        double[] weights = new double[parts.size()];         // loops, not streams: they run too seldom to be compiled
        Memory[] sources = new Memory[parts.size()];
        for (int i = 0; i < sources.length; i++) {
            weights[i] = parts.get(i).weight;
            sources[i] = Memory.of(parts.get(i).array);
        }
        double[] factors = new double[targets.size()];
        Memory[] sinks = new Memory[targets.size()];
        for (int i = 0; i < sinks.length; i++) {
            factors[i] = targets.get(i).factor;
            sinks[i] = Memory.of(targets.get(i).array);
        }
        return IntStream.range(0, tasks).parallel().allMatch(task -> {
            double[] sum = new double[TILE];
            double[] tile = new double[TILE];
            double[] nothing = new double[TILE];
            int end = Math.min(size, (task + 1) * TASK);
            for (int from = task * TASK; from < end; from += TILE) {
                int length = Math.min(TILE, end - from);
                Arrays.fill(sum, 0);
                for (int i = 0; i < sources.length; i++) {
                    sources[i].read(from, tile, length);
                    add(weights[i], tile, sum, length);
                }
                for (int i = 0; i < sinks.length; i++) {
                    scale(factors[i], sum, tile, length);
                    sinks[i].write(from, tile, length);
                }
                add(0, sum, nothing, length);                // NaN from the first number that is not finite
            }
            return Arrays.stream(nothing).allMatch(v -> v == 0);
        });
    }

    private static void add(double weight, double[] values, double[] sum, int length) {
        for (int j = 0; j < length; j++) {
            sum[j] += weight * values[j];
        }
    }

    private static void scale(double factor, double[] values, double[] result, int length) {
        for (int j = 0; j < length; j++) {
            result[j] = factor * values[j];
        }
    }

    /** An array's memory, read and written as float64. */
    private interface Memory {

        void read(int from, double[] values, int length);

        void write(int from, double[] values, int length);

        static Memory of(NDArray array) {
            ByteBuffer bytes = array.toByteBuffer(true).order(ByteOrder.nativeOrder());
            return array.getDataType() == DataType.FLOAT64
                    ? new Doubles(bytes.asDoubleBuffer()) : new Floats(bytes.asFloatBuffer());
        }
    }

    private record Doubles(DoubleBuffer memory) implements Memory {

        @Override
        public void read(int from, double[] values, int length) {
            memory.get(from, values, 0, length);
        }

        @Override
        public void write(int from, double[] values, int length) {
            memory.put(from, values, 0, length);
        }
    }

    private record Floats(FloatBuffer memory) implements Memory {

        @Override
        public void read(int from, double[] values, int length) {
            for (int j = 0; j < length; j++) {
                values[j] = memory.get(from + j);
            }
        }

        @Override
        public void write(int from, double[] values, int length) {
            for (int j = 0; j < length; j++) {
                memory.put(from + j, (float) values[j]);
            }
        }
    }

    private boolean byOperations(List<Target> targets, Shape shape) {
        try (NDManager scope = targets.get(0).array.getManager().newSubManager()) {
            NDArray sum = scope.zeros(shape, DataType.FLOAT64);
            for (Part part : parts) {
                try (NDArray weight = scope.create(new double[] {part.weight}); NDArray array = part.array.reshape(shape);
                        NDArray product = array.mul(weight)) {
                    sum.addi(product);
                }
            }
            for (Target target : targets) {
                target.array.intern(sum.mul(target.factor).toType(target.array.getDataType(), false));
            }
            return Double.isFinite(sum.sum().getDouble());
        }
    }
}
