package s4s.display;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.function.DoubleFunction;
import s4s.io.Tables;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/**
 * A table as a reader sees it: rounded numbers, right-aligned, a caption, at most the first 200 rows. The HTML looks
 * right without style sheets (GitHub removes them) and escapes all text.
 *
 * <pre>{@code
 * TableView.of(fd).caption("FD (mini features), 1,000 images").best("nfe 5").tolerance(0.02)
 * }</pre>
 */
public final class TableView {

    private static final int DIGITS = 4;
    private static final String MISSING = "–";
    private static final int MOST_ROWS = 200; // a notebook with more becomes too large to show

    private final Table table;
    private final String caption;
    private final Map<String, Integer> digits;
    private final Set<String> best;
    private final boolean changing;
    private final OptionalDouble tolerance;

    private TableView(Table table, String caption, Map<String, Integer> digits, Set<String> best, boolean changing,
            OptionalDouble tolerance) {
        this.table = table;
        this.caption = caption;
        this.digits = Collections.unmodifiableMap(digits);
        this.best = Collections.unmodifiableSet(best);
        this.changing = changing;
        this.tolerance = tolerance;
    }

    /** The table with four significant digits and no caption; it is copied. */
    public static TableView of(Table table) {
        return new TableView(table.copy(), "", Map.of(), Set.of(), false, OptionalDouble.empty());
    }

    /** The copy with a line above the table. */
    public TableView caption(String text) {
        return new TableView(table, text, digits, best, changing, tolerance);
    }

    /**
     * The copy with another number of significant digits in a column (of its largest value: all values of a column
     * share their number of decimals where possible).
     *
     * @param significant 1 to 15
     */
    public TableView digits(String column, int significant) {
        Tables.numeric(table, column);
        if (significant < 1 || significant > 15) {
            throw new IllegalArgumentException(significant + " significant digits in '" + column + "': use 1 to 15");
        }
        Map<String, Integer> changed = new HashMap<>(digits);
        changed.put(column, significant);
        return new TableView(table, caption, changed, best, changing, tolerance);
    }

    /** The copy with the smallest value of each of these columns in bold (a star in plain text). */
    public TableView best(String... columns) {
        Set<String> changed = new HashSet<>(best);
        for (String column : columns) {
            Tables.numeric(table, column);
            changed.add(column);
        }
        return new TableView(table, caption, digits, changed, changing, tolerance);
    }

    /** The copy marked {@code data-volatile}: its values (durations, versions) differ between runs by nature. */
    public TableView volatileValues() {
        return new TableView(table, caption, digits, best, true, tolerance);
    }

    /**
     * The copy marked {@code data-tol}: a re-run may differ by this much.
     *
     * @param relative above 0, such as 0.01 for one per cent
     */
    public TableView tolerance(double relative) {
        if (!(relative > 0) || Double.isInfinite(relative)) {
            throw new IllegalArgumentException("a tolerance of " + relative + ": use a number above 0");
        }
        return new TableView(table, caption, digits, best, changing, OptionalDouble.of(relative));
    }

    /** An HTML table, all text escaped. */
    public String html() {
        StringBuilder out = new StringBuilder("<table cellpadding=\"4\" cellspacing=\"0\"");
        if (changing) {
            out.append(" data-volatile=\"true\"");
        }
        tolerance.ifPresent(t -> out.append(" data-tol=\"").append(t).append('"'));
        out.append(">\n");
        if (!caption.isEmpty()) {
            out.append("<caption align=\"left\" style=\"text-align:left\">").append(Html.escape(caption))
                    .append("</caption>\n");
        }
        List<Cells> columns = columns();
        int rows = Math.min(table.rowCount(), MOST_ROWS);
        out.append("<thead><tr>");
        columns.forEach(c -> out.append(c.open("th")).append(Html.escape(c.name)).append("</th>"));
        out.append("</tr></thead>\n<tbody>\n");
        for (int i = 0; i < rows; i++) {
            out.append("<tr>");
            for (Cells c : columns) {
                String text = Html.escape(c.text.get(i));
                out.append(c.open("td")).append(c.best.contains(i) ? "<b>" + text + "</b>" : text).append("</td>");
            }
            out.append("</tr>\n");
        }
        out.append("</tbody>\n");
        if (rows < table.rowCount()) {
            out.append("<tfoot><tr><td colspan=\"").append(columns.size()).append("\">").append(more())
                    .append("</td></tr></tfoot>\n");
        }
        return out.append("</table>").toString();
    }

