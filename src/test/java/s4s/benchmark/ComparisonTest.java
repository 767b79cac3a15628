package s4s.benchmark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.learn.Teacher;
import s4s.metric.Extraction;
import s4s.metric.Frechet;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.model.CountingDenoiser;
import s4s.model.CrowdedDenoiser;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.model.EdmPreconditioning;
import s4s.model.NetworkDenoiser;
import s4s.model.TinyLatentModel;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.sampling.CachingDenoiser;
import s4s.sampling.Executor;
import s4s.sampling.Noise;
import s4s.sampling.Program;
import s4s.solver.Solver;
import s4s.solver.Solvers;

/** A comparison gives what the parts give one by one, and sharing evaluations changes nothing but their number. */
class ComparisonTest {
    private static final UNet.Config UNET = new UNet.Config(3, 8, 2, List.of(8), List.of(1), List.of(false), 8);
    private static final FeatureNet.Config FEATURES = new FeatureNet.Config(3, 8, 2, List.of(8, 8), List.of(1, 1), 2);
    private NDManager manager;
    private Denoiser denoiser;
    private DiffusionModel model;
    private MiniFeatures features;
    private Moments.Gaussian reference;

    @BeforeEach
    void open() throws IOException {
        manager = NDManager.newBaseManager();
        UNet unet = new UNet(UNET, UNet.initial(UNET, manager, 3));
        denoiser = new NetworkDenoiser(unet, new EdmPreconditioning(0.5));
        model = DiffusionModel.of(denoiser);
        features = new MiniFeatures(new FeatureNet(FEATURES, FeatureNet.initial(FEATURES, manager, 4)), manager);
        byte[] pixels = new byte[60 * 192];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (i * 37 % 251);
        }
        reference = Extraction.moments(features, ImageSet.of(pixels, 8, 8, "ramp"), manager);
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @Test
    void scoresEqualThePartsOneByOne() throws IOException {
        Teacher teacher = new Teacher(Solvers.named("unipc-3-bh1"), GridType.LOGSNR, 12);
        TeacherImages images = TeacherImages.draw(manager, model, teacher, Benchmark.seeds(40), 20, d -> {});
        List<Entry> entries = new ArrayList<>(Entry.of(Solvers.baselines(), GridType.EDM, denoiser.schedule(), 4));
        entries.add(new Entry("teacher", "logsnr", teacher.solver(model)));
        List<Comparison.Score> scores = new Comparison(model, features, new Frechet(reference), images, 10, 20)
                .run(manager, entries, d -> {});
        assertEquals(entries.size(), scores.size());
        for (Comparison.Score score : scores) {
            NDArray noise = Noise.normal(manager, Benchmark.seeds(40), denoiser.sampleShape());
            NDArray sample = Executor.run(Program.of(score.entry().value(), denoiser.schedule(),
                    denoiser.prediction()), denoiser, noise);
            float[] values = sample.toType(DataType.FLOAT32, false).toFloatArray();
            double fd = Frechet.distance(Extraction.moments(features, ImageSet.of(values, 8, 8, "x"), manager), reference);
            assertEquals(fd, score.fd(), 1e-3 * fd, score.entry().solver());
            assertEquals(2, score.blockFd().length);
            float[] target = images.batch(manager, 0, 40).toFloatArray();
            double rmse = 0;
            for (int i = 0; i < 40; i++) {
                double sum = 0;
                for (int k = i * 192; k < (i + 1) * 192; k++) {
                    sum += Math.pow(values[k] - target[k], 2);
                }
                rmse += Math.sqrt(sum / 192) / 40;
            }
            assertEquals(rmse, score.rmse(), 1e-5);
        }
        Comparison.Score self = scores.get(scores.size() - 1);
        assertEquals(0, self.rmse(), 1e-6);
        assertEquals(0, self.perceptual(), 1e-6);
        assertTrue(scores.get(0).perceptual() > 1e-6);
    }

