package s4s.metric;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;

/**
 * The inner products of all pairs of two sets of vectors in float64, by matrix products of blocks: the engine's speed with the
 * memory of three blocks.
 */
final class PairBlocks {
    /** Vectors of a block: 32 MiB at d = 2048, and as much for the products. */
    static final int ROWS = 2048;

    private PairBlocks() {}

    /** Told of a block of pairs. */
    @FunctionalInterface
    interface Visitor {
        /**
         * @param i number of the first vector of x
         * @param j number of the first vector of y
         * @param products float64 [rows, columns], free to be changed; closed afterwards
         */
        void block(int i, int j, NDArray products);
    }

    /**
     * Visits all pairs.
     *
     * @param x n vectors of {@code size} numbers
     * @param y m vectors of {@code size} numbers
     */
    static void visit(float[] x, float[] y, int size, Visitor visitor) {
        visit(x, y, size, false, visitor);
    }

    /** Visits the pairs of one set with itself in blocks on and above the diagonal. */
    static void visit(float[] x, int size, Visitor visitor) {
        visit(x, x, size, true, visitor);
    }

    private static void visit(float[] x, float[] y, int size, boolean upper, Visitor visitor) {
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            for (int i = 0; i < x.length / size; i += ROWS) {
                try (NDManager rows = manager.newSubManager()) {
                    NDArray left = block(rows, x, size, i);
                    for (int j = upper ? i : 0; j < y.length / size; j += ROWS) {
                        try (NDManager pair = rows.newSubManager()) {
                            pair.tempAttachAll(left);
                            visitor.block(i, j, left.matMul(block(pair, y, size, j).transpose()));
                        }
                    }
                }
            }
        }
    }

    private static NDArray block(NDManager manager, float[] x, int size, int from) {
        int n = Math.min(ROWS, x.length / size - from);
        return manager.create(Arrays.copyOfRange(x, from * size, (from + n) * size), new Shape(n, size))
                .toType(DataType.FLOAT64, false);
    }
}
