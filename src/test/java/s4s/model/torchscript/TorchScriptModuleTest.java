package s4s.model.torchscript;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.WithManager;
import s4s.io.BadFileException;
import s4s.model.Convolutions;

/** Modules of src/test/python/make_torchscript.py against their formulas. */
class TorchScriptModuleTest extends WithManager {
    private static final Path DISTANCE = Path.of("src/test/resources/torchscript/distance.pt");
    private static final Path TWO = Path.of("src/test/resources/torchscript/two.pt");
    private static final double[] WEIGHTS = {0.5, 2, -1.25};
    private static final int PLANE = 5 * 7;
    private static final int IMAGE = 3 * PLANE;

    private static float[] numbers(int images, int seed) {
        Random random = new Random(seed);
        float[] values = new float[images * IMAGE];
        for (int i = 0; i < values.length; i++) {
            values[i] = random.nextFloat() * 2 - 1;
        }
        return values;
    }

    private NDArray images(float[] values) {
        return manager.create(values, new Shape(values.length / IMAGE, 3, 5, 7));
    }

    private static double weight(int element) {
        return WEIGHTS[element % IMAGE / PLANE];
    }

    @Test
    void valuesAndGradientsOfInputsAreThoseOfTheFormula() throws IOException {
        Convolutions.assumeRightGradients();
        try (TorchScriptModule module = TorchScriptModule.load(DISTANCE, Device.cpu())) {
            for (int images : new int[] {3, 1, 3}) {                // a module keeps no batch size
                float[] a = numbers(images, 1);
                float[] b = numbers(images, 2);
                float[] outer = {1, -2, 0.5f};                      // the loss is sum_i outer_i f(a, b)_i
                NDArray first = images(a);
                NDArray second = images(b);
                first.setRequiresGradient(true);
                second.setRequiresGradient(true);
                NDArray value;
                try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                    value = module.forward(first, second);
                    collector.backward(value.mul(
                            manager.create(Arrays.copyOf(outer, images), new Shape(images, 1, 1, 1))).sum());
                }
                assertEquals(new Shape(images, 1, 1, 1), value.getShape());
                double[] expected = new double[images];
                float[] gradientA = first.getGradient().toFloatArray();
                float[] gradientB = second.getGradient().toFloatArray();
                for (int i = 0; i < a.length; i++) {
                    double gap = a[i] - b[i];
                    expected[i / IMAGE] += weight(i) * gap * gap / IMAGE;
                    double slope = outer[i / IMAGE] * 2 * weight(i) * gap / IMAGE;
                    assertEquals(slope, gradientA[i], 1e-7);
                    assertEquals(-slope, gradientB[i], 1e-7);
                }
                for (int i = 0; i < images; i++) {
                    assertEquals(expected[i], value.toFloatArray()[i], 1e-6);
                }
            }
        }
    }

    @Test
    void aModuleThatRanWithoutGradientsHasThemAfterwards() throws IOException {
        Convolutions.assumeRightGradients();
        try (TorchScriptModule module = TorchScriptModule.load(DISTANCE, Device.cpu())) {
            NDArray a = images(numbers(1, 1));
            NDArray b = images(numbers(1, 2));
            float plain = module.forward(a, b).getFloat();
            a.setRequiresGradient(true);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDArray value = module.forward(a, b);
                assertEquals(plain, value.getFloat());
                collector.backward(value.sum());
            }
            assertTrue(a.getGradient().abs().sum().getFloat() > 0.1);
        }
    }

    @Test
    void parametersAreFrozen() throws IOException {
        try (TorchScriptModule module = TorchScriptModule.load(DISTANCE, Device.cpu());
                GradientCollector collector = manager.getEngine().newGradientCollector()) {
            NDArray value = module.forward(images(numbers(1, 1)), images(numbers(1, 2)));
            // nothing requires a gradient: neither the inputs nor the parameters
            assertThrows(EngineException.class, () -> collector.backward(value.sum()));
        }
    }

    @Test
    void outputsBelongToTheManagerOfTheInputs() throws IOException {
        try (TorchScriptModule module = TorchScriptModule.load(TWO, Device.cpu())) {
            NDArray a = manager.create(new float[] {3, -4});
            int before = manager.getManagedArrays().size();
            NDList both = module.forward(new NDList(a));
            assertEquals(before + 2, manager.getManagedArrays().size());
            assertEquals(6, both.get(0).getFloat(0));
            assertEquals(16, both.get(1).getFloat(1));
            assertTrue(assertThrows(IllegalArgumentException.class, () -> module.forward(a)).getMessage()
                    .contains("two.pt returns 2 tensors"));
        }
    }

    @Test
    void theHashIsTheFiles() throws IOException {
        try (TorchScriptModule module = TorchScriptModule.load(DISTANCE, Device.cpu())) {
            assertEquals("41721729cbb26c6122505314b820952a5e464c2db425e9f0f7ab78dc532bb813", module.sha256());
        }
    }

    @Test
    void wrongFilesAndInputsAreRefusedInOneLine(@TempDir Path folder) throws IOException {
        refused(folder.resolve("nowhere.pt"), "no such file");
        refused(folder, "is a folder");
        refused(Files.writeString(folder.resolve("text.pt"), "this is no archive"), "text.pt is no TorchScript file");
        refused(Files.write(folder.resolve("empty.pt"), new byte[0]), "empty.pt is no TorchScript file");
        byte[] whole = Files.readAllBytes(DISTANCE);
        refused(Files.write(folder.resolve("half.pt"), Arrays.copyOf(whole, whole.length / 2)),
                "half.pt is no TorchScript file");
        try (TorchScriptModule module = TorchScriptModule.load(DISTANCE, Device.cpu())) {
            for (NDList inputs : new NDList[] {
                new NDList(images(numbers(1, 1))),
                new NDList(images(numbers(2, 1)), images(numbers(3, 1))),
                new NDList(manager.ones(new Shape(1, 4, 5, 7)), manager.ones(new Shape(1, 4, 5, 7)))}) {
                String message = assertThrows(IllegalArgumentException.class, () -> module.forward(inputs)).getMessage();
                assertTrue(message.lines().count() == 1 && message.contains("distance.pt does not take"), message);
            }
        }
    }

    private static void refused(Path file, String expected) {
        String message = assertThrows(BadFileException.class, () -> TorchScriptModule.load(file, Device.cpu())).getMessage();
        assertTrue(message.lines().count() == 1 && message.contains(expected), message);
    }
}
