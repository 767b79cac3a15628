package s4s.notebook;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import s4s.io.Progress;
import s4s.learn.Family;
import s4s.learn.Learner;
import s4s.learn.LearningTask;
import s4s.learn.NamedDistance;
import s4s.learn.Recipe;
import s4s.learn.Teacher;
import s4s.model.DiffusionModel;
import s4s.solver.Solver;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Teacher pairs of a {@link Workbench}, and short calls that learn solvers from them: with one pair set, so that recipes can be
 * compared.
 */
public final class LearningBench {

    private final LearningTask task;
    private final Map<String, Recipe.Result> results = new LinkedHashMap<>();

    LearningBench(NDManager manager, DiffusionModel model, Teacher teacher, NamedDistance distance, int training,
            int validation, Progress progress) {
        this.task = LearningTask.draw(manager, model, teacher, distance, training, validation, 64, progress);
    }

    /** Training pairs. */
    public int training() {
        return task.training().count();
    }

    /** Validation pairs. */
    public int validation() {
        return task.validation().count();
    }

    /**
     * Learns a solver and remembers it under a name. A recipe that wants more pairs than there are gets those there are.
     *
     * @param name in tables; an earlier one of the same name is forgotten
     * @param progress shows steps and losses
     */
    public Recipe.Result learn(String name, Recipe recipe, Progress progress) throws IOException {
        Recipe.Result result = recipe.withPairs(Math.min(recipe.pairs(), training()), validation())
                .learn(task, Optional.empty(), "notebook", progress, note -> {});
        results.put(name, result);
        return result;
    }

    /**
     * Learns some recipes, one after the other, and shows them side by side.
     *
     * @param recipes names to recipes, in the order of the rows
     * @return columns: what, start (its solver and grid), parameters, pairs, start loss and learned loss (mean distance
     *     of the validation pairs to the teacher), ratio, and cost (network evaluations in units of one image; a vector-Jacobian
     *     product counts as two)
     */
    public Table ablation(Map<String, Recipe> recipes, Progress progress) throws IOException {
        StringColumn what = StringColumn.create("learned");
        StringColumn start = StringColumn.create("start");
        IntColumn parameters = IntColumn.create("parameters");
        IntColumn pairs = IntColumn.create("pairs");
        DoubleColumn before = DoubleColumn.create("start loss");
        DoubleColumn after = DoubleColumn.create("learned loss");
        DoubleColumn ratio = DoubleColumn.create("ratio");
        LongColumn cost = LongColumn.create("cost");
        int done = 0;
        for (Map.Entry<String, Recipe> entry : recipes.entrySet()) {
            progress.update(done++, recipes.size(), entry.getKey());
            Recipe.Result result = learn(entry.getKey(), entry.getValue(), Progress.none());
            List<Learner.Entry> history = result.learned().history();
            what.append(entry.getKey());
            start.append(entry.getValue().init().name() + " " + entry.getValue().grid().id());
            parameters.append(result.learned().theta().length);
            pairs.append(Math.min(entry.getValue().pairs(), training()));
            before.append(history.get(0).validation());
            after.append(result.learned().validation());
            ratio.append(result.learned().validation() / history.get(0).validation());
            cost.append(history.get(history.size() - 1).cost());
        }
        progress.update(done, recipes.size(), "done");
        return Table.create("ablation", what, start, parameters, pairs, before, after, ratio, cost);
    }

    /**
     * The validations of what was learned, as a long table.
     *
     * @param names as they were learned
     * @return columns: learned, step, cost (in thousands of network evaluations), loss (best validation so far)
     */
    public Table curves(List<String> names) {
        Table table = Table.create("curves", StringColumn.create("learned"), IntColumn.create("step"), DoubleColumn.create("cost"),
                DoubleColumn.create("loss"));
        for (String name : names) {
            double best = Double.POSITIVE_INFINITY;
            for (Learner.Entry entry : results.get(name).learned().history()) {
                best = Math.min(best, entry.validation());
                Row row = table.appendRow();
                row.setString("learned", name);
                row.setInt("step", entry.step());
                row.setDouble("cost", entry.cost() / 1000.0);
                row.setDouble("loss", best);
            }
        }
        return table;
    }

    /** The start of a learned solver: the family at its first parameters. */
    public Solver start(Recipe recipe) {
        Family family = recipe.family(task.model());
        return family.solver(family.start());
    }
}
