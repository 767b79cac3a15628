package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.learn.Distance;
import s4s.model.ClassNumbers;
import s4s.model.repository.Models;
import s4s.model.torchscript.TorchScriptModule;
import s4s.schedule.Discrete;

/** The export scripts themselves, with networks of the true sizes and random weights; skipped where no Python has torch. */
class ExportScriptsTest {
    private static final String SCRIPTS = "src/main/python/";
    private static final List<String> PYTHONS = List.of("python3", "/usr/bin/python3");

    /** Command lines, in which @ is the folder, and a part of what is said about each. */
    private static final String[][] REFUSED = {
        {"export_inception pytorch-fid @x-00000000.pth --out @y.pt",
            "x-00000000.pth is damaged, or not the file"},
        {"export_inception pytorch-fid @text.pth --out @y.pt",
            "text.pth is no file of weights, or is truncated"},
        {"export_inception pytorch-fid @nowhere.pth --out @y.pt",
            "nowhere.pth: No such file"},
        {"export_inception pytorch-fid @hostile.pth --out @y.pt",
            "hostile.pth is no file of weights"},
        {"export_inception pytorch-fid @object.pth --out @y.pt",
            "object.pth is no state dict"},
        {"export_inception pytorch-fid @lin.pth --out @y.pt",
            "has no tensor Conv2d_1a_3x3.conv.weight: not the network"},
        {"export_inception pytorch-fid --out @y.pt",
            "give the file of weights, or --random SEED"},
        {"export_inception nvidia --random 1 --out @y.pt",
            "belong to pytorch-fid"},
        {"export_inception nvidia @text.pth --out @y.pt",
            "is no TorchScript file"},
        {"export_inception nvidia src/test/resources/torchscript/two.pt --out @y.pt",
            "not NVIDIA's Inception"},
        {"export_inception nvidia @text.pth --repo @ --out @y.pt",
            "does not open with"},
        {"export_inception nvidia @forgetful.pkl --repo src/test/python --width 0 --out @y.pt",
            "y.pt is not written: the TorchScript file differs from the Python module by"},
        {"export_lpips alex --backbone @lin.pth --linear @lin.pth --out @y.pt",
            "has no tensor features.0.weight"},
        {"export_lpips alex --backbone @alex.pth --linear @lin.pth --out @y.pt",
            "holds lin0.model.1.weight where"},
        {"export_lpips alex --backbone @alex.pth --linear @negative.pth --out @y.pt",
            "has negative weights"},
        {"export_lpips alex --backbone @thin.pth --linear @lin.pth --out @y.pt",
            "features.0.weight has the shape [8, 3, 11, 11]"},
        {"export_lpips alex --backbone @alex.pth --out @y.pt",
            "give --backbone and --linear, or --random"},
        {"export_lpips alex --random 1 --resize 8 --out @y.pt",
            "the networks need at least 32 pixels"},
        {"export_clip --out @y",
            "give --weights, or --random SEED"},
        {"export_clip --weights @alex.pth --out @y",
            "has no tensor 'vision_model.encoder.layers.0.mlp.fc1.weight': no CLIP with a ViT"},
        {"export_clip --weights @text.safetensors --out @y",
            "text.safetensors is no file of weights, or is truncated"},
        {"export_clip --weights @alex.pth --config @text.pth --out @y",
            "text.pth is no JSON"},
        {"export_lpips alex --random 1 --width 1/16 --out @y",
            "the name of a TorchScript file ends with .pt"},
        {"export_edm @text.pth --repo src/test/python/standins/edm --out @model",
            "text.pth does not open with src/test/python/standins/edm"},
        {"export_edm @text.pth --repo @nowhere --out @model",
            "nowhere is no folder; --repo is a clone of the official repository"},
        {"export_edm @forgetful.pkl --repo src/test/python --out @model",
            "holds a Forgetful without img_channels: no preconditioned network of EDM"},
        {"export_edm @official/edm.pkl --repo src/test/python/standins/edm --half --out @model",
            "give --device cuda with --half"},
        {"export_edm @official/forgetful.pkl --repo src/test/python/standins/edm --out @model",
            "denoiser.pt is not written: the TorchScript file differs from the Python module by"},
        {"export_ldm @official/ldm/model.ckpt --config @official/ldm/config.yaml --repo src/test/python --out @model",
            "src/test/python has no ldm: --repo is a clone of the official repository"},
        {"export_ldm @alex.pth --config @official/ldm/config.yaml --repo src/test/python/standins/latent --out @model",
            "alex.pth has no entry state_dict"},
        {"export_ldm @hostile.pth --config @official/ldm/config.yaml --repo src/test/python/standins/latent --out @model",
            "hostile.pth is no file of weights"},
        {"export_ldm @official/ldm/model.ckpt --config @official/sd/unet/config.json --repo src/test/python/standins/latent"
            + " --out @model", "config.json describes no model of"},
        {"export_stable_diffusion @official/ldm --out @model",
            "scheduler_config.json: No such file"},
        {"export_stable_diffusion @official/sd --device gpu --out @model",
            "there is no device gpu; give cpu or cuda"},
    };

