package s4s.spark;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Benchmarks;
import s4s.grid.GridType;
import s4s.learn.Families;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Plan;
import s4s.learn.Recipe;
import s4s.learn.SeedRange;
import s4s.learn.TeacherPairs;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.solver.Solver;
import s4s.solver.Stage;
import s4s.solver.data.SolverFile;

/** A suite of three small recipes, of which one is there already. */
class SparkLearnTest {

    private static List<Recipe> recipes() {
        return Stream.of(Families.S4S_LMS, Families.LD3, Families.GS)
                .map(family -> Recipe.usual(family, family.init(), GridType.LOGSNR, 3)
                        .with(Plan.gaussNewton(2), "gauss-newton, 2 steps").withPairs(6, 4)).toList();
    }

    @Test
    void solversAreThoseThatOneProcessLearns(@TempDir Path folder) throws IOException {
        Path there = folder.resolve(recipes().get(1).name() + ".json");
        Files.writeString(there, "there");
        Events.reset();
        String said = Run.ok(Run.words(new String[] {"spark", "learn", "--suite", "cifar10-mini", "--brief", "--family",
            "s4s-lms,ld3,gs", "--nfe", "3", "--steps", "2", "--pairs", "6", "--validation", "4", "--distance", "l2", "--out",
            folder.toString(), "--conf", "spark.task.cpus=1"}, Events.LISTEN));
        assertEquals(2, said.lines().count());
        assertEquals("there", Files.readString(there));
        assertFalse(Files.exists(folder.resolve("pairs.parts")));
        assertEquals(4, Events.FINISHED.get(), "a task for each role's pairs and for each solver that was missing");
        for (int i : new int[] {0, 2}) {
            Recipe recipe = recipes().get(i);
            Solver learned = SolverFile.read(folder.resolve(recipe.name() + ".json")).solver();
            Solver expected = alone(recipe);
            assertEquals(expected.stages().size(), learned.stages().size());
            for (int k = 1; k < expected.stages().size(); k++) {
                Stage a = expected.stages().get(k);
                Stage b = learned.stages().get(k);
                assertEquals(a.sigma(), b.sigma(), 1e-4 * a.sigma());
                assertArrayEquals(a.outputs(), b.outputs(), 1e-3);
            }
            assertTrue(said.contains(recipe.name()), said);
        }
    }

    private static Solver alone(Recipe recipe) throws IOException {
        Benchmark benchmark = Benchmarks.ofRepository().named("cifar10");
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel model = benchmark.diffusion(Models.ofRepository(), manager);
            Solver teacher = benchmark.teacher().solver(model);
            TeacherPairs training = TeacherPairs.draw(manager, model, teacher, SeedRange.TRAINING, 6, 6, n -> {});
            TeacherPairs validation = TeacherPairs.draw(manager, model, teacher, SeedRange.VALIDATION, 4, 4, n -> {});
            return recipe.learn(new LearningTask(manager, model.named("cifar10-mini", "hash"), "teacher",
                    NamedDistance.l2(), training, validation)).file().solver();
        }
    }
}
