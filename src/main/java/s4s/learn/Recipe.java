package s4s.learn;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import s4s.grid.GridType;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.model.DiffusionModel;
import s4s.solver.Method;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;

/**
 * Everything that decides what is learned, but for the model and its teacher.
 *
 * @param family which weights and times
 * @param init the method that it starts from
 * @param grid the grid that it starts from
 * @param nfe number of function evaluations
 * @param order outputs that a step weighs; empty: {@link Families#on} decides
 * @param plan how
 * @param planName the plan in words, for the provenance
 * @param pairs training pairs
 * @param validation validation pairs
 * @param seed of what is random in learning
 */
public record Recipe(Families family, Method init, GridType grid, int nfe, OptionalInt order, Plan plan, String planName,
        int pairs, int validation, long seed) {

    /** The usual recipe of a family: {@link Plan#gaussNewton} on 256 training and 128 validation pairs. */
    public static Recipe usual(Families family, String init, GridType grid, int nfe) {
        return usual(family, Solvers.named(init), grid, nfe);
    }

    /** {@link #usual(Families, String, GridType, int)} from a method of one's own. */
    public static Recipe usual(Families family, Method init, GridType grid, int nfe) {
        int steps = family.times() ? 20 : 12;
        return new Recipe(family, init, grid, nfe, OptionalInt.empty(), Plan.gaussNewton(steps),
                "gauss-newton, " + steps + " steps", 256, 128, 0);
    }

    /** The usual recipe of a family, from its usual start on the grid that is uniform in log SNR. */
    public static Recipe usual(Families family, int nfe) {
        return usual(family, family.init(), GridType.LOGSNR, nfe);
    }

    /** This recipe with other steps, batches and optimizer. */
    public Recipe with(Plan newPlan, String name) {
        return new Recipe(family, init, grid, nfe, order, newPlan, name, pairs, validation, seed);
    }

    /** This recipe with so many training pairs. */
    public Recipe withPairs(int count) {
        return new Recipe(family, init, grid, nfe, order, plan, planName, count, validation, seed);
    }

    /** This recipe with so many training and validation pairs. */
    public Recipe withPairs(int training, int checks) {
        return new Recipe(family, init, grid, nfe, order, plan, planName, training, checks, seed);
    }

    /** This recipe with another seed of what is random in learning. */
    public Recipe withSeed(long other) {
        return new Recipe(family, init, grid, nfe, order, plan, planName, pairs, validation, other);
    }

    /** This recipe with steps that weigh so many outputs. */
    public Recipe withOrder(int outputs) {
        return new Recipe(family, init, grid, nfe, OptionalInt.of(outputs), plan, planName, pairs, validation, seed);
    }

    /**
     * A learned solver.
     *
     * @param file the solver with its provenance
     * @param learned the parameters and how they came about
     */
    public record Result(SolverFile file, Learner.Learned learned) {}

    /** The name of what is learned, for tables and files: family, start, grid and NFE. */
    public String name() {
        return family.id() + order.stream().mapToObj(o -> "-" + o).findFirst().orElse("") + "-" + init.name() + "-"
                + grid.id() + "-nfe" + nfe;
    }

    /** The family for a model. */
    public Family family(DiffusionModel from) {
        return family.on(from.schedule(), init, grid, nfe, order);
    }

    /**
     * Learns, from the start to the end.
     *
     * @param task the model, its teacher's pairs and the distance to them
     * @throws IllegalArgumentException if the family cannot start there, or the task has too few pairs
     * @throws IOException never, as nothing is read or written
     */
    public Result learn(LearningTask task) throws IOException {
        return learn(task, Optional.empty(), "", Progress.none(), note -> {});
    }

    /**
     * Learns.
     *
     * @param task the model, its teacher's pairs and the distance to them
     * @param checkpoint file to go on from and to keep; empty: none
     * @param command what asks, for the provenance
     * @param progress shows steps and losses
     * @param notes told in one line where a run goes on
     * @throws IllegalArgumentException if the family cannot start there, or the task has too few pairs
     * @throws IOException if the checkpoint cannot be read or written
     */
    public Result learn(LearningTask task, Optional<Path> checkpoint, String command, Progress progress, Consumer<String> notes)
            throws IOException {
        Family what = family(task.model());
        TeacherPairs training = task.training().first(pairs);
        TeacherPairs checks = task.validation().first(validation);
        Provenance plain = Provenance.of(command).with("family", family.id()).with("start", init.name())
                .with("grid", grid.id()).with("nfe", nfe).with("parameters", what.size()).with("model", task.model().name())
                .with("model sha256", task.model().sha256()).with("teacher", task.teacher())
                .with("distance", task.distance().name()).with("training pairs", seeds(training))
                .with("validation pairs", seeds(checks))
                .with("plan", planName).with("radius", plan.radius()).with("seed", seed);
        Provenance provenance = task.model().conditions().map(rule -> plain.with("conditions", rule)).orElse(plain);
        try (Learner learner = new Learner(task.manager(), what, task.model(), task.distance().distance(), training,
                checks, plan, seed, checkpoint, provenance.recipe())) {
            Learner.Learned learned = learner.run(progress, notes);
            Solver solver = what.solver(learned.theta());
            List<Learner.Entry> history = learned.history();
            Provenance all = provenance.with("theta", Arrays.toString(learned.theta()))
                    .with("validation loss", learned.validation() + ", the start's " + history.get(0).validation())
                    .with("network evaluations", history.get(history.size() - 1).evaluations())
                    .with("vector-Jacobian products", history.get(history.size() - 1).products())
                    .with("ended", learned.ended());
            return new Result(SolverFile.of(solver.named(name()),
                    task.model().schedule(), all), learned);
        }
    }

    private static String seeds(TeacherPairs pairs) {
        long[] seeds = pairs.seeds();
        return seeds.length + ", seeds " + seeds[0] + "-" + seeds[seeds.length - 1];
    }
}
