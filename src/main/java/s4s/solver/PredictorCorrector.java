package s4s.solver;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;

/** Methods that predict a state, evaluate there, and correct it with that evaluation. */
public final class PredictorCorrector {

    /** UniPC's factor {@code B(hh)} in front of the differences. */
    public enum B {
        /** {@code B(hh) = hh}. */
        BH1,
        /** {@code B(hh) = exp(hh) - 1}. */
        BH2
    }

    private PredictorCorrector() {}

    /**
     * UniPC of order p. The evaluation at the predicted state is kept as the next step's history, so a step costs one; the last
     * step is not corrected and, as the steps before it, lowers its order towards the end. NFE = number of steps. With
     * {@code E(x) = exp(x) - 1}, {@code h = lambda_{i+1} - lambda_i}, step order o, {@code m_k} the output k steps back:
     *
     * <pre>
     *   r_k = (lambda_{i-k} - lambda_i) / h,  d_k = (m_k - m_0) / r_k,  k = 1..o-1;   r_o = 1,  d_o = m(predicted) - m_0
     *   data:   y+ = (sigma+ / sigma) y - E(hh) m_0 - B sum_k rho_k d_k,             hh = -h
     *   noise:  y+ = y - sigma+ (E(hh) m_0 + B sum_k rho_k d_k),                     hh = h
     *   sum_k rho_k r_k^{q-1} = q! g_q / B,  q = 1, 2, ...;   g_1 = E(hh)/hh - 1,  g_{q+1} = g_q / hh - 1/(q+1)!
     * </pre>
     *
     * The predictor uses the first o - 1 differences and equations, the corrector all o. By convention
     * {@code rho = 1/2} for the predictor of order 2 and the corrector of order 1.
     *
     * @param order 1 or more
     * @param b choice of B
     * @param prediction data as in the published results, or noise
     * @throws IllegalArgumentException for an order below 1
     * @see <a href="https://arxiv.org/abs/2302.04867">Zhao et al. 2023</a>
     */
    public static Method uniPC(int order, B b, Prediction prediction) {
        if (order < 1) {
            throw new IllegalArgumentException("UniPC has orders 1 and up, not " + order + ".");
        }
        String form = prediction == Prediction.DATA ? "" : "-noise";
        String variant = b == B.BH1 ? "bh1" : "bh2";
        return new Method("unipc-" + order + "-" + variant + form, "UniPC-" + order + " " + variant + form.replace('-', ' '),
                order, prediction, StepCost.perStep(1), "Zhao et al. 2023, arXiv:2302.04867", t -> uniPC(t, order, b, prediction));
    }

    /** {@link #uniPC(int, B, Prediction)} in data form. */
    public static Method uniPC(int order, B b) {
        return uniPC(order, b, Prediction.DATA);
    }

    private static void uniPC(Tracer t, int order, B b, Prediction prediction) {
        Row y = t.start();
        List<Row> m = new ArrayList<>(List.of(t.evaluate(y)));
        for (int i = 0; i < t.steps(); i++) {
            int o = LowerOrderFinal.ALWAYS.orderOf(order, i, t.steps());
            Exponential form = Exponential.of(prediction, t, i, i + 1);
            DerivativeStructure[] r = new DerivativeStructure[o];
            List<Row> d = new ArrayList<>();
            for (int k = 1; k < o; k++) {
                r[k - 1] = t.lambda(i - k).subtract(t.lambda(i)).divide(t.h(i));
                d.add(m.get(k).minus(m.get(0)).over(r[k - 1]));
            }
            r[o - 1] = t.constant(1);
            Row predicted = t.node(i + 1, form.step(y, m.get(0), uniPCSum(form.hh(), b, o == 2, Arrays.copyOf(r, o - 1), d)));
            if (i + 1 < t.steps()) {
                m.add(0, t.evaluate(predicted));
                d.add(m.get(0).minus(m.get(1)));
                y = t.node(i + 1, form.step(y, m.get(1), uniPCSum(form.hh(), b, o == 1, r, d)));
            }
        }
    }

    /** {@code B sum_k rho_k d_k}; B cancels except where rho is 1/2 by convention. */
    private static Row uniPCSum(DerivativeStructure hh, B b, boolean half, DerivativeStructure[] r, List<Row> d) {
        if (half) {
            return d.get(0).times((b == B.BH1 ? hh : hh.expm1()).multiply(0.5));
        }
        DerivativeStructure[] moments = new DerivativeStructure[r.length];
        DerivativeStructure g = hh.expm1();
        double factorial = 1;
        for (int q = 1; q <= r.length; q++) {
            factorial *= q;
            g = g.divide(hh).subtract(1 / factorial);
            moments[q - 1] = g.multiply(factorial);
        }
        return Row.sum(Quadrature.weights(r, moments), d);
    }
}
