package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import s4s.io.Hashes;
import s4s.io.Progress;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Recipe;
import s4s.learn.SeedRange;
import s4s.learn.Teacher;
import s4s.learn.TeacherPairs;
import s4s.learn.TeacherStore;
import s4s.model.DiffusionModel;
import s4s.solver.Solver;

/**
 * Where the pairs that solvers are learned from come from.
 *
 * @param training a folder of {@link TeacherStore}; empty: drawn by the teacher
 * @param validation likewise
 */
public record Pairs(Optional<Path> training, Optional<Path> validation) {

    /** Pairs, and whose they are: the teacher's name and its numbers' hash. */
    private record Drawn(TeacherPairs pairs, String teacher) {
        static Drawn of(TeacherPairs pairs, Solver teacher) {
            String numbers = teacher.prediction() + " " + teacher.stages();
            return new Drawn(pairs, teacher.name() + ", " + teacher.evaluations() + " NFE, numbers sha256 "
                    + Hashes.sha256(numbers.getBytes(StandardCharsets.UTF_8)).substring(0, 16));
        }
    }

    /**
     * What some recipes learn from.
     *
     * @param teacher draws the pairs where no folder has them
     * @param recipes all that will be learned from them
     * @throws IllegalArgumentException if a folder's pairs are of another model, other conditions, too few, or of two teachers
     */
    LearningTask task(NDManager manager, Teacher teacher, List<Recipe> recipes, DiffusionModel model, NamedDistance distance,
            Progress progress) throws IOException {
        Solver solver = teacher.solver(model);
        Drawn learned = pairs(training, SeedRange.TRAINING, most(recipes, SeedRange.TRAINING), manager, solver, model, progress);
        Drawn checked =
                pairs(validation, SeedRange.VALIDATION, most(recipes, SeedRange.VALIDATION), manager, solver, model, progress);
        if (!learned.teacher.equals(checked.teacher)) {
            throw new IllegalArgumentException("training pairs are of teacher " + learned.teacher + ", validation pairs of "
                    + checked.teacher + ": both must be of one teacher");
        }
        return new LearningTask(manager, model, learned.teacher, distance, learned.pairs, checked.pairs);
    }

    /** How many pairs some recipes want. */
    static int most(List<Recipe> recipes, SeedRange role) {
        return recipes.stream().mapToInt(role == SeedRange.TRAINING ? Recipe::pairs : Recipe::validation).max().orElseThrow();
    }

    private static Drawn pairs(Optional<Path> from, SeedRange role, int count, NDManager manager, Solver teacher, DiffusionModel model,
            Progress progress) throws IOException {
        if (from.isEmpty()) {
            return Drawn.of(TeacherPairs.draw(manager, model, teacher, role, count, 100,
                    done -> progress.update(done, count, role.id())), teacher);
        }
        TeacherStore store = TeacherStore.open(from.get());
        String made = store.modelSha256();
        if (!made.equals(model.sha256())) {
            throw new IllegalArgumentException(from.get() + " holds pairs of other weights (sha256 " + made + ") than those of "
                    + model.name() + ": draw them again with s4s teacher");
        }
        if (!store.conditions().equals(model.conditions())) {
            throw new IllegalArgumentException(from.get() + " holds pairs under other conditions ("
                    + store.conditions().orElse("none") + ") than are asked for ("
                    + model.conditions().orElse("none") + "): draw them again with s4s teacher");
        }
        if (store.count() < count) {
            throw new IllegalArgumentException(from.get() + " holds " + store.count() + " pairs, " + count
                    + " are wanted: extend it with s4s teacher --pairs " + count);
        }
        return Drawn.of(store.pairs(), store.teacher().solver());
    }
}
