package s4s.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.WithManager;
import s4s.schedule.Edm;
import s4s.schedule.VpLinear;
import s4s.solver.Prediction;

class GaussianMixtureTest extends WithManager {

    private double[] predict(GaussianMixture model, double[] x, double... time) {
        try (NDArray array = manager.create(x, new Shape(x.length / 8, 8, 1, 1)); NDArray l = manager.create(time);
                NDArray result = model.predict(array, l)) {
            return result.toDoubleArray();
        }
    }

    /** References are given for any alpha and sigma; D(x, alpha, sigma) = D(x / alpha, 1, sigma / alpha). */
    @Test
    void equalsThePublishedDenoiser() {
        GaussianMixture data = Golden.mixture("d8", new Edm(), Prediction.DATA);
        GaussianMixture noise = Golden.mixture("d8", new Edm(), Prediction.NOISE);
        for (int i = 0; i < 7; i++) {
            String key = "d8/" + i;
            double[] scale = Golden.numbers("denoiser", key + "/alpha_sigma");
            double[] y = Arrays.stream(Golden.numbers("denoiser", key + "/x")).map(x -> x / scale[0]).toArray();
            double sigma = scale[1] / scale[0];
            Golden.assertClose(Golden.numbers("denoiser", key + "/D"), predict(data, y, sigma), 1e-12, key + " D");
            Golden.assertClose(Golden.numbers("denoiser", key + "/eps"), predict(noise, y, sigma), 1e-9, key + " eps");
            Golden.assertClose(Golden.numbers("denoiser", key + "/D_class0"), predict(data.only(0, 1), y, sigma), 1e-12, key + " class");
        }
    }

    @Test
    void eachSampleMayHaveItsOwnLabel() {
        GaussianMixture model = Golden.mixture("d8", new VpLinear(), Prediction.NOISE);
        double[] x = Golden.numbers("noise", "d8");
        double[] both = predict(model, x, 0.3, 0.8);
        assertArrayEquals(predict(model, Arrays.copyOf(x, 8), 0.3), Arrays.copyOf(both, 8), 1e-15);
        assertArrayEquals(predict(model, Arrays.copyOfRange(x, 8, 16), 0.8), Arrays.copyOfRange(both, 8, 16), 1e-15);
    }

    @Test
    void staysAccurateAtExtremeLevels() {
        double[] y = Arrays.copyOf(Golden.numbers("noise", "d8"), 8);
        GaussianMixture data = Golden.mixture("d8", new Edm(), Prediction.DATA);
        GaussianMixture noise = Golden.mixture("d8", new Edm(), Prediction.NOISE);
        Golden.assertClose(y, predict(data, y, 1e-9), 1e-15, "no noise: the sample itself");
        assertTrue(Arrays.stream(predict(noise, y, 1e-9)).allMatch(e -> Math.abs(e) < 1e-6), "e tends to 0 with sigma");
        double[] far = Arrays.stream(y).map(v -> 1e9 * v).toArray();
        double[] mean = {0.26, -0.02, -0.13, 0.04, -0.18, 0.1, 0.07, 0.07};       // sum_k w_k mu_k
        Golden.assertClose(mean, predict(data, far, 1e9), 1e-8, "nothing but noise: the mean");
        Golden.assertClose(y, predict(noise, far, 1e9), 1e-8, "nothing but noise: the noise");
        double[] outlier = new double[8];
        outlier[0] = 1e6;
        assertTrue(Arrays.stream(predict(data, outlier, 0.002)).allMatch(Double::isFinite), "far from every component");
    }

    /** Derivatives by backpropagation, also through the time, against differences. */
    @Test
    void canBeDifferentiated() {
        for (Prediction prediction : Prediction.values()) {
            GaussianMixture model = Golden.mixture("d8", new VpLinear(), prediction);
            double[] x = Golden.numbers("noise", "d8");
            double[] weights = Arrays.copyOf(new double[] {1, -2, 0.5, 3, -1, 2, 0.7, 1.1, 0.3, -1, 2, 1, 1, -3, 0.2, 0.9}, 16);
            NDArray input = manager.create(x, new Shape(2, 8, 1, 1));
            NDArray time = manager.create(new double[] {0.35});
            input.setRequiresGradient(true);
            time.setRequiresGradient(true);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                collector.backward(model.predict(input, time).mul(manager.create(weights, new Shape(2, 8, 1, 1))).sum());
            }
            double h = 1e-6;
            double slope = (dot(weights, predict(model, x, 0.35 + h)) - dot(weights, predict(model, x, 0.35 - h))) / (2 * h);
            assertEquals(slope, time.getGradient().toDoubleArray()[0], 1e-7 * (1 + Math.abs(slope)));
            double[] gradient = input.getGradient().toDoubleArray();
            for (int i = 0; i < 16; i++) {
                double[] up = x.clone();
                double[] down = x.clone();
                up[i] += h;
                down[i] -= h;
                slope = (dot(weights, predict(model, up, 0.35)) - dot(weights, predict(model, down, 0.35))) / (2 * h);
                assertEquals(slope, gradient[i], 1e-7 * (1 + Math.abs(slope)));
            }
        }
    }

    private static double dot(double[] a, double[] b) {
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += a[i] * b[i];
        }
        return sum;
    }

    @Test
    void nothingLeaks() {
        GaussianMixture model = Golden.mixture("d8", new Edm(), Prediction.DATA);
        predict(model, Golden.numbers("noise", "d8"), 2);
        assertEquals(0, manager.getManagedArrays().size());
    }

    @Test
    void impossibleMixturesAreRefused() {
        GaussianMixture.Component flat = new GaussianMixture.Component(1, new double[2], new double[] {1, 0});
        assertMessage("positive", flat);
        assertMessage("positive", new GaussianMixture.Component(-1, new double[2], new double[] {1, 1}));
        assertMessage("positive", new GaussianMixture.Component(1, new double[] {Double.NaN, 0}, new double[] {1, 1}));
        assertMessage("has 2 elements, but a component has 3", new GaussianMixture.Component(1, new double[3], new double[] {1, 1}));
        assertMessage("at least one component");
    }

    private static void assertMessage(String part, GaussianMixture.Component... components) {
        String message = assertThrows(IllegalArgumentException.class,
                () -> new GaussianMixture(new Edm(), Prediction.DATA, new Shape(2, 1, 1), List.of(components))).getMessage();
        assertTrue(message.contains(part), message);
    }
}
