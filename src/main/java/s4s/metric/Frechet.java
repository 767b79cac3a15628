package s4s.metric;

import java.util.Arrays;
import org.apache.commons.math3.linear.RealMatrix;

/**
 * The Frechet distance to one Gaussian, the reference,
 * \[ d^2 = \|m_1 - m_2\|^2 + \mathrm{tr}(C_1 + C_2 - 2 (C_1 C_2)^{1/2}). \]
 *
 * <p>With \(C_k = A_k^T A_k\) the trace of the root is the nuclear norm of \(A_1 A_2^T\), the sum of its singular values. That
 * needs no complex arithmetic, and is exact to rounding for covariances without full rank too (fewer images than features),
 * where the root of a product, whose zeros come out as \(\pm 10^{-16}\), loses half its digits. The factor of the reference is
 * computed once.
 *
 * <p>The part of the covariances is the square of a distance too, \(\min_Q \|A_1 - Q A_2\|^2\) over rotations Q, so it is
 * never negative; below its own rounding, \(d\,2^{-52}\) times the traces, it is 0, as it is of a set and itself.
 *
 * @see <a href="https://arxiv.org/abs/1706.08500">Heusel et al. 2017</a>
 */
public final class Frechet {
    private final Moments.Gaussian reference;
    private final double[][] factor;

    /**
     * Distances to {@code reference}.
     *
     * @throws IllegalArgumentException if its covariance has negative eigenvalues beyond rounding
     */
    public Frechet(Moments.Gaussian reference) {
        this.reference = reference;
        this.factor = factor(reference.covariance());
    }

    /** The squared distance between {@code a} and {@code b}. */
    public static double distance(Moments.Gaussian a, Moments.Gaussian b) {
        return new Frechet(a).to(b);
    }

    /**
     * The squared distance, the number that papers call FID when the features are Inception's.
     *
     * @throws IllegalArgumentException if the sizes differ, or the covariance of {@code other} has negative eigenvalues beyond
     *         rounding
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
        double root = Decompositions.nuclearNorm(factor, factor(other.covariance()));
        double traces = reference.covariance().getTrace() + other.covariance().getTrace();
        double rest = traces - 2 * root;
        return shift + (rest <= size * Math.ulp(1.0) * traces ? 0 : rest);
    }

    /** The sum of the squares of A is that of the eigenvalues that are not negative; what the trace lacks are the others. */
    private static double[][] factor(RealMatrix covariance) {
        double[][] a = Decompositions.factor(covariance.add(covariance.transpose()).scalarMultiply(0.5));
        double positive = Arrays.stream(a).flatMapToDouble(Arrays::stream).map(element -> element * element).sum();
        double negative = covariance.getTrace() - positive;
        if (negative < -Moments.Gaussian.ROUNDING * positive) {
            throw new IllegalArgumentException("a matrix of " + covariance.getRowDimension() + " x "
                    + covariance.getRowDimension() + " is no covariance: its negative eigenvalues sum to " + negative
                    + ", the others to " + positive);
        }
        return a;
    }
}