    /** A device with memory for seven images; neither that nor the batch asked for divides a block. */
    @Test
    void aBatchThatDoesNotFitIsHalved() {
        TeacherImages images = TeacherImages.draw(manager, model,
                new Teacher(Solvers.named("unipc-3-bh1"), GridType.LOGSNR, 5), Benchmark.seeds(40), 20, d -> {});
        List<Entry> entries = Entry.of(Solvers.baselines(), GridType.EDM, denoiser.schedule(), 3);
        List<Comparison.Score> roomy = new Comparison(model, features, new Frechet(reference), images, 20, 20)
                .run(manager, entries, d -> {});
        List<Long> progress = new ArrayList<>();
        List<Comparison.Score> crowded = new Comparison(
                DiffusionModel.of(new CrowdedDenoiser(denoiser, 7)), features, new Frechet(reference),
                images, 15, 20).run(manager, entries, progress::add);
        for (int i = 0; i < roomy.size(); i++) {
            assertEquals(roomy.get(i).fd(), crowded.get(i).fd(), 1e-4 * roomy.get(i).fd());
            assertArrayEquals(roomy.get(i).blockFd(), crowded.get(i).blockFd(), 1e-4 * roomy.get(i).fd());
            assertEquals(roomy.get(i).rmse(), crowded.get(i).rmse(), 1e-6);
            assertEquals(40, crowded.get(i).images());
        }
        assertEquals(40L * entries.size(), progress.get(progress.size() - 1));
    }

    /** Latents under conditions: what the comparison says is what each seed's own network and the decoder give. */
    @Test
    void latentsAreComparedAsPictures() throws IOException {
        TinyLatentModel tiny = new TinyLatentModel(manager);
        DiffusionModel model = tiny.byClass(3);
        TeacherImages images = TeacherImages.draw(manager, model,
                new Teacher(Solvers.named("unipc-3-bh2"), GridType.TIME_UNIFORM, 9), Benchmark.seeds(12), 5, d -> {});
        Solver solver = Solvers.named("dpmpp-2m").on(GridType.TIME_UNIFORM, model.schedule(), 3);
        Comparison.Score score = new Comparison(model, features, new Frechet(reference), images, 4, 12)
                .run(manager, List.of(new Entry("x", "", solver)), d -> {}).get(0);
        float[] all = new float[12 * 192];
        double rmse = 0;
        for (int seed = 0; seed < 12; seed++) {
            Denoiser alone = tiny.network().denoiser(List.of(List.of("cat", "dog", "cow").get(seed % 3)), 3);
            NDArray noise = Noise.normal(manager, new long[] {seed}, model.sampleShape());
            float[] picture = tiny.decoder().decode(Executor.run(Program.of(solver, model.schedule(), model.prediction()),
                    alone, noise).toType(DataType.FLOAT32, false)).toFloatArray();
            System.arraycopy(picture, 0, all, 192 * seed, 192);
            float[] target = images.batch(manager, seed, seed + 1).toFloatArray();
            double sum = 0;
            for (int k = 0; k < 192; k++) {
                sum += Math.pow(picture[k] - target[k], 2);
            }
            rmse += Math.sqrt(sum / 192) / 12;
        }
        double fd = Frechet.distance(Extraction.moments(features, ImageSet.of(all, 8, 8, "x"), manager), reference);
        assertEquals(fd, score.fd(), 1e-3 * fd);
        assertEquals(rmse, score.rmse(), 1e-4 * rmse);
        assertTrue(rmse > 1e-3, "" + rmse);
    }

