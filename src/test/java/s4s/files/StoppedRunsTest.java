package s4s.files;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.Golden;
import s4s.benchmark.Benchmark;
import s4s.benchmark.BenchmarkTable;
import s4s.benchmark.Condition;
import s4s.benchmark.Entry;
import s4s.benchmark.Metric;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.io.Claim;
import s4s.io.Hashes;
import s4s.io.Npz;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.learn.Families;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Plan;
import s4s.learn.Recipe;
import s4s.learn.SeedRange;
import s4s.learn.Teacher;
import s4s.learn.TeacherPairs;
import s4s.learn.TeacherStore;
import s4s.metric.Extraction;
import s4s.metric.Features;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.metric.PartialSums;
import s4s.metric.Reference;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.model.EdmPreconditioning;
import s4s.model.NetworkDenoiser;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.sampling.ImageStore;
import s4s.schedule.Edm;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;
import s4s.train.Denoising;
import s4s.train.Pixels;
import s4s.train.TrainConfig;
import s4s.train.Trainer;

/**
 * Each resumable command's work, stopped at every single operation on the disk, by a kill and by a full disk, and started
 * again: it leaves the files of a run that was not stopped, and nothing else.
 */
class StoppedRunsTest {
    /** What says when and how long a run was. */
    private static final Set<String> TIMES = Set.of("sessions", "date", "seconds", "teacherSha256");

    private NDManager manager;

    @TempDir
    private Path folder;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    /** Some work on a folder. */
    private interface Work {
        void on(Path folder) throws IOException;
    }

    private void stopsAnywhere(Work work) throws IOException {
        FaultyFiles counting = new FaultyFiles(FileSystems.getDefault(), FaultyFiles.Fault.KILL, Long.MAX_VALUE);
        Path whole = Files.createDirectories(folder.resolve("whole").resolve("out"));
        work.on(counting.of(whole));
        Map<String, String> expected = contents(whole);
        assertTrue(counting.operations().size() > 5, counting.operations().toString());
        for (FaultyFiles.Fault fault : FaultyFiles.Fault.values()) {
            for (int k = 0; k < counting.operations().size(); k++) {
                Path stopped = Files.createDirectories(folder.resolve(fault + "-" + k).resolve("out"));
                FaultyFiles files = new FaultyFiles(FileSystems.getDefault(), fault, k);
                if (fault == FaultyFiles.Fault.KILL) {
                    assertThrows(FaultyFiles.Killed.class, () -> work.on(files.of(stopped)));
                } else {
                    try {
                        work.on(files.of(stopped));
                    } catch (IOException e) {
                        assertEquals(1, e.getMessage().lines().count());
                    }
                }
                assertEquals(named(counting, k), named(files, k), "the run is the same until it is stopped");
                String where = fault + " at " + k + ": " + counting.operations().get(k);
                try {
                    work.on(stopped);
                } catch (IOException | RuntimeException e) {
                    throw new AssertionError(where, e);
                }
                assertEquals(expected, contents(stopped), where);
            }
        }
    }

    private static String named(FaultyFiles files, int last) {
        return files.operations().subList(0, last + 1).toString().replaceAll("[0-9a-f]{8}-[0-9a-f-]{27}", "UUID");
    }

