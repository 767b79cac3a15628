package s4s.model.torchscript;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.model.ClassNumbers;
import s4s.model.Conditions;
import s4s.model.Convolutions;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.model.Nets;
import s4s.model.repository.Models;
import s4s.sampling.Executor;
import s4s.sampling.Noise;
import s4s.sampling.Program;
import s4s.schedule.Discrete;
import s4s.solver.Multistep;
import s4s.solver.Prediction;
import s4s.solver.PredictorCorrector;
import s4s.solver.SingleStep;
import s4s.solver.Solver;

/**
 * Random networks of the official contracts, exported by the scripts, against what Python's reference samplers draw with them:
 * {@code src/test/python/make_models.py}.
 */
class ScriptModelTest {
    private static final Models MODELS = new Models(Nets.FOLDER);
    private static final Models STAND_INS = new Models(Nets.STAND_INS);
    /** float32 networks in two versions of the engine, states in float64. */
    private static final double ROUNDING = 2e-5;

    private static Npz expected;

    @BeforeAll
    static void open() throws IOException {
        expected = Npz.open(Path.of("src/test/resources/nets/models.npz"));
    }

    @AfterAll
    static void close() throws IOException {
        expected.close();
    }

    private static void same(float[] wanted, float[] found, String what) {
        assertEquals(wanted.length, found.length, what);
        float scale = 0;
        double error = 0;
        for (int i = 0; i < wanted.length; i++) {
            scale = Math.max(scale, Math.abs(wanted[i]));
            error = Math.max(error, Math.abs((double) wanted[i] - found[i]));
        }
        assertTrue(error <= ROUNDING * scale, what + ": differs by " + error + " of " + scale);
    }

    /** Every input of the network on the way, and the samples; returns these. */
    private static NDArray follow(NDManager manager, String name, Denoiser denoiser, Solver solver) throws IOException {
        NDArray noise = Noise.normal(manager, expected.get("seeds").longs(), denoiser.sampleShape());
        List<float[]> inputs = new ArrayList<>();
        NDArray samples = Executor.run(Program.of(solver, denoiser.schedule(), denoiser.prediction()), denoiser, noise,
                evaluation -> inputs.add(evaluation.input().toFloatArray()));
        NpyArray wanted = expected.get(name + "_inputs");
        assertEquals(wanted.shape()[0], inputs.size());
        float[] all = wanted.floats();
        int size = all.length / inputs.size();
        for (int i = 0; i < inputs.size(); i++) {
            same(Arrays.copyOfRange(all, i * size, (i + 1) * size), inputs.get(i), name + ", input of call " + (i + 1));
        }
        NDArray single = samples.toType(DataType.FLOAT32, false);
        double[] end = expected.get(name + "_samples").doubles();
        float[] rounded = new float[end.length];
        for (int i = 0; i < end.length; i++) {
            rounded[i] = (float) end[i];
        }
        same(rounded, single.toFloatArray(), name + ", samples");
        return single;
    }

    /** Equation 5 of Karras et al. 2022, rho = 7, and 0. */
    private static double[] edmTimes(int steps) {
        double[] times = new double[steps + 1];
        for (int i = 0; i < steps; i++) {
            double root = Math.pow(80, 1 / 7.0) + i / (steps - 1.0) * (Math.pow(0.002, 1 / 7.0) - Math.pow(80, 1 / 7.0));
            times[i] = Math.pow(root, 7);
        }
        return times;
    }

