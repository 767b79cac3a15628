package s4s.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealMatrix;
import s4s.sampling.Backpropagation;

/**
 * The Gauss-Newton matrix of a distance that has no embedding. Near the target {@code d(x, y) ~ (x - y)^T M (x - y) / 2}, and
 * the matrix of a pair is {@code J^T M J}, with {@code J} the derivative of the sample by the parameters. Here
 *
 * <pre>
 *   M J_p ~ ( g(c + eta J_p) - g(c - eta J_p) ) / (2 eta),      g = dd/dx (., y),      eta = |x - y| / |J_p|
 * </pre>
 *
 * from the distance's gradients at both sides of a centre {@code c}, as far from it as the sample is from the target; the mean of
 * that around the target and that around the sample. For a squared length each is exact. Where the distance grows with another
 * power {@code k} of the length, as the mean absolute difference does ({@code k = 1}), the one around the target is corrected
 * to where the distance is that of the sample, {@code (d(x, y) / d(y + eta J_p, y))^((k - 2) / k)}, with {@code k} by Euler's
 * theorem on homogeneous functions; the one around the sample sees which elements lie near a kink. Negative eigenvalues of the sum
 * are set to 0.
 */
final class Secants {

    /** Of a distance that hardly grows any more. */
    private static final double LEAST_DEGREE = 0.5;

    private Secants() {}

    /** Gradients at both sides of a centre: their difference, and the mean distance there. */
    private record Sides(NDArray change, NDArray mean) {}

    /**
     * The weighted sum of the pairs' matrices.
     *
     * @param directions {@code J_p} for each parameter, float64, shape (pairs, sample shape...)
     * @param samples {@code x}, float64
     * @param targets {@code y}, float32
     * @param losses of the pairs, {@code d(x, y)}
     * @param weights of the pairs
     */
    static double[][] sum(Distance distance, NDList directions, NDArray samples, NDArray targets, double[] losses,
            double[] weights, NDManager scope) {
        int size = directions.size();
        double[][] sum = new double[size][];
        NDArray all = NDArrays.stack(directions).reshape(size, -1);
        NDArray far = lengths(samples.sub(targets));
        NDArray shares = scope.create(weights, far.getShape());
        NDArray here = scope.create(losses, far.getShape());
        NDArray x = samples.toType(DataType.FLOAT32, false);
        for (int p = 0; p < size; p++) {
            try (NDManager step = scope.newSubManager()) {
                NDArray direction = directions.get(p);
                step.tempAttachAll(all, far, shares, here, x, targets, direction);
                NDArray eta = far.div(lengths(direction));
                NDArray used = eta.gt(0).logicalAnd(finite(eta));    // neither at the target nor a parameter without effect
                NDArray reach = NDArrays.where(used, eta, eta.onesLike());
                NDArray offset = direction.mul(reach).toType(DataType.FLOAT32, false);
                Sides target = sides(distance, targets, offset, targets, step);
                NDArray degree = sums(target.change.mul(offset)).div(target.mean.mul(2)).maximum(LEAST_DEGREE);
                NDArray correction = here.div(target.mean).pow(degree.sub(2).div(degree));
                NDArray change = target.change.mul(correction).add(sides(distance, x, offset, targets, step).change)
                        .div(reach.mul(4)).mul(shares);
                NDArray product = NDArrays.where(used.logicalAnd(finite(change)), change, change.zerosLike());
                sum[p] = all.matMul(product.reshape(-1, 1)).toDoubleArray();
            }
        }
        return sum;
    }

    private static Sides sides(Distance distance, NDArray centre, NDArray offset, NDArray targets, NDManager scope) {
        long pairs = targets.getShape().get(0);
        NDArray both = centre.add(offset).concat(centre.sub(offset));
        NDArray values = Backpropagation.record(() -> distance.measure(both, targets.concat(targets)).values(), both);
        NDArray g = Backpropagation.pullback(values, values.onesLike(), false, scope, both)[0];
        NDArray mean = values.toType(DataType.FLOAT64, true).reshape(2, pairs).mean(new int[] {0});
        return new Sides(g.get(":" + pairs).sub(g.get(pairs + ":")), mean.reshape(ones(targets)));
    }

    private static NDArray finite(NDArray array) {
        return array.isInfinite().logicalOr(array.isNaN()).logicalNot();
    }

    private static NDArray lengths(NDArray samples) {
        return sums(samples.square()).sqrt();
    }

    /** Of each pair's elements, in a shape to multiply samples by. */
    private static NDArray sums(NDArray samples) {
        return samples.reshape(samples.getShape().get(0), -1).sum(new int[] {1}).reshape(ones(samples));
    }

    /** Of one number for each pair. */
    private static Shape ones(NDArray samples) {
        long[] shape = new long[samples.getShape().dimension()];
        Arrays.fill(shape, 1);
        shape[0] = samples.getShape().get(0);
        return new Shape(shape);
    }

    /** The symmetric part of a matrix without its negative eigenvalues, which are those of unit parameters: with a diagonal of 1. */
    static double[][] positive(double[][] matrix) {
        int size = matrix.length;
        double[] scale = new double[size];
        for (int p = 0; p < size; p++) {
            scale[p] = Math.sqrt(Math.abs(matrix[p][p]));
        }
        RealMatrix unit = new Array2DRowRealMatrix(size, size);
        for (int p = 0; p < size; p++) {
            for (int q = 0; q < size; q++) {
                double product = scale[p] * scale[q];
                unit.setEntry(p, q, product > 0 ? (matrix[p][q] + matrix[q][p]) / 2 / product : 0);
            }
        }
        EigenDecomposition parts = new EigenDecomposition(unit);
        RealMatrix roots = parts.getV().copy();
        for (int k = 0; k < size; k++) {
            roots.setColumnVector(k, roots.getColumnVector(k).mapMultiply(Math.sqrt(Math.max(0, parts.getRealEigenvalue(k)))));
        }
        double[][] positive = roots.multiply(roots.transpose()).getData();
        for (int p = 0; p < size; p++) {
            for (int q = 0; q < size; q++) {
                positive[p][q] *= scale[p] * scale[q];
            }
        }
        return positive;
    }
}
