package s4s.eval;

import org.apache.commons.math3.linear.EigenDecomposition;
import org.apache.commons.math3.linear.MatrixUtils;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * The Frechet distance between two Gaussians,
 * \[ d^2 = \|m_1 - m_2\|^2 + \mathrm{tr}(C_1 + C_2 - 2 (C_1 C_2)^{1/2}). \]
 *
 * <p>The trace of the root is that of the symmetric (C_1^{1/2} C_2 C_1^{1/2})^{1/2}, which has the
 * same eigenvalues and needs no complex arithmetic; rounding's negative eigenvalues count as zero.
 *
 * @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al. 2017</a>
 */
public final class Frechet {
    private Frechet() {}

    /**
     * The squared distance, the number that papers call FID when the features are Inception's.
     *
     * @throws IllegalArgumentException if the sizes differ
     */
    public static double distance(Moments.Gaussian a, Moments.Gaussian b) {
        if (a.mean().length != b.mean().length) {
            throw new IllegalArgumentException("features of length " + a.mean().length + " and " + b.mean().length
                    + " cannot be compared: they are of different networks");
        }
        double shift = 0;
        for (int i = 0; i < a.mean().length; i++) {
            double d = a.mean()[i] - b.mean()[i];
            shift += d * d;
        }
        EigenDecomposition e = new EigenDecomposition(a.covariance());
        RealMatrix root = e.getV().multiply(MatrixUtils.createRealDiagonalMatrix(roots(e.getRealEigenvalues())))
                .multiply(e.getVT());
        RealMatrix inner = root.multiply(b.covariance()).multiply(root);
        RealMatrix symmetric = inner.add(inner.transpose()).scalarMultiply(0.5);
        double trace = 0;
        for (double r : roots(new EigenDecomposition(symmetric).getRealEigenvalues())) {
            trace += r;
        }
        return shift + a.covariance().getTrace() + b.covariance().getTrace() - 2 * trace;
    }

    private static double[] roots(double[] eigenvalues) {
        double[] roots = new double[eigenvalues.length];
        for (int i = 0; i < roots.length; i++) {
            roots[i] = Math.sqrt(Math.max(0, eigenvalues[i]));
        }
        return roots;
    }
}
