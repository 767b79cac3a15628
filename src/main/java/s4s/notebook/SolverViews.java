package s4s.notebook;

import java.util.ArrayList;
import java.util.List;
import s4s.solver.Solver;
import s4s.solver.Stage;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** A solver as a reader sees it: its numbers in a table, its canonical form as a matrix. */
public final class SolverViews {
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
                        .append(String.format("%.4g", Math.abs(weights[i]))).append(' ').append(name).append(i);
            }
        }
    }

    /**
     * Weights of the network's outputs in every later state, in the canonical form: row k is the k-th
     * state after the start, column j the j-th evaluation; NaN where a state comes before it.
     */
    public static double[][] canonicalOutputs(Solver solver) {
        List<Stage> stages = solver.canonical().stages();
        int evaluations = solver.evaluations();
        double[][] matrix = new double[stages.size() - 1][evaluations];
        for (int k = 1; k < stages.size(); k++) {
            double[] outputs = stages.get(k).outputs();
            for (int j = 0; j < evaluations; j++) {
                matrix[k - 1][j] = j < outputs.length ? outputs[j] : Double.NaN;
            }
        }
        return matrix;
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
