package s4s.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import s4s.model.Denoiser;
import s4s.model.DiffusionModel;
import s4s.model.GaussianMixture;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;
import s4s.solver.Solver;

/** The records of all benchmarks. */
class BenchmarkTest {
    private static final Benchmarks BENCHMARKS = new Benchmarks(Path.of("data/benchmarks"));
    private static final Map<String, NoiseSchedule> LATENT = Map.of("lsun-bedroom", Discrete.latentDiffusion(), "imagenet256",
            Discrete.latentDiffusion(), "ms-coco", Discrete.stableDiffusion());

    private static Denoiser on(NoiseSchedule schedule) {
        return new GaussianMixture(schedule, Prediction.NOISE, new Shape(1),
                List.of(new GaussianMixture.Component(1, new double[1], new double[] {1})));
    }

    @Test
    void everySolverAndTeacherCanBeBuilt() throws IOException {
        for (Benchmark benchmark : BENCHMARKS.all(Profile.MINI)) {
            Denoiser model = on(LATENT.getOrDefault(benchmark.name(), new Edm()));
            assertEquals(benchmark.space() == Benchmark.Space.LATENT, LATENT.containsKey(benchmark.name()));
            Map<String, List<Entry>> fixed = benchmark.fixed(DiffusionModel.of(model));
            assertEquals(benchmark.teacher().nfe(), fixed.remove("teacher").get(0).nfe());
            assertEquals(benchmark.nfes().size() * 4, fixed.size());
            fixed.values().forEach(group -> assertEquals(10, group.size()));
            for (int nfe : benchmark.nfes()) {
                assertTrue(benchmark.teacherOf(nfe).solver(DiffusionModel.of(model)).evaluations() > nfe
                        || benchmark.name().equals("imagenet256"), benchmark.name());
            }
            assertTrue(Published.fid(Path.of(""), benchmark.name()).rowCount() > 10);
            assertEquals(benchmark, BENCHMARKS.named(benchmark.name()));
            assertEquals(benchmark, BENCHMARKS.ofModel(benchmark.model()).orElseThrow());
        }
    }

    /** GITS's noise levels for iPNDM with 5 steps on Stable Diffusion, as LD3 lists them. */
    @Test
    void studentsOfMsCocoHaveTeachersOfOneCallMore() throws IOException {
        Solver teacher = BENCHMARKS.named("ms-coco").teacherOf(4).solver(DiffusionModel.of(on(Discrete.stableDiffusion())));
        assertEquals("ipndm-2", teacher.name());
        assertEquals(5, teacher.evaluations());
        assertEquals(1.5286, teacher.stages().get(2).sigma(), 1e-12);
        assertEquals(BENCHMARKS.named("imagenet256").teacher(), BENCHMARKS.named("imagenet256").teacherOf(4));
    }

    /** Learning writes where measuring and notebooks read, by the name that the model has in the benchmark. */
    @Test
    void filesAreNamedByTheModelsFolder() throws IOException {
        Path root = Path.of("root");
        Benchmark paper = BENCHMARKS.named("cifar10", Profile.PAPER);
        assertEquals(root.resolve("data/solvers/edm-cifar10-32x32-uncond-vp"), paper.solvers(root));
        assertEquals(root.resolve("data/results/edm-cifar10-32x32-uncond-vp.csv"), paper.file(root, Benchmark.Results.FIXED));
        assertEquals(root.resolve("data/results/cifar10-mini-learned.csv"),
                BENCHMARKS.named("cifar10").file(root, Benchmark.Results.LEARNED));
        assertEquals(root.resolve("data/solvers/imagenet-mini"), BENCHMARKS.ofModel("/x/imagenet-mini").orElseThrow().solvers(root));
    }

    @Test
    void namesAndProfiles() throws IOException {
        assertEquals("/x/imagenet-mini", BENCHMARKS.ofModel("/x/imagenet-mini").orElseThrow().model());
        assertEquals(2, BENCHMARKS.ofModel("/x/imagenet-mini").orElseThrow().condition().guidance());
        assertTrue(BENCHMARKS.ofModel("sd").isEmpty());
        assertTrue(assertThrows(IllegalArgumentException.class, () -> BENCHMARKS.named("cifar")).getMessage()
                .contains("known are cifar10, ffhq"));
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Profile.named("large")).getMessage()
                .contains("known are mini, paper"));
    }
}
