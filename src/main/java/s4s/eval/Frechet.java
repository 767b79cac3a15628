package s4s.eval;

import org.apache.commons.math3.linear.RealMatrix;
import org.ejml.data.DMatrixRMaj;
import org.ejml.dense.row.CommonOps_DDRM;
import org.ejml.dense.row.factory.DecompositionFactory_DDRM;
import org.ejml.interfaces.decomposition.EigenDecomposition_F64;

/**
 * The Frechet distance to one Gaussian, the reference,
 * \[ d^2 = \|m_1 - m_2\|^2 + \mathrm{tr}(C_1 + C_2 - 2 (C_1 C_2)^{1/2}). \]
 *
 * <p>The trace of the root is that of the symmetric (R C_2 R)^{1/2} with R = C_1^{1/2}, which has the
 * same eigenvalues and needs no complex arithmetic; rounding's negative eigenvalues count as zero.
 * R is computed once.
 *
 * @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al. 2017</a>
 */
public final class Frechet {
    private final Moments.Gaussian reference;
    private final DMatrixRMaj root;

    /** Distances to {@code reference}. */
    public Frechet(Moments.Gaussian reference) {
        this.reference = reference;
        this.root = root(matrix(reference.covariance()));
    }

    /** The squared distance between {@code a} and {@code b}. */
    public static double distance(Moments.Gaussian a, Moments.Gaussian b) {
        return new Frechet(a).to(b);
    }

    /**
     * The squared distance, the number that papers call FID when the features are Inception's.
     *
     * @throws IllegalArgumentException if the sizes differ
     */
    public double to(Moments.Gaussian other) {
        int size = reference.mean().length;
        if (size != other.mean().length) {
            throw new IllegalArgumentException("features of length " + size + " and " + other.mean().length
                    + " cannot be compared: they are of different networks");
        }
        double shift = 0;
        for (int i = 0; i < size; i++) {
            double d = reference.mean()[i] - other.mean()[i];
            shift += d * d;
        }
        DMatrixRMaj left = new DMatrixRMaj(size, size);
        DMatrixRMaj inner = new DMatrixRMaj(size, size);
        CommonOps_DDRM.mult(root, matrix(other.covariance()), left);
        CommonOps_DDRM.mult(left, root, inner);
        EigenDecomposition_F64<DMatrixRMaj> eigen = eigen(inner, false);
        double trace = 0;
        for (int i = 0; i < size; i++) {
            trace += Math.sqrt(Math.max(0, eigen.getEigenvalue(i).getReal()));
        }
        return shift + reference.covariance().getTrace() + other.covariance().getTrace() - 2 * trace;
    }

    private static DMatrixRMaj root(DMatrixRMaj symmetric) {
        int size = symmetric.numRows;
        EigenDecomposition_F64<DMatrixRMaj> eigen = eigen(symmetric, true);
        DMatrixRMaj scaled = new DMatrixRMaj(size, size);
        DMatrixRMaj vectors = new DMatrixRMaj(size, size);
        for (int j = 0; j < size; j++) {
            double factor = Math.sqrt(Math.max(0, eigen.getEigenvalue(j).getReal()));
            DMatrixRMaj vector = eigen.getEigenVector(j);
            for (int i = 0; i < size; i++) {
                vectors.set(i, j, vector.get(i));
                scaled.set(i, j, factor * vector.get(i));
            }
        }
        DMatrixRMaj root = new DMatrixRMaj(size, size);
        CommonOps_DDRM.multTransB(scaled, vectors, root);
        return root;
    }

    private static EigenDecomposition_F64<DMatrixRMaj> eigen(DMatrixRMaj matrix, boolean vectors) {
        int size = matrix.numRows;
        DMatrixRMaj symmetric = matrix.copy();
        for (int i = 0; i < size; i++) {
            for (int j = 0; j < i; j++) {
                double mean = 0.5 * (matrix.get(i, j) + matrix.get(j, i));
                symmetric.set(i, j, mean);
                symmetric.set(j, i, mean);
            }
        }
        EigenDecomposition_F64<DMatrixRMaj> eigen = DecompositionFactory_DDRM.eig(size, vectors, true);
        if (!eigen.decompose(symmetric)) {
            throw new IllegalArgumentException("the eigenvalues of a " + size + " x " + size
                    + " covariance were not found: look for numbers that are not finite");
        }
        return eigen;
    }

    private static DMatrixRMaj matrix(RealMatrix covariance) {
        return new DMatrixRMaj(covariance.getData());
    }
}
