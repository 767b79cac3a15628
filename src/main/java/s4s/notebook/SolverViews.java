package s4s.notebook;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.IntStream;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Stage;
import s4s.solver.data.SolverDiff;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** A solver as a reader sees it: its numbers in a table, its canonical form as a matrix. */
public final class SolverViews {
    private static final double CONSISTENT = 1e-9; // rounding of levels up to 1e3

    private SolverViews() {}

    /**
     * One row a node: noise level, whether the network is evaluated there, and the weights of earlier
     * states y and outputs f that are not zero.
     */
    public static Table nodes(Solver solver) {
        IntColumn node = IntColumn.create("node");
        DoubleColumn sigma = DoubleColumn.create("sigma");
        StringColumn call = StringColumn.create("network");
        StringColumn row = StringColumn.create("state");
        for (int k = 0; k < solver.stages().size(); k++) {
            Stage stage = solver.stages().get(k);
            node.append(k);
            sigma.append(stage.sigma());
            call.append(stage.evaluated() ? "f" + k : "");
            row.append(k == 0 ? "start" : "y" + k + " = " + sum(stage));
        }
        return Table.create(solver.name(), node, sigma, call, row);
    }

    private static String sum(Stage stage) {
        StringBuilder text = new StringBuilder();
        append(text, stage.states(), "y");
        append(text, stage.outputs(), "f");
        return text.toString();
    }

    private static void append(StringBuilder text, double[] weights, String name) {
        for (int i = 0; i < weights.length; i++) {
            if (weights[i] != 0) {
                String sign = weights[i] < 0 ? "- " : text.length() == 0 ? "" : "+ ";
                text.append(text.length() == 0 ? "" : " ").append(sign)
                        .append(String.format(Locale.ROOT, "%.4g", Math.abs(weights[i]))).append(' ').append(name).append(i);
            }
        }
    }

    /**
     * Weights of the network's outputs in every later state, in the canonical form: row k is the k-th
     * state after the start, column j the j-th evaluation; NaN where a state comes before it.
     */
    public static double[][] canonicalOutputs(Solver solver) {
        List<Stage> stages = solver.canonical().stages();
        int[] evaluated = IntStream.range(0, stages.size()).filter(k -> stages.get(k).evaluated()).toArray();
        double[][] matrix = new double[stages.size() - 1][evaluated.length];
        for (int k = 1; k < stages.size(); k++) {
            double[] outputs = stages.get(k).outputs();
            for (int j = 0; j < evaluated.length; j++) {
                matrix[k - 1][j] = evaluated[j] < k ? outputs[evaluated[j]] : Double.NaN;
            }
        }
        return matrix;
    }

    /** One row a method of the catalogue: name, order that its paper claims, prediction, calls, and where it comes from. */
    public static Table catalogue(List<Method> methods) {
        StringColumn name = StringColumn.create("solver");
        IntColumn order = IntColumn.create("order");
        StringColumn form = StringColumn.create("prediction");
        StringColumn calls = StringColumn.create("NFE");
        StringColumn reference = StringColumn.create("reference");
        for (Method method : methods) {
            name.append(method.name());
            order.append(method.order());
            form.append(method.prediction().name().toLowerCase(Locale.ROOT));
            calls.append(method.cost().rule());
            reference.append(method.reference());
        }
        return Table.create("catalogue", name, order, form, calls, reference);
    }

    /**
     * How much of every network output is in the sample: one row a solver, in data prediction and canonical form, the outputs in
     * the order of the calls.
     *
     * @param solvers all with the same number of evaluations
     */
    public static double[][] sampleWeights(Collection<Solver> solvers) {
        return solvers.stream().map(solver -> {
            double[][] canonical = canonicalOutputs(solver.as(Prediction.DATA));
            return canonical[canonical.length - 1];
        }).toArray(double[][]::new);
    }

    /**
     * The noise levels of some solvers' nodes, for {@link s4s.display.Figures#strips}; of a solver that tells the network other
     * levels than those of its states, these as well.
     */
    public static Map<String, double[]> times(Map<String, Solver> solvers) {
        Map<String, double[]> times = new LinkedHashMap<>();
        solvers.forEach((name, solver) -> {
            List<Stage> calls = solver.stages().stream().filter(Stage::evaluated).toList();
            times.put(name, solver.stages().stream().mapToDouble(Stage::sigma).toArray());
            if (calls.stream().anyMatch(stage -> stage.evaluateAt() != stage.sigma())) {
                times.put(name + ": told", calls.stream().mapToDouble(Stage::evaluateAt).toArray());
            }
        });
        return times;
    }

    /**
     * What a solver's numbers say before any image is drawn: calls, whether it is consistent (see {@link Solver#defect()}) and how
     * much it can amplify errors of the network (see {@link Solver#amplification()}).
     */
    public static Table properties(Map<String, Solver> solvers) {
        StringColumn name = StringColumn.create("solver");
        IntColumn calls = IntColumn.create("NFE");
        StringColumn consistent = StringColumn.create("consistent");
        DoubleColumn amplification = DoubleColumn.create("amplification");
        solvers.forEach((key, solver) -> {
            double defect = Arrays.stream(solver.defect()).max().orElse(0);
            name.append(key);
            calls.append(solver.evaluations());
            consistent.append(defect < CONSISTENT ? "yes" : String.format(Locale.ROOT, "no, defect %.2g", defect));
            amplification.append(solver.amplification());
        });
        return Table.create("properties", name, calls, consistent, amplification);
    }

    /**
     * Which of these are the same solver: groups whose canonical forms agree to 1e-12 ({@link SolverDiff#same()}), one row a group
     * of two or more.
     */
    public static Table families(Map<String, Solver> solvers) {
        List<List<String>> groups = new ArrayList<>();
        for (String name : solvers.keySet()) {
            groups.stream().filter(group -> SolverDiff.of(solvers.get(group.get(0)), solvers.get(name)).same()).findFirst()
                    .orElseGet(() -> {
                        groups.add(new ArrayList<>());
                        return groups.get(groups.size() - 1);
                    }).add(name);
        }
        StringColumn first = StringColumn.create("solver");
        StringColumn others = StringColumn.create("the same numbers");
        groups.stream().filter(group -> group.size() > 1).forEach(group -> {
            first.append(group.get(0));
            others.append(String.join(", ", group.subList(1, group.size())));
        });
        return Table.create("families", first, others);
    }

    /** The largest difference between a number of each solver and the same number of the first, in canonical form. */
    public static Table differences(Map<String, Solver> solvers) {
        Solver reference = solvers.values().iterator().next();
        StringColumn name = StringColumn.create("solver");
        DoubleColumn largest = DoubleColumn.create("largest difference of a number");
        solvers.forEach((key, solver) -> {
            name.append(key);
            largest.append(Math.abs(SolverDiff.of(reference, solver).largest().difference()));
        });
        return Table.create("differences", name, largest);
    }

    /** Labels {@code prefix0..} for rows or columns. */
    public static List<String> labels(String prefix, int from, int count) {
        List<String> labels = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            labels.add(prefix + (from + i));
        }
        return labels;
    }
}