    /** The files of a folder, and what is in them but for times. */
    private static Map<String, String> contents(Path folder) throws IOException {
        Map<String, String> contents = new TreeMap<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.filter(f -> !f.equals(folder)).toList()) {
                contents.put(folder.relativize(file).toString(), content(file));
            }
        }
        return contents;
    }

    private static String content(Path file) throws IOException {
        String name = file.getFileName().toString();
        if (Files.isDirectory(file)) {
            return "folder";
        }
        if (name.endsWith(".json")) {
            return timeless(JsonParser.parseString(Files.readString(file))).toString();
        }
        if (name.equals("checkpoint.npz")) {                        // has the seconds so far
            try (Npz npz = Npz.open(file)) {
                StringBuilder arrays = new StringBuilder();
                for (String array : npz.names()) {
                    arrays.append(array.equals("state") ? npz.get(array).doubles()[0] + " " + npz.get(array).doubles()[2]
                            : array.equals("sha256") ? "" : array + npz.get(array).hashCode());
                }
                return arrays.toString();
            }
        }
        return Hashes.sha256(file);
    }

    private static JsonElement timeless(JsonElement json) {
        if (json instanceof JsonObject object) {
            TIMES.forEach(object::remove);
            object.entrySet().forEach(entry -> timeless(entry.getValue()));
        } else if (json instanceof JsonArray array) {
            array.forEach(StoppedRunsTest::timeless);
        }
        return json;
    }

    @Test
    void pictures() throws IOException {
        stopsAnywhere(out -> ImageStore.open(out.resolve("images"), Provenance.of("test"), 100, 4).to(10, (seeds, done) -> {
            byte[] pixels = new byte[seeds.length * 3 * 4];
            Arrays.fill(pixels, (byte) seeds[0]);
            return ImageSet.of(pixels, 2, 2, "test");
        }, Progress.none(), note -> {}));
    }

    private Denoiser mixture() {
        return Golden.mixture("smooth", new Edm(), Prediction.DATA);
    }

    @Test
    void pairsOfATeacher() throws IOException {
        DiffusionModel model = DiffusionModel.of(mixture());
        Solver teacher = Solvers.named("ddim").on(GridType.EDM, model.schedule(), 2);
        stopsAnywhere(out -> TeacherStore.open(out.resolve("pairs"), new TeacherStore.Recipe("mixture", "hash",
                SolverFile.of(teacher, model.schedule(), Provenance.of("test")), SeedRange.TRAINING, model.sampleShape()), 4,
                "test").to(10, manager, model, 4, Progress.none(), note -> {}));
    }

    @Test
    void learning() throws IOException {
        DiffusionModel model = DiffusionModel.of(mixture());
        Solver teacher = Solvers.named("ddim").on(GridType.EDM, model.schedule(), 9);
        LearningTask task = new LearningTask(manager, model.named("mixture", "hash"), "ddim", NamedDistance.l2(),
                TeacherPairs.draw(manager, model, teacher, SeedRange.TRAINING, 8, 8, done -> {}),
                TeacherPairs.draw(manager, model, teacher, SeedRange.VALIDATION, 8, 8, done -> {}));
        Recipe recipe = new Recipe(Families.S4S_LMS, Solvers.named("dpmpp-3m"), GridType.EDM, 3, OptionalInt.empty(),
                Plan.adam(20, 0.01), "adam, 20 steps", 8, 8, 0);
        stopsAnywhere(out -> {
            Path file = out.resolve("s.json");
            Path checkpoint = out.resolve("s.json.npz");
            try (Claim claim = Claim.ofFile(file)) {
                recipe.learn(task, Optional.of(checkpoint), "test", Progress.none(), note -> {}).file().write(file);
                Files.deleteIfExists(checkpoint);
            }
        });
    }

    @Test
    void training() throws IOException {
        UNet.Config unet = new UNet.Config(3, 8, 2, List.of(4), List.of(1), List.of(false), 4);
        byte[] pixels = new byte[12 * 192];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 31 % 241);
        }
        Pixels examples = new Pixels(ImageSet.of(pixels, 8, 8, "ramp"), true);
        stopsAnywhere(out -> {
            try (Claim claim = Claim.ofFolder(out.resolve("model")); Trainer trainer = new Trainer(
                    new TrainConfig(16, 4, 2e-3, 8, 80, true, 5), new Denoising(unet, new EdmPreconditioning(0.5), -1.2, 1.2),
                    examples, out.resolve("model").resolve("checkpoint.npz"))) {
                for (long next = trainer.state().step() + 2; trainer.state().step() < 4; next += 2) {
                    trainer.run(next, state -> {});
                    trainer.save();
                }
                Npz.write(out.resolve("model").resolve("weights.npz"), trainer.average().toNpy());
            }
        });
    }

    /** The means of the colours. */
    private record Means() implements Features {
        @Override
        public NDArray of(NDArray pictures) {
            return pictures.toType(DataType.FLOAT32, false).reshape(pictures.getShape().get(0), 3, -1).mean(new int[] {2});
        }

        @Override
        public int size() {
            return 3;
        }

        @Override
        public String metric() {
            return "FD (means)";
        }

        @Override
        public String network() {
            return "means";
        }

        @Override
        public String sha256() {
            return "hash";
        }

        @Override
        public String preprocessing() {
            return "none";
        }
    }

    @Test
    void moments() throws IOException {
        byte[] pixels = new byte[20 * 12];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (31L * i * i % 253);
        }
        ImageSet images = ImageSet.of(pixels, 2, 2, "some");
        stopsAnywhere(out -> {
            try (PartialSums partial = new PartialSums(out.resolve("m.npz.state"), 8)) {
                Moments.Gaussian moments = new Extraction(new Means(), images, IntStream.range(0, 20).toArray(), 4)
                        .moments(manager, partial, done -> {});
                new Reference(moments, Reference.About.of(new Means(), images)).write(out.resolve("m.npz"));
                partial.delete();
            }
        });
    }

    @Test
    void tables() throws IOException {
        UNet.Config unet = new UNet.Config(3, 8, 2, List.of(4), List.of(1), List.of(false), 4);
        FeatureNet.Config network = new FeatureNet.Config(3, 8, 2, List.of(4, 4), List.of(1, 1), 2);
        Benchmark benchmark = new Benchmark("small", "Small",
                new Benchmark.Source("network", Benchmark.Space.PIXEL, Condition.NONE),
                new Benchmark.Teaching(new Teacher(Solvers.named("ddim"), GridType.LOGSNR, 2), Map.of(), "l2"),
                new Benchmark.Extent(List.of(2), List.of(GridType.EDM), 40, 4),
                Optional.of(new Metric("features", Optional.empty())), Optional.empty());
        DiffusionModel model = DiffusionModel.of(new NetworkDenoiser(
                new UNet(unet, UNet.initial(unet, manager, 3)), new EdmPreconditioning(0.5))).named("net", "hash");
        MiniFeatures features = new MiniFeatures(new FeatureNet(network, FeatureNet.initial(network, manager, 4)), manager);
        Moments known = new Moments(features.size());
        float[] vectors = new float[20 * features.size()];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = i * 37 % 251 / 100f;
        }
        known.add(vectors);
        Benchmark.Loaded loaded = new Benchmark.Loaded(model, features,
                new Reference(known.gaussian(), new Reference.About("features", "hash", "ramp", "hash")));
        List<Entry> some = benchmark.entries(model, GridType.EDM, 2).subList(0, 2);
        stopsAnywhere(out -> BenchmarkTable.of(out.resolve("t.csv"), benchmark, loaded, Map.of("2-edm", some), 4, 4, "test")
                .to(8, group -> true, false, manager, Progress.none(), note -> {}));
    }
}
