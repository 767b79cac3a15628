package s4s.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;

/**
 * No network: the colours of an image in a few squares. Blind to detail, for comparison with features that are not.
 *
 * @param squares in a row and in a column; the image's sides must be multiples
 */
public record PixelFeatures(int squares) implements Features {

    @Override
    public NDArray of(NDArray pictures) {
        Shape shape = pictures.getShape();
        if (shape.get(2) % squares != 0 || shape.get(3) % squares != 0) {
            throw new IllegalArgumentException("images of " + shape.get(2) + "x" + shape.get(3) + " pixels cannot be cut into "
                    + squares + "x" + squares + " squares");
        }
        return pictures.toType(DataType.FLOAT32, false).div(255)
                .reshape(shape.get(0), 3, squares, shape.get(2) / squares, squares, shape.get(3) / squares)
                .mean(new int[] {5}).mean(new int[] {3}).reshape(shape.get(0), size());
    }

    @Override
    public int size() {
        return 3 * squares * squares;
    }

    @Override
    public String metric() {
        return "FD (colours of " + squares + "x" + squares + " squares)";
    }

    @Override
    public String network() {
        return "none";
    }

    @Override
    public String sha256() {
        return "none";
    }

    @Override
    public String preprocessing() {
        return "uint8 to p / 255, means of squares";
    }
}