    @Test
    void edmHeunIsThePublishedSampler() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            Denoiser denoiser = STAND_INS.load("edm-small", manager).denoiser();
            assertEquals(Prediction.DATA, denoiser.prediction());
            assertEquals(80, denoiser.schedule().sigmaMax());
            Solver solver = SingleStep.heun().build(edmTimes(4));
            assertEquals(7, solver.evaluations());
            follow(manager, "edm", denoiser, solver);
        }
    }

    @Test
    void edmOfClassesWithGuidance() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel model = MODELS.load("edm-classes", manager);
            assertEquals(List.of("0", "1", "3", "0"), Conditions.balanced(model.encoder().orElseThrow()).of(0, 1, 7, 8));
            follow(manager, "edm_classes", model.denoiser(List.of("2", "0", "2"), 1.5), SingleStep.heun().build(edmTimes(3)));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> model.denoiser(List.of("4"), 1)).getMessage()
                    .contains("from 0 to 3"));
        }
    }

    @Test
    void latentDiffusionByDdim() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel model = MODELS.load("ldm-small", manager);
            Discrete schedule = (Discrete) model.schedule();
            assertEquals(Discrete.latentDiffusion(), schedule);
            double[] grid = Arrays.stream(new int[] {801, 601, 401, 201, 1, 0})
                    .mapToDouble(n -> schedule.sigma((n + 1) / 1000.0)).toArray();
            NDArray samples = follow(manager, "ldm", model.denoiser(List.of("1", "3", "1"), 3), Multistep.ddim().build(grid));
            NDArray pictures = model.decoder().decode(samples);
            assertEquals(new Shape(3, 3, 8, 8), pictures.getShape());
            same(expected.get("ldm_pictures").floats(), pictures.toFloatArray(), "pictures");
        }
    }

    @Test
    void stableDiffusionWithVelocityByUniPc() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel model = MODELS.load("sd-small", manager);
            String prompt = "A photo of the CAT";
            same(expected.get("sd_text").floats(), model.encoder().orElseThrow().rows(List.of(prompt)), "text");
            same(expected.get("sd_none").floats(), model.encoder().orElseThrow().none(), "no text");
            Discrete schedule = (Discrete) model.schedule();
            assertEquals(Discrete.stableDiffusion(), schedule);
            double[] grid = new double[6];
            Arrays.setAll(grid, i -> schedule.sigma(1 + i / 5.0 * (1 / 1000.0 - 1)));
            NDArray samples = follow(manager, "sd", model.denoiser(List.of(prompt), 7.5),
                    PredictorCorrector.uniPC(3, PredictorCorrector.B.BH2).build(grid));
            NDArray pictures = model.decoder().decode(samples);
            same(expected.get("sd_pictures").floats(), pictures.toFloatArray(), "pictures");
        }
    }

    /** Derivatives with respect to samples and times, of guided networks too, against finite differences. */
    @Test
    void gradientsEqualFiniteDifferences() throws IOException {
        Convolutions.assumeRightGradients();
        try (NDManager manager = NDManager.newBaseManager()) {
            gradient(manager, STAND_INS.load("edm-small", manager).denoiser(), 1.3);
            gradient(manager, MODELS.load("edm-classes", manager).denoiser(List.of("1"), 2), 0.4);
            gradient(manager, MODELS.load("ldm-small", manager).denoiser(List.of("1"), 2), 0.3121);
            gradient(manager, MODELS.load("sd-small", manager).denoiser(List.of("the dog"), 2), 0.7123);
        }
    }

    private static double sum(Denoiser denoiser, NDArray x, NDArray label, NDArray weights) {
        double total = 0;
        float[] values = denoiser.predict(x, label).toFloatArray();
        float[] w = weights.toFloatArray();
        for (int i = 0; i < w.length; i++) {
            total += (double) values[i] * w[i];
        }
        return total;
    }

    private static void gradient(NDManager parent, Denoiser denoiser, double at) {
        try (NDManager manager = parent.newSubManager()) {
            NDArray x = Noise.normal(manager, new long[] {5, 6}, denoiser.sampleShape())
                    .toType(DataType.FLOAT32, false);
            NDArray weights = Noise.normal(manager, new long[] {7, 8}, denoiser.sampleShape())
                    .toType(DataType.FLOAT32, false);
            NDArray label = manager.create(new float[] {(float) at}).duplicate();
            float h = 2e-3f;
            NDArray direction = weights;
            double wantedX = (sum(denoiser, x.add(direction.mul(h)), label, weights)
                    - sum(denoiser, x.sub(direction.mul(h)), label, weights)) / (2 * h);
            boolean discrete = denoiser.schedule() instanceof Discrete;
            float step = discrete ? 1e-4f : 1e-3f;          // a tenth of a training step
            double wantedLabel = (sum(denoiser, x, label.add(step), weights) - sum(denoiser, x, label.sub(step), weights))
                    / (2 * step);
            x.setRequiresGradient(true);
            label.setRequiresGradient(true);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                collector.backward(denoiser.predict(x, label).mul(weights).sum());
            }
            double foundX = x.getGradient().mul(direction).sum().getFloat();
            double foundLabel = label.getGradient().toFloatArray()[0];
            // sums of some 400 numbers of float32, most of which cancel
            assertEquals(wantedX, foundX, 5e-3 * (10 + Math.abs(wantedX)), denoiser + ", x");
            assertEquals(wantedLabel, foundLabel, 5e-3 * ((discrete ? 100 : 10) + Math.abs(wantedLabel)), denoiser + ", label");
        }
    }

    @Test
    void nothingStaysBehindACall() throws IOException {
        try (NDManager manager = NDManager.newBaseManager(); NDManager scope = manager.newSubManager()) {
            Denoiser denoiser = MODELS.load("sd-small", manager).denoiser(List.of("the dog"), 2);
            NDArray x = scope.ones(new Shape(2, 4, 4, 4));
            NDArray label = scope.create(new float[] {0.5f});
            int before = scope.getManagedArrays().size();
            denoiser.predict(x, label).close();
            assertEquals(before, scope.getManagedArrays().size());
        }
    }

    @Test
    void damagedModelsAreRefusedInOneLine(@TempDir Path folder) throws IOException {
        Path here = folder.resolve("edm-small");
        Nets.copy(STAND_INS.path("edm-small"), here);
        Models models = new Models(folder);
        String card = Files.readString(here.resolve("card.json"));
        refused(models, here, card.replace("\"edm\"", "\"ve\""), "schedule.kind is ve; known are edm, discrete");
        refused(models, here, card.replace("\"data\"", "\"noise\""), "networks told a noise level predict data");
        refused(models, here, card.replace("80.0", "-80.0"), "impossible numbers");
        refused(models, here, card.replace("\"sampleShape\": [", "\"sampleShape\": [0, "), "sampleShape is [0.0,");
        Files.writeString(here.resolve("card.json"), card);
        Files.writeString(here.resolve("denoiser.pt"), "damaged");
        assertTrue(refusal(models).contains("denoiser.pt is not the file that card.json describes"), refusal(models));
    }

    private static void refused(Models models, Path here, String card, String message) throws IOException {
        Files.writeString(here.resolve("card.json"), card);
        assertTrue(refusal(models).contains(message), refusal(models));
    }

    private static String refusal(Models models) {
        try (NDManager manager = NDManager.newBaseManager()) {
            return assertThrows(IOException.class, () -> models.load("edm-small", manager)).getMessage();
        }
    }

    @Test
    void withoutConditionOrWithoutNone() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            assertTrue(assertThrows(IllegalArgumentException.class,
                    () -> STAND_INS.load("edm-small", manager).given(Conditions.balanced(3), 1)).getMessage()
                    .contains("takes no class and no text"));
            ClassNumbers.Encoding plain = ClassNumbers.oneHot(3).encoding();
            assertArrayEquals(new float[] {0, 0, 1, 1, 0, 0}, plain.rows(new int[] {2, 0}));
            assertArrayEquals(new float[3], plain.none());
        }
    }
}
