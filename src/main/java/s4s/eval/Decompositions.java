package s4s.eval;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.apache.commons.math3.linear.Array2DRowRealMatrix;
import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.RealVector;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.SingularValueDecomposition_F64;
import s4s.model.TorchScriptModule;

/** The two matrix decompositions of a Frechet distance in float64, by the tensor engine's LAPACK or in Java alone. */
public enum Decompositions {
    /** The tensor engine, on the CPU: some seconds at d = 2048. */
    ENGINE {
        @Override
        DMatrixRMaj factor(DMatrixRMaj c) {
            return run("factor.pt", c);
        }

        @Override
        double nuclearNorm(DMatrixRMaj a, DMatrixRMaj b) {
            return run("nuclear_norm.pt", a, b).get(0);
        }
    },

    /** Commons Math and EJML: no native code, some milliseconds at d = 200, minutes at d = 2048. */
    JAVA {
        @Override
        DMatrixRMaj factor(DMatrixRMaj c) {
            int size = c.numRows;
            // not EJML's, which does not converge for the ones of a covariance of rank 1
            EigenDecomposition eigen = new EigenDecomposition(new Array2DRowRealMatrix(IntStream.range(0, size)
                    .mapToObj(i -> Arrays.copyOfRange(c.data, i * size, (i + 1) * size)).toArray(double[][]::new), false));
            double[] values = eigen.getRealEigenvalues();
            double rounding = size * Math.ulp(1.0) * Arrays.stream(values).max().orElse(0);
            int[] kept = IntStream.range(0, size).filter(i -> values[i] > rounding).toArray();
            DMatrixRMaj factor = new DMatrixRMaj(kept.length, size);
            for (int row = 0; row < kept.length; row++) {
                double root = Math.sqrt(values[kept[row]]);
                RealVector vector = eigen.getEigenvector(kept[row]);
                for (int j = 0; j < size; j++) {
                    factor.set(row, j, root * vector.getEntry(j));
                }
            }
            return factor;
        }

        @Override
        double nuclearNorm(DMatrixRMaj a, DMatrixRMaj b) {
            DMatrixRMaj product = new DMatrixRMaj(a.numRows, b.numRows);
            CommonOps_DDRM.multTransB(a, b, product);
            SingularValueDecomposition_F64<DMatrixRMaj> svd =
                    DecompositionFactory_DDRM.svd(product.numRows, product.numCols, false, false, false);
            if (!svd.decompose(product)) {
                throw new IllegalArgumentException("the singular values of a " + a.numRows + " x " + b.numRows
                        + " matrix were not found: look for numbers that are not finite");
            }
            return Arrays.stream(svd.getSingularValues(), 0, svd.numberOfSingularValues()).sum();
        }
    };

    /** Up to this size Java alone is as fast as the engine, all in all. */
    private static final int SMALL = 256;

    /** The one to use for features of length {@code size}. */
    public static Decompositions of(int size) {
        return size <= SMALL ? JAVA : ENGINE;
    }

    /**
     * A with A^T A = C. Eigenvalues of at most d 2^-52 times the largest are rounding's and left out, so A has as many rows as
     * C has ranks.
     *
     * @param c symmetric, d x d, no negative eigenvalues but for rounding
     * @return rank x d
     */
    abstract DMatrixRMaj factor(DMatrixRMaj c);

    /** The sum of the singular values of A B^T. */
    abstract double nuclearNorm(DMatrixRMaj a, DMatrixRMaj b);

    private static DMatrixRMaj run(String script, DMatrixRMaj... matrices) {
        if (Arrays.stream(matrices).anyMatch(m -> m.numRows == 0)) {
            return new DMatrixRMaj(1, 1);
        }
        try (TorchScriptModule module = TorchScriptModule.resource(Decompositions.class, script);
                NDManager manager = NDManager.newBaseManager(ai.djl.Device.cpu())) {
            NDArray result = module.forward(Arrays.stream(matrices)
                    .map(m -> manager.create(m.data, new Shape(m.numRows, m.numCols))).toArray(NDArray[]::new));
            int columns = result.getShape().dimension() == 2 ? (int) result.getShape().get(1) : 1;
            double[] values = result.toDoubleArray();
            return DMatrixRMaj.wrap(values.length / columns, columns, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
