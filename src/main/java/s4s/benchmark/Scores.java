package s4s.benchmark;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.TreeSet;
import s4s.solver.data.FormerNames;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Scores as a long table, the form in which results are stored and plotted: one row a solver, grid
 * and NFE.
 *
 * <p>Columns: solver, grid, nfe, images, block (images a block), fd (FD, mini features, of all images),
 * block_fd (mean FD of the blocks), block_fd_std (their standard deviation), rmse, perceptual (both
 * to the teacher's image of the same seed). Without real images to compare with fd and its blocks are missing. A table of
 * fixed solvers has the teacher as one more row.
 */
public final class Scores {
    /** What the teacher is called in the column of solvers. */
    public static final String TEACHER = "teacher";

    private Scores() {}

    /** An empty table. */
    public static Table table() {
        return Table.create("scores", StringColumn.create("solver"), StringColumn.create("grid"),
                IntColumn.create("nfe"), IntColumn.create("images"), IntColumn.create("block"),
                DoubleColumn.create("fd"), DoubleColumn.create("block_fd"), DoubleColumn.create("block_fd_std"),
                DoubleColumn.create("rmse"), DoubleColumn.create("perceptual"));
    }

    /** The values of one row, in the order of the columns. */
    public static Object[] row(Comparison.Score score, int block) {
        return new Object[] {score.entry().solver(), score.entry().grid(), score.entry().nfe(),
            score.images(), block, score.fd(), score.blockMean(), score.blockStd(), score.rmse(), score.perceptual()};
    }

    /** The same rows with today's names of learned solvers; see {@link FormerNames}. */
    public static Table current(Table table) {
        StringColumn solvers = StringColumn.create("solver",
                table.stringColumn("solver").asList().stream().map(FormerNames::current).toList());
        return table.copy().replaceColumn("solver", solvers);
    }

    /** How many images a solver's row of a table is of; 0 if it has none. */
    public static long images(Table table, Entry entry) {
        return current(table).stream().filter(row -> key(row).equals(key(entry)))
                .mapToLong(row -> row.getInt("images")).findFirst().orElse(0);
    }

    /** The rows of a table without the teacher's. */
    public static Table students(Table table) {
        return table.where(table.stringColumn("solver").isNotEqualTo(TEACHER));
    }

    /** The teacher's row of a table; none if it was not measured. */
    public static Table teacher(Table table) {
        return table.where(table.stringColumn("solver").isEqualTo(TEACHER));
    }

    /** {@code scores} in their order. */
    public static Table table(List<Comparison.Score> scores, int block) {
        Table table = table();
        for (Comparison.Score score : scores) {
            Object[] values = row(score, block);
            for (int c = 0; c < values.length; c++) {
                table.column(c).appendObj(values[c]);
            }
        }
        return table;
    }

    /**
     * One table of two: of each solver the newer row, else the older one.
     *
     * @param older what was known
     * @param newer what is measured again or for the first time
     * @param solvers whose rows are kept, in their order
     */
    public static Table merged(Table older, Table newer, List<Entry> solvers) {
        Map<String, Row> rows = byKey(current(older));
        rows.putAll(byKey(newer));
        Table merged = table();
        solvers.stream().map(solver -> rows.get(key(solver))).filter(Objects::nonNull).forEach(merged::append);
        return merged;
    }

    /**
     * Compares a small live run with stored results of the same block size.
     *
     * @param live scores of one block
     * @param stored scores of blocks of as many images
     * @return one row a live row: live FD, stored mean and spread (two standard deviations of the stored blocks; of a single
     *     block, which has the same images, one percent for float32 rounding), and whether the live value lies within
     * @throws IllegalArgumentException if a live row has no stored counterpart of the same block size
     */
    public static Table agreement(Table live, Table stored) {
        Map<String, Row> known = byKey(stored);
        Table table = Table.create("agreement", StringColumn.create("solver"), StringColumn.create("grid"),
                IntColumn.create("nfe"), DoubleColumn.create("live"), DoubleColumn.create("stored"),
                DoubleColumn.create("spread"), StringColumn.create("agree"));
        for (int i = 0; i < live.rowCount(); i++) {
            Row row = live.row(i);
            Row other = known.get(key(row));
            if (other == null || other.getInt("block") != row.getInt("images")) {
                throw new IllegalArgumentException("no stored result for " + key(row) + " in blocks of "
                        + row.getInt("images") + " images");
            }
            Row to = table.appendRow();
            double spread = other.getInt("images") == other.getInt("block") ? 0.01 * other.getDouble("block_fd")
                    : 2 * other.getDouble("block_fd_std");
            to.setString("solver", row.getString("solver"));
            to.setString("grid", row.getString("grid"));
            to.setInt("nfe", row.getInt("nfe"));
            to.setDouble("live", row.getDouble("fd"));
            to.setDouble("stored", other.getDouble("block_fd"));
            to.setDouble("spread", spread);
            to.setString("agree", Math.abs(row.getDouble("fd") - other.getDouble("block_fd")) <= spread ? "yes" : "NO");
        }
        return table;
    }

    /**
     * Learned solvers beside the best fixed one.
     *
     * @param fixed table of fixed solvers, as {@link #table()}; at each NFE those of the most images count
     * @param learned table of learned solvers; those of as many images count
     * @param measure column to compare, the smaller the better
     * @param shown names of learned solvers, or the beginning of several, of which the best counts
     * @return columns solver, nfe, fd, one row for each of {@code shown} and for the best fixed solver, and each NFE
     */
    public static Table versusFixed(Table fixed, Table learned, String measure, List<String> shown) {
        Table versus = Table.create("versus", StringColumn.create("solver"), IntColumn.create("nfe"), DoubleColumn.create("fd"));
        for (int nfe : new TreeSet<>(fixed.intColumn("nfe").asList())) {
            int images = (int) fixed.where(fixed.intColumn("nfe").isEqualTo(nfe)).intColumn("images").max();
            lowest(fixed, nfe, images, measure, "")
                    .ifPresent(fd -> append(versus, "best fixed solver and grid", nfe, fd));
            for (String name : shown) {
                lowest(learned, nfe, images, measure, name).ifPresent(fd -> append(versus, name, nfe, fd));
            }
        }
        return versus;
    }

    private static OptionalDouble lowest(Table table, int nfe, int images, String measure, String name) {
        return table.stream().filter(row -> row.getInt("nfe") == nfe && row.getInt("images") == images
                && row.getString("solver").startsWith(name)).mapToDouble(row -> row.getDouble(measure)).min();
    }

    private static void append(Table table, String solver, int nfe, double value) {
        Row row = table.appendRow();
        row.setString("solver", solver);
        row.setInt("nfe", nfe);
        row.setDouble("fd", value);
    }

    /**
     * Learned solvers against their own starts.
     *
     * @param fixed table of fixed solvers, as {@link #table()}
     * @param learned table of learned solvers, whose names are family and start
     * @param measure column to compare
     * @param family which learned solvers
     * @return columns start, grid, nfe, percent: the change of the measure in percent of the start's
     */
    public static Table improvement(Table fixed, Table learned, String measure, String family) {
        Table improvement = Table.create("improvement", StringColumn.create("start"), StringColumn.create("grid"),
                IntColumn.create("nfe"), DoubleColumn.create("percent"));
        for (Row row : learned) {
            if (row.getString("solver").startsWith(family + " ")) {
                String start = row.getString("solver").substring(family.length() + 1);
                fixed.stream().filter(other -> other.getString("solver").equals(start)
                        && other.getString("grid").equals(row.getString("grid")) && other.getInt("nfe") == row.getInt("nfe"))
                        .forEach(other -> {
                            Row to = improvement.appendRow();
                            to.setString("start", start);
                            to.setString("grid", row.getString("grid"));
                            to.setInt("nfe", row.getInt("nfe"));
                            to.setDouble("percent", 100 * (row.getDouble(measure) / other.getDouble(measure) - 1));
                        });
            }
        }
        return improvement;
    }

    private static Map<String, Row> byKey(Table table) {
        Map<String, Row> rows = new HashMap<>();
        for (int i = 0; i < table.rowCount(); i++) {
            rows.put(key(table.row(i)), table.row(i));
        }
        return rows;
    }

    private static String key(Row row) {
        return key(row.getString("solver"), row.getString("grid"), row.getInt("nfe"));
    }

    private static String key(Entry entry) {
        return key(entry.solver(), entry.grid(), entry.nfe());
    }

    private static String key(String solver, String grid, int nfe) {
        return solver + ", " + grid + ", " + nfe + " NFE";
    }
}
