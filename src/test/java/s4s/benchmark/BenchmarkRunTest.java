package s4s.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.grid.GridType;
import s4s.io.Progress;
import s4s.learn.Teacher;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.metric.Reference;
import s4s.model.CountingDenoiser;
import s4s.model.DiffusionModel;
import s4s.model.EdmPreconditioning;
import s4s.model.NetworkDenoiser;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.solver.Solvers;
import tech.tablesaw.api.Table;

/** A table that was stopped and made larger is the table made at once. */
class BenchmarkRunTest {
    private static final UNet.Config UNET = new UNet.Config(3, 8, 2, List.of(8), List.of(1), List.of(false), 8);
    private static final FeatureNet.Config FEATURES = new FeatureNet.Config(3, 8, 2, List.of(8, 8), List.of(1, 1), 2);
    private final Benchmark benchmark = new Benchmark("small", "Small",
            new Benchmark.Source("network", Benchmark.Space.PIXEL, Condition.NONE),
            new Benchmark.Teaching(new Teacher(Solvers.named("unipc-3-bh1"), GridType.LOGSNR, 8), Map.of(), "l2"),
            new Benchmark.Extent(List.of(2, 4), List.of(GridType.LOGSNR, GridType.EDM), 40, 20),
            Optional.of(new Metric("features", Optional.empty())), Optional.empty());
    private NDManager manager;
    private CountingDenoiser denoiser;
    private DiffusionModel model;
    private Benchmark.Loaded loaded;
    private final List<String> notes = new ArrayList<>();

    @TempDir
    Path folder;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        denoiser = new CountingDenoiser(
                new NetworkDenoiser(new UNet(UNET, UNet.initial(UNET, manager, 3)), new EdmPreconditioning(0.5)));
        model = DiffusionModel.of(denoiser).named("net", "hash");
        MiniFeatures features = new MiniFeatures(new FeatureNet(FEATURES, FeatureNet.initial(FEATURES, manager, 4)), manager);
        Moments moments = new Moments(features.size());
        float[] vectors = new float[60 * features.size()];
        for (int i = 0; i < vectors.length; i++) {
            vectors[i] = i * 37 % 251 / 100f;
        }
        moments.add(vectors);
        loaded = new Benchmark.Loaded(model, features,
                new Reference(moments.gaussian(), new Reference.About("features", "hash", "ramp", "hash")));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private Table run(String state, int images, List<Integer> milestones) throws IOException {
        return run(state, images, name -> true, milestones);
    }

    private Table run(String state, int images, Predicate<String> chosen, List<Integer> milestones) throws IOException {
        List<Table> tables = new ArrayList<>();
        new BenchmarkRun(benchmark, loaded, benchmark.fixed(model), 10, 20, folder.resolve(state), notes::add)
                .to(images, chosen, manager, Progress.none(), (count, table) -> {
                    milestones.add(count);
                    tables.add(table);
                });
        return tables.get(tables.size() - 1);
    }

    @Test
    void growsToTheSameNumbers() throws IOException {
        List<Integer> milestones = new ArrayList<>();
        Table once = run("once", 60, milestones);
        assertEquals(List.of(20, 40, 60), milestones);
        run("grown", 20, milestones);
        assertEquals(once.print(100), run("grown", 60, milestones).print(100));
        assertEquals(41, once.rowCount());
        assertEquals(40, Scores.students(once).rowCount());
        assertEquals(0, Scores.teacher(once).row(0).getDouble("rmse"), 1e-6);

        List<Entry> entries = benchmark.entries(model, GridType.EDM, 4);
        TeacherImages images = TeacherImages.draw(manager, model, benchmark.teacher(), Benchmark.seeds(60), 60, n -> {});
        List<Comparison.Score> scores = new Comparison(model, loaded.metric().map(Metric.Loaded::yardstick), images, 20,
                20).run(manager, entries, n -> {});
        for (int i = 0; i < scores.size(); i++) {
            int row = 30 + i;
            assertEquals(scores.get(i).entry().solver(), once.stringColumn("solver").get(row));
            assertEquals(scores.get(i).fd(), once.doubleColumn("fd").get(row), 1e-3 * scores.get(i).fd());
            assertEquals(scores.get(i).blockMean(), once.doubleColumn("block_fd").get(row), 1e-3 * scores.get(i).blockMean());
            assertEquals(scores.get(i).rmse(), once.doubleColumn("rmse").get(row), 1e-5);
        }
    }

    @Test
    void asksNothingTwice() throws IOException {
        run("state", 40, new ArrayList<>());
        long calls = denoiser.calls();
        List<Integer> milestones = new ArrayList<>();
        run("state", 40, milestones);
        assertEquals(calls, denoiser.calls());
        assertEquals(List.of(40), milestones);
    }

    /** Some solvers grow, the others keep their rows. */
    @Test
    void someSolversGoOn() throws IOException {
        Table before = run("state", 20, new ArrayList<>());
        String group = benchmark.fixed(model).keySet().iterator().next();
        List<Integer> milestones = new ArrayList<>();
        Table after = run("state", 40, group::equals, milestones);
        assertEquals(List.of(20, 40), milestones);
        assertEquals(before.rowCount(), after.rowCount());
        assertEquals(10, after.where(after.intColumn("images").isEqualTo(40)).rowCount());
        Table same = after.where(after.intColumn("images").isEqualTo(20));
        assertEquals(before.dropRange(10).print(100), same.print(100));
    }

    @Test
    void otherWeightsBeginAgain() throws IOException {
        run("state", 20, new ArrayList<>());
        long calls = denoiser.calls();
        loaded = new Benchmark.Loaded(model.named("net", "other hash"), loaded.metric());
        run("state", 20, new ArrayList<>());
        assertEquals(2 * calls, denoiser.calls());
        assertTrue(notes.size() == benchmark.fixed(model).size()
                && notes.get(0).contains("model sha256 was hash, now it is other hash"), notes.toString());
    }

    /** Sums that vanish or change under a run would make a table of fewer images than it says. */
    @Test
    void sumsThatOthersRemoveAreMissed() throws IOException {
        BenchmarkRun run = new BenchmarkRun(benchmark, loaded, benchmark.fixed(model), 10, 20, folder.resolve("state"),
                notes::add);
        String group = benchmark.fixed(model).keySet().iterator().next();
        assertTrue(assertThrows(IOException.class, () -> run.to(40, group::equals, manager, Progress.none(), (count, table) ->
                Files.delete(folder.resolve("state").resolve(group + ".npz")))).getMessage().contains("changed or removed"));
    }

    /** Without real images the distances to the teacher are the same, and Frechet distances are missing. */
    @Test
    void withoutAMetricThereAreTheDistancesToTheTeacher() throws IOException {
        Predicate<String> some = "4-edm"::equals;
        Table measured = run("measured", 40, some, new ArrayList<>());
        loaded = new Benchmark.Loaded(model.named("net", "hash"), Optional.empty());
        run("bare", 20, some, new ArrayList<>());
        Table bare = run("bare", 40, some, new ArrayList<>());
        assertEquals(10, bare.rowCount());
        assertEquals(10, bare.doubleColumn("fd").countMissing());
        assertEquals(10, bare.doubleColumn("block_fd").countMissing());
        assertEquals(measured.doubleColumn("rmse").asList(), bare.doubleColumn("rmse").asList());
        assertEquals(measured.intColumn("images").asList(), bare.intColumn("images").asList());
    }

    @Test
    void imagesAreWholeBlocks() {
        assertThrows(IllegalArgumentException.class, () -> run("state", 30, new ArrayList<>()));
    }
}
