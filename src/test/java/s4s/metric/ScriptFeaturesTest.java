package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.BadFileException;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.learn.Distance;
import s4s.model.Convolutions;
import s4s.model.Nets;
import s4s.model.torchscript.TorchScriptModule;

/** Small networks of the export scripts against float64 numbers; src/test/python/make_nets.py made both. */
class ScriptFeaturesTest {
    private static final Path NETS = Path.of("src/test/resources/nets");
    private static final int[] ROWS = {0, 1, 149, 298};

    @TempDir
    private Path folder;

    private static NDManager manager;
    private static Npz expected;

    @BeforeAll
    static void open() throws IOException {
        manager = NDManager.newBaseManager();
        expected = Npz.open(NETS.resolve("nets.npz"));
    }

    @AfterAll
    static void close() throws IOException {
        expected.close();
        manager.close();
    }

    private static NDArray images() throws IOException {
        NpyArray images = expected.get("images");
        return manager.create(ByteBuffer.wrap(images.bytes()), new Shape(images.shape()), DataType.UINT8);
    }

    private static NDArray floats(String name) throws IOException {
        NpyArray array = expected.get(name);
        return manager.create(array.floats(), new Shape(array.shape()));
    }

    /** Largest difference from the expected numbers, relative to the largest of them. */
    private static double error(String name, NDArray found) throws IOException {
        NpyArray wanted = expected.get(name);
        assertEquals(new Shape(wanted.shape()), found.getShape());
        return error(wanted.floats(), found.toFloatArray());
    }

    private static double error(float[] wanted, float[] found) {
        double gap = 0;
        double scale = 0;
        for (int i = 0; i < wanted.length; i++) {
            gap = Math.max(gap, Double.isNaN(found[i]) ? Double.POSITIVE_INFINITY : Math.abs(found[i] - wanted[i]));
            scale = Math.max(scale, Math.abs(wanted[i]));
        }
        return gap / scale;
    }

    @Test
    void inceptionOfPytorchFid() throws IOException {
        try (ScriptFeatures features = ScriptFeatures.load(Nets.STAND_INS.resolve("inception-small.pt"), Device.cpu())) {
            NDArray images = images();
            assertTrue(error("inception_features", features.of(images)) < 1e-5);
            assertTrue(error("inception_spatial", features.spatial(images)) < 1e-5);
            assertTrue(error("inception_logits", features.logits(images)) < 1e-5);
            ScriptFeatures.View view = features.view(images);
            assertTrue(error("inception_features", view.features()) < 1e-5);
            assertTrue(error("inception_spatial", view.spatial().orElseThrow()) < 1e-5);
            assertEquals(view.features().getShape().get(1), features.size());
            assertEquals("FD (random inception)", features.metric());
            assertEquals(Optional.of("its weights are random numbers"), features.notFid());
        }
    }

    /** Batch norm in a scripted module would take the batch's statistics once the engine trains it: the export is frozen. */
    @Test
    void inceptionOfNvidia() throws IOException {
        try (ScriptFeatures features = ScriptFeatures.load(NETS.resolve("nvidia-small.pt"), Device.cpu())) {
            ScriptFeatures.View view = features.view(images());
            assertTrue(error("nvidia_features", view.features()) < 1e-5);
            assertTrue(error("nvidia_spatial", view.spatial().orElseThrow()) < 1e-5);
            assertTrue(view.logits().isEmpty());
            assertEquals("FD (inception-v3, standin.pt)", features.metric());
            assertTrue(features.notFid().orElseThrow().startsWith("standin.pt (sha256 "), features.notFid().toString());
            String message = assertThrows(IllegalArgumentException.class, () -> features.logits(images())).getMessage();
            assertTrue(message.endsWith("returns features, spatial only; export it again with --logits"), message);
        }
    }

    /** The batch does not change an image's features, and no array is left behind. */
    @Test
    void eachPictureForItself() throws IOException {
        try (ScriptFeatures features = ScriptFeatures.load(Nets.STAND_INS.resolve("inception-small.pt"), Device.cpu());
                NDManager scope = manager.newSubManager()) {
            NDArray images = images();
            images.attach(scope);
            float[] both = features.of(images).toFloatArray();
            NDArray second = images.get("1:2");
            int before = scope.getManagedArrays().size();
            float[] alone = features.of(second).toFloatArray();
            assertEquals(before + 1, scope.getManagedArrays().size());
            for (int i = 0; i < alone.length; i++) {
                assertEquals(both[alone.length + i], alone[i], 1e-5);
            }
        }
    }

    /** What the networks see, by the formula of bilinear interpolation. */
    @Test
    void resizedPixels() throws IOException {
        for (String kind : new String[] {"half-pixel", "tensorflow"}) {
            try (TorchScriptModule module = TorchScriptModule.load(NETS.resolve(kind + ".pt"), Device.cpu())) {
                NDArray pixels = module.forward(images());
                assertEquals(new Shape(2, 3, 299, 299), pixels.getShape());
                float[] all = pixels.toFloatArray();
                NpyArray wanted = expected.get(kind.replace('-', '_'));
                int columns = (int) wanted.shape()[3];
                float[] found = new float[wanted.size()];
                for (int i = 0; i < found.length; i++) {
                    int column = Math.min(i % columns * 7, 298);
                    int row = ROWS[i / columns % ROWS.length];
                    found[i] = all[(i / columns / ROWS.length * 299 + row) * 299 + column];
                }
                assertTrue(error(wanted.floats(), found) < 1e-5, kind);
            }
        }
    }