    /** Aligned plain text. */
    public String text() {
        List<Cells> columns = columns();
        List<StringBuilder> lines = new ArrayList<>();
        int rows = Math.min(table.rowCount(), MOST_ROWS);
        for (int i = 0; i < rows + 2; i++) {
            lines.add(new StringBuilder());
        }
        for (Cells c : columns) {
            List<String> texts = new ArrayList<>();
            for (int i = 0; i < rows; i++) {
                texts.add(c.best.contains(i) ? "*" + c.text.get(i) : c.text.get(i));
            }
            int width = Math.max(c.name.length(), texts.stream().mapToInt(String::length).max().orElse(0));
            append(lines.get(0), c.name, width, c.number);
            append(lines.get(1), "-".repeat(width), width, false);
            for (int i = 0; i < texts.size(); i++) {
                append(lines.get(i + 2), texts.get(i), width, c.number);
            }
        }
        StringBuilder out = new StringBuilder(caption.isEmpty() ? "" : caption + "\n");
        lines.forEach(line -> out.append(line.toString().stripTrailing()).append('\n'));
        return rows < table.rowCount() ? out + more() : out.substring(0, out.length() - 1);
    }

    /** {@link #text()}. */
    @Override
    public String toString() {
        return text();
    }

    private String more() {
        return "the first " + MOST_ROWS + " of " + table.rowCount() + " rows";
    }

    private static void append(StringBuilder line, String text, int width, boolean right) {
        String pad = " ".repeat(width - text.length());
        line.append(line.length() > 0 ? "  " : "").append(right ? pad + text : text + pad);
    }

    private List<Cells> columns() {
        return table.columns().stream().map(this::cells).toList();
    }

    private Cells cells(Column<?> column) {
        List<String> text = new ArrayList<>();
        Set<Integer> smallest = new HashSet<>();
        if (column instanceof NumericColumn<?> numbers) {
            double[] values = new double[column.size()];
            for (int i = 0; i < values.length; i++) {
                values[i] = numbers.isMissing(i) ? Double.NaN : numbers.getDouble(i);
            }
            DoubleFunction<String> format = Digits.column(values, digits.getOrDefault(column.name(), DIGITS));
            for (double value : values) {
                text.add(Double.isNaN(value) ? MISSING : format.apply(value));
            }
            if (best.stream().anyMatch(column.name()::equalsIgnoreCase)) {
                double min = Arrays.stream(values).filter(v -> !Double.isNaN(v)).min().orElse(Double.NaN);
                String shown = format.apply(min);
                for (int i = 0; i < values.length; i++) {
                    if (text.get(i).equals(shown)) { // what looks equal is equally good
                        smallest.add(i);
                    }
                }
            }
        } else {
            for (int i = 0; i < column.size(); i++) {
                text.add(column.isMissing(i) ? MISSING : column.getString(i));
            }
        }
        return new Cells(column.name(), column instanceof NumericColumn<?>, text, smallest);
    }

    private record Cells(String name, boolean number, List<String> text, Set<Integer> best) {
        /** Both the old attribute (GitHub keeps it) and the style (JupyterLab's own sheet beats the attribute). */
        String open(String tag) {
            String side = number ? "right" : "left";
            return "<" + tag + " align=\"" + side + "\" style=\"text-align:" + side + "\">";
        }
    }
}
