package s4s.metric;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import org.apache.commons.math3.linear.RealMatrix;
import s4s.model.torchscript.TorchScriptModule;

/**
 * The two matrix decompositions of a Frechet distance in float64, by the tensor engine's LAPACK: milliseconds at d = 192, some
 * seconds at d = 2048. LAPACK factors what defeats decompositions written in Java: covariances of rank 1 (EJML finds no
 * eigenvalues) and of fewer images than features (Commons Math's iteration does not always end).
 */
final class Decompositions {
    private Decompositions() {
    }

    /**
     * A with A^T A = C. Eigenvalues of at most d 2^-52 times the largest are rounding's and left out, so A has as many rows as
     * C has ranks.
     *
     * @param c symmetric, d x d, no negative eigenvalues but for rounding
     * @return rank x d
     */
    static double[][] factor(RealMatrix c) {
        return run("factor.pt", c.getData());
    }

    /** The sum of the singular values of A B^T; 0 if one of the two has no rows. */
    static double nuclearNorm(double[][] a, double[][] b) {
        return a.length == 0 || b.length == 0 ? 0 : run("nuclear_norm.pt", a, b)[0][0];
    }

    private static double[][] run(String script, double[][]... matrices) {
        try (TorchScriptModule module = TorchScriptModule.resource(Decompositions.class, script, Device.cpu());
                NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDArray result = module.forward(Arrays.stream(matrices).map(m -> manager.create(
                    Arrays.stream(m).flatMapToDouble(Arrays::stream).toArray(), new Shape(m.length, m[0].length)))
                    .toArray(NDArray[]::new));
            Shape shape = result.getShape();
            double[] values = result.toDoubleArray();
            int columns = shape.dimension() == 2 ? (int) shape.get(1) : 1;
            double[][] rows = new double[values.length / columns][];
            Arrays.setAll(rows, i -> Arrays.copyOfRange(values, i * columns, (i + 1) * columns));
            return rows;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
