package s4s.schedule;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import org.junit.jupiter.api.Test;
import s4s.Golden;

class NoiseScheduleTest {

    private static final List<NoiseSchedule> ALL = List.of(new Edm(), new VpLinear(), new Edm().timeline(), VpLinear.edmAsVp(),
            new VpCosine(), Discrete.latentDiffusion(), Discrete.lsunChurch(), Discrete.stableDiffusion(),
            new VarianceExploding(Discrete.stableDiffusion()));

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
                assertEquals(inverse[i], schedule.time(Math.exp(-lambda[i])), 1e-9 * Math.max(1, inverse[i]), name);
            }
        }
    }

    @Test
    void discreteSchedulesEqualThePublishedTables() {
        Discrete schedule = Discrete.latentDiffusion();
        double[] t = PublishedNumbers.get("schedules", "ldm/t");
        double[] levels = Arrays.stream(t).map(schedule::sigma).toArray();
        Golden.assertClose(PublishedNumbers.get("schedules", "ldm/lambda"),
                Arrays.stream(levels).map(level -> -Math.log(level)).toArray(), 1e-11, "lambda");
        double[] alpha = Arrays.stream(levels).map(schedule::alpha).toArray();
        Golden.assertClose(PublishedNumbers.get("schedules", "ldm/alpha"), alpha, 1e-12, "alpha");
        Golden.assertClose(PublishedNumbers.get("schedules", "ldm/sigma"),
                IntStream.range(0, t.length).mapToDouble(i -> alpha[i] * levels[i]).toArray(), 1e-12, "sigma");
        double[] lambda = PublishedNumbers.get("schedules", "ldm/lambda");
        double[] inverse = PublishedNumbers.get("schedules", "ldm/inverse_lambda_of_lambda");
        for (int i = 0; i < t.length; i++) {
            assertEquals(inverse[i], schedule.time(Math.exp(-lambda[i])), 1e-11 * inverse[i]);
        }
        assertEvery111(PublishedNumbers.get("schedules", "ldm/betas_every_111"), schedule.betas());
        assertEvery111(PublishedNumbers.get("schedules", "ldm/log_alpha_array_every_111"), schedule.logAlphas());
        assertEquals(schedule, Discrete.of(schedule.betas()), "betas and tables are the same thing");
    }

    private static void assertEvery111(double[] expected, double[] all) {
        assertEquals(1000, all.length);
        for (int i = 0; i < expected.length; i++) {
            assertEquals(expected[i], all[111 * i], 1e-12 * Math.abs(expected[i]));
        }
    }

    @Test
    void discreteSchedulesGoOnBeyondTheirEnds() {
        Discrete schedule = Discrete.of(0.2, 0.1, 0.3);
        double[] a = schedule.logAlphas();
        assertEquals(Math.log(0.8) / 2, a[0], 1e-15);
        assertEquals(Math.log(0.8 * 0.9 * 0.7) / 2, a[2], 1e-15);
        assertEquals(2 * a[2] - a[1], Math.log(schedule.alpha(schedule.sigma(4 / 3.))), 1e-14);
        assertEquals(1.5 * a[0] - 0.5 * a[1], Math.log(schedule.alpha(schedule.sigma(0.5 / 3))), 1e-14);
        assertEquals(1.5 / 3, schedule.time(schedule.sigma(1.5 / 3)), 1e-15);
    }

    @Test
    void networksAreToldTheirTrainingStep() {
        Discrete schedule = Discrete.stableDiffusion();
        assertEquals(999, schedule.networkInput(1.0));
        assertEquals(1000 * (0.3217 - 1 / 1000.), schedule.networkInput(0.3217), 1e-12);
        assertEquals(1000, schedule.networkInput(new DerivativeStructure(1, 1, 0, 0.5)).getPartialDerivative(1));
    }

    /** The first two rates on 1000 times, by the paper's plain cosines in another program. */
    @Test
    void cosineScheduleHasThePublishedRates() {
        VpCosine cosine = new VpCosine();
        double one = cosine.alpha(cosine.sigma(1e-3));
        double two = cosine.alpha(cosine.sigma(2e-3));
        assertEquals(4.128422482185812e-05, 1 - one * one, 1e-15);
        assertEquals(4.6141752736761354e-05, 1 - two * two / (one * one), 1e-15);
        assertEquals(118.82365097257855, cosine.sigmaMax(), 1e-10);
        assertEquals(Math.sqrt(1 / (one * one) - 1), cosine.sigmaMin(), 1e-13);
    }

    @Test
    void labelsAndLevelsAreInverse() {
        for (NoiseSchedule schedule : ALL) {
            for (int i = 0; i <= 50; i++) {
                double level = schedule.sigmaMin() * Math.pow(schedule.sigmaMax() / schedule.sigmaMin(), i / 50.);
                assertEquals(level, schedule.sigma(schedule.time(level)), 1e-9 * level, schedule.toString());
            }
        }
    }

    @Test
    void rangesAreThePublishedOnes() {
        assertEquals(152.1669703, new VpLinear().sigmaMax(), 1e-7);
        assertEquals(0.0104860, new VpLinear().sigmaMin(), 1e-7);
        VpLinear fit = (VpLinear) new Edm().timeline();
        assertRange(83.8224945, 0.0387589, Discrete.latentDiffusion());
        assertRange(38.6589808, 0.0387589, Discrete.lsunChurch());
        assertRange(14.6146412, 0.0291672, Discrete.stableDiffusion());
        assertRange(14.6146412, 0.0291672, new VarianceExploding(Discrete.stableDiffusion()));
        assertEquals(17.537956987, fit.b1() - fit.b0(), 1e-8);
        assertEquals(-0.004768986, fit.b0(), 1e-8);
        VpLinear gas = VpLinear.edmAsVp();
        assertEquals(Golden.numbers("schedules", "gasedm/sigma_min")[0], gas.sigmaMin(), 1e-14);
        assertEquals(80, gas.sigmaMax(), 1e-12);
        assertEquals(Golden.numbers("schedules", "gasedm/beta_min")[0], gas.b0(), 1e-9);
        assertEquals(Golden.numbers("schedules", "gasedm/beta_d")[0], gas.b1() - gas.b0(), 1e-9);
    }

    private static void assertRange(double highest, double lowest, NoiseSchedule schedule) {
        assertEquals(highest, schedule.sigmaMax(), 6e-8);
        assertEquals(lowest, schedule.sigmaMin(), 6e-8);
    }

    @Test
    void startIsScaledNoise() {
        assertEquals(80, new Edm().start(new DerivativeStructure(0, 1, 80)).getValue());
        VpLinear vp = new VpLinear();                        // x_T = z exactly
        assertEquals(1, vp.start(new DerivativeStructure(0, 1, 3)).getValue() * vp.alpha(3), 1e-15);
        Discrete ldm = Discrete.latentDiffusion();
        assertEquals(Math.sqrt(10), ldm.start(new DerivativeStructure(0, 1, 3)).getValue(), 1e-15);
        NoiseSchedule exploding = new VarianceExploding(ldm);
        assertEquals(3, exploding.start(new DerivativeStructure(0, 1, 3)).getValue());
        assertEquals(ldm, exploding.timeline());
        assertEquals(1, exploding.alpha(3));
    }

    @Test
    void derivativesAreThoseOfTheFunctions() {
        for (NoiseSchedule s : ALL) {
            assertSlope(s::alpha, s::alpha, 1.7);
            assertSlope(s::time, s::time, 1.7);
            assertSlope(s::sigma, s::sigma, 0.4003);
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
        assertThrows(IllegalArgumentException.class, () -> new VpCosine(0, 0.001, 0.9946));
        assertThrows(IllegalArgumentException.class, () -> new VpCosine(0.008, 0.001, 1));
        assertThrows(IllegalArgumentException.class, () -> Discrete.of(0.1));
        String rate = assertThrows(IllegalArgumentException.class, () -> Discrete.of(0.1, 1)).getMessage();
        assertTrue(rate.contains("number 1 is 1.0"), rate);
        String message = assertThrows(IllegalArgumentException.class, () -> new Edm(0.002, Double.NaN)).getMessage();
        assertTrue(message.contains("NaN"), message);
    }
}
