package s4s.learn;

import ai.djl.ndarray.NDManager;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import s4s.model.DiffusionModel;
import s4s.run.ReverseSweep;
import s4s.schedule.GridType;
import s4s.solver.Solvers;

/**
 * What a gradient costs: the seconds of one linearization of S4S-joint's objective, with a gradient and without curvature.
 *
 * @param seconds of the fastest repeat
 */
public record LearningCost(double seconds) {

    /**
     * Measures on this thread, after one run that does not count.
     *
     * @param manager parent of all working memory
     * @param model what is drawn from
     * @param distance to the targets
     * @param nfe number of function evaluations
     * @param batch pairs
     * @param graphs what is kept
     * @param repeats at least 1
     */
    public static LearningCost measure(NDManager manager, DiffusionModel model, Distance distance, int nfe, int batch,
            ReverseSweep.Graphs graphs, int repeats) {
        Family family = Families.S4S_JOINT.on(model.schedule(), Solvers.named(Families.S4S_JOINT.init()), GridType.LOGSNR, nfe,
                OptionalInt.empty());
        Objective objective = new Objective(family, model, distance, graphs, batch);
        TeacherPairs pairs = TeacherPairs.draw(manager, model, family.solver(family.start()), SeedRange.TRAINING, batch, batch,
                done -> {});
        double best = Double.POSITIVE_INFINITY;
        try (NDManager scope = manager.newSubManager()) {
            Objective.Batch all = new Objective.Batch(pairs.seeds(), pairs.noise(scope, 0, batch),
                    pairs.samples(scope, 0, batch));
            for (int i = 0; i <= repeats; i++) {
                long start = System.nanoTime();
                objective.linearize(family.start(), all, Optional.empty());
                best = i == 0 ? best : Math.min(best, (System.nanoTime() - start) * 1e-9);
            }
        }
        return new LearningCost(best);
    }
}