    /** In many pixels all activations are zero, where the derivative of their length could be 0/0. */
    @Test
    void lpipsAsADistance() throws IOException {
        Convolutions.assumeRightGradients();
        try (TorchScriptModule module = TorchScriptModule.load(NETS.resolve("lpips-small.pt"), Device.cpu())) {
            NDArray a = floats("lpips_a");
            NDArray b = floats("lpips_b");
            a.setRequiresGradient(true);
            b.setRequiresGradient(true);
            Distance distance = Distance.of((NDArray x, NDArray y) -> module.forward(x, y));
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                NDArray values = distance.measure(a, b).values();
                assertTrue(error("lpips", values) < 1e-5);
                collector.backward(values.mul(floats("lpips_outer")).sum());
            }
            assertTrue(error("lpips_gradient_a", a.getGradient()) < 1e-4);
            assertTrue(error("lpips_gradient_b", b.getGradient()) < 1e-4);
        }
    }

    @Test
    void onlyOfficialWeightsMakeAFid() throws IOException {
        String card = Files.readString(NETS.resolve("nvidia-small.json"));
        String claimed = card.replace("\"official\": false", "\"official\": true");
        try (ScriptFeatures features = copied(NETS.resolve("nvidia-small.pt"), claimed)) {
            assertTrue(features.notFid().orElseThrow().contains("is no file whose hash is published"));
        }
        // NVIDIA's metrics/inception-2015-12-05.pt
        String published = claimed.replace("8c30a045119076d5aa00ae64a3eb40f92f0836eabeb0adf6ee5592d022f06b8c",
                "f58cb9b6ec323ed63459aa4fb441fe750cfe39fafad6da5cb504a16f19e958f4");
        try (ScriptFeatures features = copied(NETS.resolve("nvidia-small.pt"), published)) {
            assertEquals("FID", features.metric());
            assertEquals(Optional.empty(), features.notFid());
        }
        try (ScriptFeatures features = copied(NETS.resolve("nvidia-small.pt"),
                card.replace("\"official\": false", "\"official\": true")
                .replace("inception-nvidia", "lpips-vgg"))) {
            assertEquals(Optional.of("it is no Inception"), features.notFid());
        }
        try (ScriptFeatures features = copied(Nets.STAND_INS.resolve("inception-small.pt"),
                Files.readString(Nets.STAND_INS.resolve("inception-small.json")).replace("\"random\": 1,", ""))) {
            assertEquals(Optional.of("its card does not say where its weights come from"), features.notFid());
            assertFalse(features.metric().equals("FID"));
        }
    }

    private ScriptFeatures copied(Path pt, String card) throws IOException {
        Path copy = folder.resolve("copy.pt");
        Files.write(copy, Files.readAllBytes(pt));
        Files.writeString(folder.resolve("copy.json"), card);
        return ScriptFeatures.load(copy, Device.cpu());
    }

    @Test
    void wrongFilesAndPicturesAreRefusedInOneLine() throws IOException {
        Path alone = Files.write(folder.resolve("alone.pt"), Files.readAllBytes(NETS.resolve("half-pixel.pt")));
        refused(alone, "alone.pt has no card alone.json beside it");
        refused(folder.resolve("nowhere.pt"), "no such file");
        refused(NETS.resolve("lpips-small.pt"), "is random LPIPS, vgg, which has no features");
        String card = Files.readString(Nets.STAND_INS.resolve("inception-small.json"));
        Files.writeString(folder.resolve("alone.json"), card);
        refused(alone, "alone.pt is not the file that alone.json describes");
        Files.writeString(folder.resolve("alone.json"), card.replace("s4s-torchscript", "other"));
        refused(alone, "alone.json: format is not s4s-torchscript version 1");
        Path pt = Files.write(folder.resolve("x.pt"), Files.readAllBytes(Nets.STAND_INS.resolve("inception-small.pt")));
        Files.writeString(folder.resolve("x.json"), card.replace("inception-pytorch-fid", "resnet"));
        refused(pt, "x.json: kind is resnet; known are inception-pytorch-fid, inception-nvidia");

        try (ScriptFeatures features = copied(Nets.STAND_INS.resolve("inception-small.pt"), card.replace("1156", "2023"))) {
            NDArray images = images();
            assertTrue(assertThrows(IllegalStateException.class, () -> features.of(images)).getMessage()
                    .contains("does not return spatial of length 2023, as its card says"));
            for (NDArray wrong : new NDArray[] {images.toType(DataType.FLOAT32, true), images.get(0), images.get(":, :2")}) {
                assertTrue(assertThrows(IllegalArgumentException.class, () -> features.of(wrong)).getMessage()
                        .startsWith("features are of images uint8 (n, 3, height, width), not of "));
            }
        }
    }

    private static void refused(Path file, String part) {
        String message = assertThrows(BadFileException.class, () -> ScriptFeatures.load(file, Device.cpu()).close()).getMessage();
        assertTrue(message.lines().count() == 1 && message.contains(part), message);
    }
}
