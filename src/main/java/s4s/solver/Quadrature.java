package s4s.solver;

import java.util.Arrays;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/**
 * Weights on given nodes for a linear functional that is known by its moments, for instance the integral of the polynomial
 * through the last outputs: with nodes {@code x_j} in units of the step, its moments are {@code 1 / (k + 1)}.
 */
public final class Quadrature {

    private Quadrature() {}

    /**
     * The weights {@code w} with {@code sum_j w_j x_j^k = m_k} for k = 0..n-1, by the Lagrange basis:
     * {@code w_j = sum_k l_jk m_k} where {@code l_j(x) = sum_k l_jk x^k} is 1 at {@code x_j} and 0 at the other nodes.
     *
     * @param nodes n distinct nodes {@code x_j}
     * @param moments at least n moments {@code m_k}
     * @return n weights
     */
    public static DerivativeStructure[] weights(DerivativeStructure[] nodes, DerivativeStructure[] moments) {
        DerivativeStructure[] weights = new DerivativeStructure[nodes.length];
        for (int j = 0; j < nodes.length; j++) {
            DerivativeStructure[] basis = basis(nodes, j);
            DerivativeStructure weight = nodes[j].getField().getZero();
            for (int k = 0; k < nodes.length; k++) {
                weight = weight.add(basis[k].multiply(moments[k]));
            }
            weights[j] = weight;
        }
        return weights;
    }

    /** {@link #weights(DerivativeStructure[], DerivativeStructure[])} of plain numbers. */
    public static double[] weights(double[] nodes, double[] moments) {
        return Arrays.stream(weights(constants(nodes), constants(moments))).mapToDouble(DerivativeStructure::getValue).toArray();
    }

    private static DerivativeStructure[] constants(double[] values) {
        return Arrays.stream(values).mapToObj(v -> new DerivativeStructure(0, 1, v)).toArray(DerivativeStructure[]::new);
    }

    /** Coefficients of the Lagrange polynomial {@code l_j}, lowest power first. */
    private static DerivativeStructure[] basis(DerivativeStructure[] nodes, int j) {
        DerivativeStructure[] p = new DerivativeStructure[nodes.length];
        Arrays.fill(p, nodes[j].getField().getZero());
        p[0] = nodes[j].getField().getOne();
        for (int m = 0; m < nodes.length; m++) {
            if (m != j) {                                   // p(x) *= (x - x_m) / (x_j - x_m)
                DerivativeStructure gap = nodes[j].subtract(nodes[m]);
                for (int k = p.length - 1; k >= 0; k--) {
                    DerivativeStructure shifted = k > 0 ? p[k - 1] : nodes[j].getField().getZero();
                    p[k] = shifted.subtract(p[k].multiply(nodes[m])).divide(gap);
                }
            }
        }
        return p;
    }
}
