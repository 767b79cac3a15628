package s4s.learn;

import ai.djl.ndarray.NDManager;
import s4s.io.Progress;
import s4s.model.DiffusionModel;
import s4s.solver.Solver;

/**
 * What solvers of a model are learned from and by.
 *
 * <pre>{@code
 * DiffusionModel model = Models.load(Path.of("my-model"), 1, manager);
 * LearningTask task = LearningTask.draw(manager, model, Teacher.usual(), NamedDistance.l2(), 256, 128);
 * Recipe.Result learned = Recipe.usual(Families.S4S_JOINT, 5).learn(task);
 * learned.file().write(Path.of("five.json"));
 * }</pre>
 *
 * @param manager parent of all working memory
 * @param model what is drawn from
 * @param teacher whose the pairs are, in words
 * @param distance to the teacher's samples
 * @param training pairs, at least as many as a recipe wants
 * @param validation pairs, at least as many as a recipe wants
 */
public record LearningTask(NDManager manager, DiffusionModel model, String teacher, NamedDistance distance,
        TeacherPairs training, TeacherPairs validation) {

    /** {@link #draw(NDManager, DiffusionModel, Teacher, NamedDistance, int, int, int, Progress)}, 100 pairs in a call. */
    public static LearningTask draw(NDManager manager, DiffusionModel model, Teacher teacher, NamedDistance distance,
            int training, int validation) {
        return draw(manager, model, teacher, distance, training, validation, 100, Progress.none());
    }

    /**
     * A task with pairs that a teacher draws now, on the seeds of {@link SeedRange}.
     *
     * @param training how many pairs to learn from
     * @param validation how many pairs that decide
     * @param batch most pairs in a network call
     * @param progress shows the pairs
     * @throws IllegalArgumentException if there are not so many seeds, or a sample is not finite
     */
    public static LearningTask draw(NDManager manager, DiffusionModel model, Teacher teacher, NamedDistance distance,
            int training, int validation, int batch, Progress progress) {
        Solver solver = teacher.solver(model);
        long total = (long) training + validation;
        return new LearningTask(manager, model, teacher.label() + " NFE", distance,
                TeacherPairs.draw(manager, model, solver, SeedRange.TRAINING, training, batch,
                        done -> progress.update(done, total, "pairs")),
                TeacherPairs.draw(manager, model, solver, SeedRange.VALIDATION, validation, batch,
                        done -> progress.update(training + done, total, "pairs")));
    }
}
