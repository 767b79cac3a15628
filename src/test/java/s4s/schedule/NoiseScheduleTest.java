package s4s.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.junit.jupiter.api.Test;
import s4s.Golden;

class NoiseScheduleTest {

    private static final List<NoiseSchedule> ALL = List.of(new Edm(), new VpLinear(), new Edm().timeline());

    @Test
    void equalThePublishedFunctions() {
        for (String name : List.of("edm", "vplin")) {
            NoiseSchedule schedule = Golden.schedule(name);
            double[] t = Golden.numbers("schedules", name + "/t");
            double[] alpha = Golden.numbers("schedules", name + "/alpha");
            double[] sigma = Golden.numbers("schedules", name + "/sigma");
            double[] lambda = Golden.numbers("schedules", name + "/lambda");
            double[] inverse = Golden.numbers("schedules", name + "/inverse_lambda_of_lambda");
            for (int i = 0; i < t.length; i++) {
                double level = schedule.sigma(t[i]);
                assertEquals(lambda[i], -Math.log(level), 1e-9, name);
                assertEquals(alpha[i], schedule.alpha(level), 1e-12, name);
                assertEquals(sigma[i], schedule.alpha(level) * level, 1e-12 * Math.max(1, sigma[i]), name);
                assertEquals(inverse[i], schedule.label(Math.exp(-lambda[i])), 1e-9 * Math.max(1, inverse[i]), name);
            }
        }
    }

    @Test
    void rangesAreThePublishedOnes() {
        assertEquals(152.1669703, new VpLinear().sigmaMax(), 1e-7);
        assertEquals(0.0104860, new VpLinear().sigmaMin(), 1e-7);
        VpLinear fit = (VpLinear) new Edm().timeline();
        assertEquals(17.537956987, fit.b1() - fit.b0(), 1e-8);
        assertEquals(-0.004768986, fit.b0(), 1e-8);
        VpLinear gas = VpLinear.between(
                Golden.numbers("schedules", "gasedm/sigma_min")[0], Golden.numbers("schedules", "gasedm/sigma_max")[0]);
        assertEquals(Golden.numbers("schedules", "gasedm/beta_min")[0], gas.b0(), 1e-9);
        assertEquals(Golden.numbers("schedules", "gasedm/beta_d")[0], gas.b1() - gas.b0(), 1e-9);
    }

    @Test
    void startIsScaledNoise() {
        assertEquals(80, new Edm().start(new DerivativeStructure(0, 1, 80)).getValue());
        VpLinear vp = new VpLinear();                        // x_T = z exactly
        assertEquals(1, vp.start(new DerivativeStructure(0, 1, 3)).getValue() * vp.alpha(3), 1e-15);
    }

    @Test
    void derivativesAreThoseOfTheFunctions() {
        for (NoiseSchedule s : ALL) {
            assertSlope(s::alpha, s::alpha, 1.7);
            assertSlope(s::label, s::label, 1.7);
            assertSlope(s::sigma, s::sigma, 0.4);
            assertSlope(s::start, x -> s.start(new DerivativeStructure(0, 1, x)).getValue(), 1.7);
        }
    }

    private static void assertSlope(UnaryOperator<DerivativeStructure> f, DoubleUnaryOperator plain, double x) {
        DerivativeStructure y = f.apply(new DerivativeStructure(1, 1, 0, x));
        double h = 1e-6;
        double slope = (plain.applyAsDouble(x + h) - plain.applyAsDouble(x - h)) / (2 * h);
        assertEquals(slope, y.getPartialDerivative(1), 1e-7 * Math.max(1, Math.abs(slope)));
    }

    @Test
    void impossibleSchedulesAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Edm(0, 80));
        assertThrows(IllegalArgumentException.class, () -> new Edm(1, 1));
        assertThrows(IllegalArgumentException.class, () -> new VpLinear(0.1, 20, 0));
        assertThrows(IllegalArgumentException.class, () -> new VpLinear(-1, 20, 1e-3));
        String message = assertThrows(IllegalArgumentException.class, () -> new Edm(0.002, Double.NaN)).getMessage();
        assertTrue(message.contains("NaN"), message);
    }
}
