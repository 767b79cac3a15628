package s4s.solver;

import java.util.List;

/** A user's methods: the second-order Adams-Bashforth formula, once with derivatives and once in plain numbers. */
public final class TwoStepMethods implements MethodProvider {

    /**
     * {@code y+ = y + h ((1 + c) e_i - c e_{i-1})}, {@code c = h / (2 h_{i-1})}; the first step is Euler's.
     */
    private static Row step(Tracer t, int i, Row y, List<Row> e) {
        if (i == 0) {
            return y.plus(e.get(0).times(t.step(0)));
        }
        var c = t.step(i).divide(t.step(i - 1)).multiply(0.5);
        return y.plus(e.get(0).times(c.add(1)).minus(e.get(1).times(c)).times(t.step(i)));
    }

    private static Row plainStep(Tracer t, int i, Row y, List<Row> e) {
        double[] sigma = t.sigmas();
        double h = sigma[i + 1] - sigma[i];
        double c = i == 0 ? 0 : h / (sigma[i] - sigma[i - 1]) / 2;
        return i == 0 ? y.plus(e.get(0).times(h)) : y.plus(Row.sum(new double[] {h * (1 + c), -h * c}, e));
    }

    @Override
    public List<Method> methods() {
        return List.of(
                Method.of("two-step", Prediction.NOISE, Multistep.steps(TwoStepMethods::step)).withOrder(2)
                        .withLabel("Two steps").withReference("mine"),
                Method.of("two-step-plain", Prediction.NOISE, Multistep.steps(TwoStepMethods::plainStep)).withOrder(2));
    }
}
