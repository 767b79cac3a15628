package s4s.model.torchscript;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import s4s.model.ClassNumbers;

/**
 * A TorchScript file from whole numbers, tokens or classes, to rows of a condition.
 *
 * @param module the file
 * @param shape shape of a row
 * @param manager parent of working memory
 */
record ScriptEncoder(TorchScriptModule module, Shape shape, NDManager manager) {

    /**
     * The rows of numbers.
     *
     * @param numbers joined
     * @param shapeOfNumbers (rows, numbers of each...)
     */
    float[] rows(long[] numbers, Shape shapeOfNumbers) {
        try (NDManager scope = manager.newSubManager()) {
            NDArray rows = module.forward(scope.create(numbers, shapeOfNumbers));
            long expected = shapeOfNumbers.get(0) * shape.size();
            if (rows.size() != expected) {
                throw new IllegalStateException("the encoder returns " + rows.getShape() + " for " + shapeOfNumbers.get(0)
                        + " requests, where its card says " + shape + " for each; export the model again");
            }
            return rows.toFloatArray();
        }
    }

    /** Class numbers as rows; no class is a class of its own, if there is one. */
    ClassNumbers.Encoding ofClasses(OptionalInt none) {
        return new ClassNumbers.Encoding() {
            @Override
            public Shape shape() {
                return shape;
            }

            @Override
            public float[] rows(int[] classes) {
                return ScriptEncoder.this.rows(IntStream.of(classes).asLongStream().toArray(), new Shape(classes.length));
            }

            @Override
            public float[] none() {
                return rows(new int[] {none.orElseThrow(() -> new IllegalArgumentException(
                        "this model knows no class that stands for none: it cannot draw without a class or with guidance"))});
            }
        };
    }
}
