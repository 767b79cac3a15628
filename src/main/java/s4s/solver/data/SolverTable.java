package s4s.solver.data;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.List;
import java.util.Locale;
import s4s.solver.Solver;
import s4s.solver.Stage;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** A solver's numbers as a table that a reader can follow. */
public final class SolverTable {

    private SolverTable() {}

    /**
     * One row a node: {@code node}, noise level {@code sigma}, half log SNR {@code lambda = -log sigma}, the level
     * {@code evaluate at} that the network is told (missing: not evaluated), the sums of earlier {@code states} and
     * {@code outputs} that make the state, and the {@code defect} of {@link Solver#defect()} (missing at the start).
     */
    public static Table of(Solver solver) {
        IntColumn node = IntColumn.create("node");
        DoubleColumn sigma = DoubleColumn.create("sigma");
        DoubleColumn lambda = DoubleColumn.create("lambda");
        DoubleColumn evaluateAt = DoubleColumn.create("evaluate at");
        StringColumn states = StringColumn.create("states");
        StringColumn outputs = StringColumn.create("outputs");
        DoubleColumn defect = DoubleColumn.create("defect");
        double[] defects = solver.defect();
        for (int k = 0; k < solver.stages().size(); k++) {
            Stage stage = solver.stages().get(k);
            node.append(k);
            sigma.append(stage.sigma());
            lambda.append(stage.sigma() > 0 ? -Math.log(stage.sigma()) : Double.NaN);
            evaluateAt.append(stage.evaluateAt());
            states.append(k == 0 ? "start" : sum(stage.states(), "y"));
            outputs.append(sum(stage.outputs(), symbol(solver)));
            defect.append(k == 0 ? Double.NaN : defects[k - 1]);
        }
        return Table.create(solver.name(), node, sigma, lambda, evaluateAt, states, outputs, defect);
    }

    /** {@link #of(Solver)} with the schedule's {@code time} of each evaluation after its level. */
    public static Table of(SolverFile file) {
        List<Double> times = file.schedule().times();
        Table table = of(file.solver());
        return table.insertColumn(4, DoubleColumn.create("time", times.stream().mapToDouble(Double::doubleValue).toArray()));
    }

    /** {@code e} for the noise, {@code D} for the data, as in all formulas here. */
    private static String symbol(Solver solver) {
        return switch (solver.prediction()) {
            case NOISE -> "e";
            case DATA -> "D";
        };
    }

    /** A linear combination as text, {@code 1.5 e2 - 0.5 e1}: the newest first, six digits, no zeros. */
    static String sum(double[] weights, String symbol) {
        StringBuilder text = new StringBuilder();
        for (int i = weights.length - 1; i >= 0; i--) {
            if (weights[i] != 0) {
                String sign = weights[i] < 0 ? "- " : "+ ";
                text.append(text.length() > 0 ? " " + sign : weights[i] < 0 ? "-" : "")
                        .append(weights[i] == 1 || weights[i] == -1 ? "" : number(Math.abs(weights[i]), 6) + " ")
                        .append(symbol).append(i);
            }
        }
        return text.toString();
    }

    /** A number in at most so many significant digits, without zeros at its end. */
    static String number(double value, int digits) {
        if (!Double.isFinite(value) || value == 0) {
            return String.format(Locale.ROOT, "%.0f", value);
        }
        BigDecimal rounded = new BigDecimal(value).round(new MathContext(digits)).stripTrailingZeros();
        int exponent = rounded.precision() - rounded.scale() - 1;
        return exponent >= -4 && exponent < 7 ? rounded.toPlainString()
                : rounded.scaleByPowerOfTen(-exponent).toPlainString() + "e" + exponent;
    }
}
