package s4s.learn;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.model.DiffusionModel;
import s4s.schedule.GridType;
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

    /** This recipe with other steps, batches and optimizer. */
    public Recipe with(Plan newPlan, String name) {
        return new Recipe(family, init, grid, nfe, order, newPlan, name, pairs, validation, seed);
    }

    /** This recipe with so many training pairs. */
    public Recipe withPairs(int count) {
        return new Recipe(family, init, grid, nfe, order, plan, planName, count, validation, seed);
    }

    /** This recipe with steps that weigh so many outputs. */
    public Recipe withOrder(int outputs) {
        return new Recipe(family, init, grid, nfe, OptionalInt.of(outputs), plan, planName, pairs, validation, seed);
    }

    /**
     * The model that is learned for, its teacher, and the distance to it.
     *
     * @param manager parent of all working memory
     * @param model the model's name
     * @param modelSha256 hash of its weights
     * @param diffusion what is drawn from
     * @param teacher the teacher in words
     * @param distance to the teacher's samples
     * @param distanceName in words
     * @param training pairs, at least as many as a recipe wants
     * @param validation pairs, at least as many as a recipe wants
     */
    public record Setting(NDManager manager, String model, String modelSha256, DiffusionModel diffusion, String teacher,
            Distance distance, String distanceName, TeacherPairs training, TeacherPairs validation) {}

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
     * Learns.
     *
     * @param setting the model and its teacher
     * @param checkpoint file to go on from and to keep; empty: none
     * @param command what asks, for the provenance
     * @throws IOException if the checkpoint cannot be read or written
     */
    public Result learn(Setting setting, Optional<Path> checkpoint, String command, Progress progress) throws IOException {
        return learn(setting, checkpoint, command, progress, note -> {});
    }

    /**
     * Learns.
     *
     * @param notes told in one line where a run goes on
     * @see #learn(Setting, Optional, String, Progress)
     */
    public Result learn(Setting setting, Optional<Path> checkpoint, String command, Progress progress, Consumer<String> notes)
            throws IOException {
        Family what = family(setting.diffusion());
        TeacherPairs training = setting.training().first(pairs);
        TeacherPairs checks = setting.validation().first(validation);
        Provenance plain = Provenance.of(command).with("family", family.id()).with("start", init.name())
                .with("grid", grid.id()).with("nfe", nfe).with("parameters", what.size()).with("model", setting.model())
                .with("model sha256", setting.modelSha256()).with("teacher", setting.teacher())
                .with("distance", setting.distanceName()).with("training pairs", seeds(training))
                .with("validation pairs", seeds(checks))
                .with("plan", planName).with("radius", plan.radius()).with("seed", seed);
        Provenance provenance = setting.diffusion().conditions().map(rule -> plain.with("conditions", rule)).orElse(plain);
        try (Learner learner = new Learner(setting.manager(), what, setting.diffusion(), setting.distance(),
                training, checks, plan, seed, checkpoint, provenance.recipe())) {
            Learner.Learned learned = learner.run(progress, notes);
            Solver solver = what.solver(learned.theta());
            List<Learner.Entry> history = learned.history();
            Provenance all = provenance.with("theta", Arrays.toString(learned.theta()))
                    .with("validation loss", learned.validation() + ", the start's " + history.get(0).validation())
                    .with("network evaluations", history.get(history.size() - 1).evaluations())
                    .with("vector-Jacobian products", history.get(history.size() - 1).products())
                    .with("ended", learned.ended());
            return new Result(SolverFile.of(solver.named(name()),
                    setting.diffusion().schedule(), all), learned);
        }
    }

    private static String seeds(TeacherPairs pairs) {
        long[] seeds = pairs.seeds();
        return seeds.length + ", seeds " + seeds[0] + "-" + seeds[seeds.length - 1];
    }
}