    @TempDir
    private static Path folder;

    private static String python = "";

    private record Result(int code, String out, String err) {}

    private static Result run(String... command) throws IOException, InterruptedException {
        Path err = folder.resolve("stderr.txt");
        ProcessBuilder builder = new ProcessBuilder(command).redirectError(err.toFile());
        Process process = builder.start();
        process.getOutputStream().close();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, Files.readString(err).strip());
    }

    private static boolean imports(String python, String module) throws InterruptedException {
        try {
            return run(python, "-c", "import numpy, " + module).code == 0;
        } catch (IOException e) {
            return false;                                                       // no such program
        }
    }

    @BeforeAll
    static void findTorch() throws IOException, InterruptedException {
        for (String candidate : PYTHONS) {
            if (python.isEmpty() && imports(candidate, "torch")) {
                python = candidate;
            }
        }
        Assumptions.assumeFalse(python.isEmpty(), "neither of " + PYTHONS + " has torch and numpy");
    }

    private static Npz expected(String kind) throws IOException, InterruptedException {
        Result made = run(python, "src/test/python/export_nets.py", folder.toString(), kind);
        assertEquals(0, made.code, made.err);
        return Npz.open(folder.resolve(kind + ".npz"));
    }

    private static NDArray floats(NDManager manager, NpyArray array) {
        return manager.create(array.floats(), new Shape(array.shape()));
    }

    private static void equal(NpyArray wanted, NDArray found, double tolerance) {
        assertEquals(new Shape(wanted.shape()), found.getShape());
        float[] a = wanted.floats();
        float[] b = found.toFloatArray();
        float scale = 0;
        for (float v : a) {
            scale = Math.max(scale, Math.abs(v));
        }
        for (int i = 0; i < a.length; i++) {
            assertEquals(a[i], b[i], tolerance * scale);
        }
    }

    @ParameterizedTest
    @CsvSource({"inception, 2048", "pickle, 16"})
    void inceptionsReturnWhatPythonComputes(String name, int size) throws Exception {
        try (Npz expected = expected(name);
                ScriptFeatures features = ScriptFeatures.load(folder.resolve(name + ".pt"), Device.cpu());
                NDManager manager = NDManager.newBaseManager()) {
            NpyArray images = expected.get("images");
            NDArray pictures = manager.create(ByteBuffer.wrap(images.bytes()), new Shape(images.shape()), DataType.UINT8);
            ScriptFeatures.View view = features.view(pictures);
            assertEquals(size, features.size());
            equal(expected.get("features"), view.features(), 1e-5);
            equal(expected.get("spatial"), view.spatial().orElseThrow(), 1e-5);
            assertEquals(2023, view.spatial().orElseThrow().getShape().get(1));
            assertFalse(features.metric().equals("FID"));
        }
    }

    @Test
    void lpipsHasPythonsValuesAndGradients() throws Exception {
        try (Npz expected = expected("lpips"); NDManager manager = NDManager.newBaseManager()) {
            for (String name : new String[] {"vgg", "alex", "squeeze"}) {
                try (TorchScriptModule module = TorchScriptModule.load(folder.resolve(name + ".pt"), Device.cpu())) {
                    NDArray a = floats(manager, expected.get("a"));
                    NDArray b = floats(manager, expected.get("b"));
                    a.setRequiresGradient(true);
                    b.setRequiresGradient(true);
                    try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                        NDArray values = Distance.of((NDArray x, NDArray y) -> module.forward(x, y)).measure(a, b).values();
                        equal(expected.get(name), values, 1e-6);
                        collector.backward(values.sum());
                    }
                    equal(expected.get(name + "_gradient_a"), a.getGradient(), 1e-5);
                    equal(expected.get(name + "_gradient_b"), b.getGradient(), 1e-5);
                }
            }
        }
    }

    @Test
    void clipOfBothKindsOfFiles() throws Exception {
        Result made = run(python, "src/test/python/export_nets.py", folder.toString(), "clip");
        assertEquals(0, made.code, made.err);
        for (String name : new String[] {"bin", "safe"}) {
            ClipScore.load(folder.resolve(name + "-image.pt"), folder.resolve(name + "-text.pt"),
                    Path.of("src/test/resources/nets/tokenizer-small.json"), Device.cpu()).close();
        }
    }

    /** The scripts' files against the networks in the official kinds of files, in Python; what Java does with them elsewhere. */
    private static void exportDiffusionModels() throws Exception {
        if (!Files.exists(folder.resolve("official"))) {
            Result made = run(python, "src/test/python/export_models.py", folder.toString());
            assertEquals(0, made.code, made.err);
        }
    }

    @Test
    void diffusionModelsLoad() throws Exception {
        exportDiffusionModels();
        Models models = new Models(folder);
        try (NDManager manager = NDManager.newBaseManager()) {
            assertEquals(3, ((ClassNumbers) models.load("edm", manager).encoder().orElseThrow()).count());
            assertEquals(Discrete.latentDiffusion(), models.load("ldm", manager).schedule());
            NDArray x = manager.ones(new Shape(2, 3, 4, 4));
            float[] whole = models.load("ldm", manager).denoiser().predict(x, manager.create(500f)).toFloatArray();
            float[] narrow = models.load("ldm-half", manager).denoiser().predict(x, manager.create(500f)).toFloatArray();
            assertArrayEquals(whole, narrow, 0.05f);
            assertFalse(Arrays.equals(whole, narrow));
            NDArray pictures = models.load("ldm", manager).decoder().decode(manager.ones(new Shape(2, 3, 4, 4)));
            assertEquals(new Shape(2, 3, 8, 8), pictures.getShape());
            Discrete linear = (Discrete) models.load("sd", manager).schedule();
            assertEquals(0.012, linear.betas()[999], 1e-9);
            assertEquals((0.00085 + 0.012) / 2, (linear.betas()[499] + linear.betas()[500]) / 2, 1e-9);
        }
    }

    @Test
    void badInputIsRefusedInOneLine() throws Exception {
        exportDiffusionModels();
        Result made = run(python, "src/test/python/make_bad_weights.py", folder.toString());
        assertEquals(0, made.code, made.err);
        List<String> command = new ArrayList<>(List.of(python, "src/test/python/run_scripts.py"));
        for (String[] refused : REFUSED) {
            command.add(refused[0].replace("@", folder + "/"));
        }
        Result result = run(command.toArray(String[]::new));
        assertEquals(0, result.code, result.err);
        List<String> lines = result.out.lines().toList();
        assertEquals(REFUSED.length, lines.size(), result.out);
        for (int i = 0; i < REFUSED.length; i++) {
            String name = REFUSED[i][0].split(" ")[0];
            String line = lines.get(i);
            assertTrue(line.startsWith("2\t" + name + ": ") && line.contains(REFUSED[i][1]) && !line.contains(" // "), line);
        }
        assertFalse(Files.exists(folder.resolve("y.pt")) || Files.exists(folder.resolve("y.json")));
        assertFalse(Files.exists(folder.resolve("it-ran")) || Files.exists(folder.resolve("model/card.json")));
        try (var files = Files.list(folder)) {
            assertTrue(files.noneMatch(file -> file.toString().endsWith(".tmp")));
        }
    }

    @Test
    void exitCodeIsTwo() throws Exception {
        Result result = run(python, SCRIPTS + "export_lpips.py", "vgg", "--out", "y.pt");
        assertEquals(2, result.code, result.err);
        assertEquals("export_lpips: give --backbone and --linear, or --random SEED and neither of them", result.err);
    }

    @Test
    void withoutTorchThereIsHelpAndOneLine() throws Exception {
        Path none = Files.createDirectories(folder.resolve("none"));
        Files.writeString(none.resolve("torch.py"), "raise ImportError('none')\n");
        for (String name : new String[] {"export_inception", "export_lpips", "export_clip"}) {
            String start = "import runpy, sys; sys.path[:0] = ['" + none + "', '" + SCRIPTS + "']; sys.argv[0] = '" + name
                    + "'; runpy.run_path('" + SCRIPTS + name + ".py', run_name='__main__')";
            Result help = run(python, "-c", start, "--help");
            assertEquals(0, help.code, help.err);
            assertTrue(help.out.contains("--random SEED"), help.out);
            List<String> command = new ArrayList<>(List.of(python, "-c", start, "--random", "1", "--out",
                    folder.resolve("y.pt").toString()));
            if (!name.equals("export_clip")) {
                command.add(name.equals("export_lpips") ? "vgg" : "pytorch-fid");
            }
            Result result = run(command.toArray(String[]::new));
            assertEquals(2, result.code, result.err);
            assertTrue(result.err.lines().count() == 1 && result.err.contains("needs torch 1.13 or newer"), result.err);
        }
        for (String name : new String[] {"export_edm", "export_ldm", "export_stable_diffusion"}) {
            String start = "import runpy, sys; sys.path[:0] = ['" + none + "', '" + SCRIPTS + "']; sys.argv[0] = '" + name
                    + "'; runpy.run_path('" + SCRIPTS + name + ".py', run_name='__main__')";
            Result help = run(python, "-c", start, "--help");
            assertTrue(help.code == 0 && help.out.contains("--out FOLDER"), help.out + help.err);
        }
    }

    /** The networks are torchvision's, layer for layer. */
    @Test
    void networksAreTorchvisions() throws Exception {
        Assumptions.assumeTrue(imports(python, "torchvision"), python + " has no torchvision");
        Path place = Files.createDirectories(folder.resolve("torchvision"));
        Result checked = run(python, "src/test/python/check_nets.py", place.toString());
        assertEquals(0, checked.code, checked.out + checked.err);
    }
}
