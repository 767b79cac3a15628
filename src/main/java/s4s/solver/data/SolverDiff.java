package s4s.solver.data;

import java.util.ArrayList;
import java.util.List;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Stage;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Two solvers number by number, both in noise prediction and canonical form: every evaluated state and the sample by the start
 * and the outputs alone. That form is unique, so solvers whose numbers agree are the same method, however they are written.
 * Stage 0 is the start, the last stage is the sample, and those between are the states that the network is evaluated at.
 *
 * @param a name of the first solver
 * @param b name of the second solver
 * @param evaluations of each
 * @param rows all numbers that are not zero in both
 */
public record SolverDiff(String a, String b, List<Integer> evaluations, List<Row> rows) {

    /** Up to this difference, relative to the larger of 1 and the number, two numbers are the same. */
    public static final double SAME = 1e-12;

    /**
     * One number of both solvers.
     *
     * @param stage stage of the canonical form, from 0
     * @param what {@code sigma}, {@code evaluate at}, {@code y0}, or the output {@code e0}, {@code e1}, ...
     * @param a number of the first solver; NaN where it has none
     * @param b number of the second solver; NaN where it has none
     */
    public record Row(int stage, String what, double a, double b) {
        /** {@code b - a}; NaN where one is missing. */
        public double difference() {
            return b - a;
        }

        /** {@code |b - a| / max(1, |a|, |b|)}; NaN where one is missing. */
        public double relative() {
            return Math.abs(b - a) / Math.max(1, Math.max(Math.abs(a), Math.abs(b)));
        }

        private boolean level() {
            return what.equals(SIGMA) || what.equals(EVALUATE_AT);
        }
    }

    private static final String SIGMA = "sigma";
    private static final String EVALUATE_AT = "evaluate at";

    public SolverDiff {
        evaluations = List.copyOf(evaluations);
        rows = List.copyOf(rows);
    }

    /** Compares any two solvers. */
    public static SolverDiff of(Solver a, Solver b) {
        List<Stage> first = a.as(Prediction.NOISE).canonical().stages();
        List<Stage> second = b.as(Prediction.NOISE).canonical().stages();
        List<Row> rows = new ArrayList<>();
        for (int k = 0; k < Math.max(first.size(), second.size()); k++) {
            double[] mine = numbers(first, k);
            double[] theirs = numbers(second, k);
            int length = Math.max(mine.length, theirs.length);
            for (int i = 0; i < length; i++) {
                double x = i < mine.length ? mine[i] : Double.NaN;
                double y = i < theirs.length ? theirs[i] : Double.NaN;
                boolean empty = (Double.isNaN(x) || x == 0) && (Double.isNaN(y) || y == 0);
                if (!empty) {
                    rows.add(new Row(k, i == 0 ? SIGMA : i == 1 ? EVALUATE_AT : i == 2 ? "y0" : "e" + (i - 3), x, y));
                }
            }
        }
        return new SolverDiff(a.name(), b.name(), List.of(a.evaluations(), b.evaluations()), rows);
    }

    /** sigma, evaluate at, y0, e0, e1, ... of a canonical stage; nothing beyond the last. */
    private static double[] numbers(List<Stage> stages, int k) {
        if (k >= stages.size()) {
            return new double[0];
        }
        Stage stage = stages.get(k);
        double[] numbers = new double[3 + k];
        numbers[0] = stage.sigma();
        numbers[1] = stage.evaluateAt();
        numbers[2] = k == 0 ? 1 : stage.states()[0];
        System.arraycopy(stage.outputs(), 0, numbers, 3, k);
        return numbers;
    }

    /** The row with the largest relative difference among the numbers that both have. */
    public Row largest() {
        return rows.stream().filter(row -> !Double.isNaN(row.relative()))
                .reduce((x, y) -> y.relative() > x.relative() ? y : x).orElseThrow();
    }

    /** Whether both make as many evaluations and all numbers agree to {@link #SAME}. */
    public boolean same() {
        return rows.stream().allMatch(row -> row.relative() <= SAME);
    }

    /** What came out, in a sentence or two. */
    public String verdict() {
        if (same()) {
            return a + " and " + b + ": the same numbers to " + SolverTable.number(SAME, 3) + ".";
        }
        StringBuilder text = new StringBuilder(a + " and " + b);
        if (!evaluations.get(0).equals(evaluations.get(1))) {
            text.append(" make ").append(evaluations.get(0)).append(" and ").append(evaluations.get(1))
                    .append(" evaluations, so they are different solvers; the numbers that both have");
        } else if (rows.stream().anyMatch(row -> Double.isNaN(row.difference()))) {
            text.append(" evaluate the network at different stages, so they are different solvers; the numbers that both have");
        }
        Row largest = largest();
        text.append(" differ by at most ").append(SolverTable.number(largest.relative(), 3)).append(" (").append(largest.what())
                .append(" of stage ").append(largest.stage()).append("; relative to the larger of 1 and the number).");
        rows.stream().filter(row -> row.level() && row.relative() > SAME).findFirst().ifPresent(row ->
                text.append(" Their noise levels differ, first at stage ").append(row.stage()).append(" (").append(row.what())
                        .append(' ').append(SolverTable.number(row.a(), 3)).append(" and ")
                        .append(SolverTable.number(row.b(), 3))
                        .append("), so equal formulas have different weights."));
        return text.toString();
    }

    /** Columns {@code stage}, {@code what}, the solvers' names, {@code difference}; missing where one has no number. */
    public Table table() {
        boolean sameNames = a.equals(b);
        return Table.create(a + " - " + b,
                IntColumn.create("stage", rows.stream().mapToInt(Row::stage).toArray()),
                StringColumn.create("what", rows.stream().map(Row::what)),
                DoubleColumn.create(sameNames ? a + " (first)" : a, rows.stream().mapToDouble(Row::a).toArray()),
                DoubleColumn.create(sameNames ? b + " (second)" : b, rows.stream().mapToDouble(Row::b).toArray()),
                DoubleColumn.create("difference", rows.stream().mapToDouble(Row::difference).toArray()));
    }

}