    @Test
    void rememberingAsksOnceAndAnswersTheSame() {
        CountingDenoiser counter = new CountingDenoiser(denoiser);
        NDArray noise = Noise.normal(manager, new long[] {1, 2, 3}, denoiser.sampleShape());
        List<Entry> entries = Entry.of(Solvers.baselines(), GridType.LOGSNR, denoiser.schedule(), 4);
        int questions = 0;
        try (CachingDenoiser memory = new CachingDenoiser(counter, manager)) {
            for (Entry c : entries) {
                Program program = Program.of(c.value(), denoiser.schedule(), denoiser.prediction());
                CountingDenoiser asked = new CountingDenoiser(memory);
                float[] shared = Executor.run(program, asked, noise).toType(DataType.FLOAT32, false).toFloatArray();
                float[] alone = Executor.run(program, denoiser, noise).toType(DataType.FLOAT32, false).toFloatArray();
                assertArrayEquals(alone, shared, 1e-4f);
                assertEquals(c.nfe(), asked.calls());
                questions += c.nfe();
            }
            assertEquals(40, questions);
            assertEquals(counter.calls(), memory.forwards());
            // start and first step are common to all ten; then 5 and 6 different states are left
            assertTrue(memory.forwards() <= 13, memory.forwards() + " calls");
        }
    }

    @Test
    void aSurfaceIsTheScoresOfItsPoints() {
        TeacherImages images = TeacherImages.draw(manager, model,
                new Teacher(Solvers.named("ddim"), GridType.EDM, 5), Benchmark.seeds(20), 20, d -> {});
        CountingDenoiser counter = new CountingDenoiser(denoiser);
        Comparison comparison = new Comparison(DiffusionModel.of(counter), features, new Frechet(reference), images, 10, 20);
        Solver start = Solvers.named("ipndm-2").on(GridType.EDM, denoiser.schedule(), 3);
        double[] first = Surface.around(0.3, 0.2, 3);
        double[] second = {0.1, 0.3};
        Surface.Variation variation = (a, b) -> start.withOutput(3, 2, a).withOutput(3, 1, b);
        Surface surface = Surface.of(comparison, manager, first, second, variation, d -> {});
        assertEquals(2 * 3, counter.calls());                // the last stage's weights cost no network call: 2 batches
        assertArrayEquals(new double[] {0.1, 0.3, 0.5}, first, 1e-15);
        double lowest = Double.POSITIVE_INFINITY;
        for (int i = 0; i < 3; i++) {
            for (int j = 0; j < 2; j++) {
                Comparison.Score alone = comparison.run(manager,
                        List.of(new Entry("x", "", variation.at(first[i], second[j]))), d -> {}).get(0);
                assertEquals(alone.rmse(), surface.values(Comparison.Score::rmse)[i][j], 1e-6);
                lowest = Math.min(lowest, alone.rmse());
            }
        }
        double[] best = surface.lowest(Comparison.Score::rmse);
        assertEquals(lowest, comparison.run(manager, List.of(new Entry("x", "", variation.at(best[0], best[1]))),
                d -> {}).get(0).rmse(), 1e-6);
    }

    @Test
    void leavesNoTensorsBehind() {
        Teacher teacher = new Teacher(Solvers.named("ddim"), GridType.EDM, 3);
        TeacherImages images = TeacherImages.draw(manager, model, teacher, Benchmark.seeds(20), 10, d -> {});
        List<Entry> entries = Entry.of(Solvers.baselines(), GridType.EDM, denoiser.schedule(), 3);
        int before = manager.getManagedArrays().size();
        new Comparison(model, features, new Frechet(reference), images, 10, 10).run(manager, entries, d -> {});
        assertEquals(before, manager.getManagedArrays().size());
    }

    @Test
    void blocksAreWholeBatches() {
        TeacherImages images = TeacherImages.draw(manager, model,
                new Teacher(Solvers.named("ddim"), GridType.EDM, 2), Benchmark.seeds(4), 4, d -> {});
        assertThrows(IllegalArgumentException.class, () -> new Comparison(model, features, new Frechet(reference), images, 4, 6));
        assertThrows(IllegalArgumentException.class, () -> new Comparison(model, features, new Frechet(reference), images, 4, 8));
    }
}
