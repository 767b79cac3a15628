package s4s.notebook;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jsoup.Jsoup;
import org.jsoup.nodes.Element;

/**
 * A table of an HTML output.
 *
 * @param changing whether its {@code <table>} has {@code data-volatile}: its values differ from run to run by nature
 * @param rows texts and tolerances of its {@code <th>} and {@code <td>}
 */
record HtmlTable(boolean changing, List<List<Cell>> rows) {

    private static final Pattern NUMBER = Pattern.compile("[+-]?(?=\\.?\\d)(\\d{1,3}(,\\d{3})+|\\d+)?(\\.\\d*)?([eE][+-]?\\d+)?%?");

    /** A cell's text with blanks collapsed, and the tolerance that it or its table names. */
    record Cell(String text, Optional<Tolerance> tolerance) {}

    /** All tables of a piece of HTML; a table inside a table is read as part of the outer one. */
    static List<HtmlTable> in(String html) {
        return Jsoup.parse(html).select("table").stream()
                .filter(table -> table.parents().stream().noneMatch(parent -> parent.normalName().equals("table")))
                .map(HtmlTable::of)
                .collect(Collectors.toList());
    }

    private static HtmlTable of(Element table) {
        Optional<Tolerance> tolerance = tolerance(table);
        List<List<Cell>> rows = table.select("tr").stream()
                .map(row -> row.select("th, td").stream()
                        .map(cell -> new Cell(cell.text(), tolerance(cell).or(() -> tolerance)))
                        .collect(Collectors.toList()))
                .collect(Collectors.toList());
        return new HtmlTable(table.hasAttr("data-volatile"), rows);
    }

    private static Optional<Tolerance> tolerance(Element element) {
        if (!element.hasAttr("data-tol")) {
            return Optional.empty();
        }
        try {
            return Optional.of(Tolerance.relative(Double.parseDouble(element.attr("data-tol"))));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("data-tol=\"" + element.attr("data-tol") + "\" is not a number from 0", e);
        }
    }

    /** Where another run of the same table differs from this one, a line for each difference. */
    List<String> differences(HtmlTable other, Tolerance usual) {
        if (changing) {
            return columns().equals(other.columns()) ? List.of() : List.of("columns " + columns() + " became " + other.columns());
        }
        if (rows.size() != other.rows.size()) {
            return List.of(rows.size() + " rows became " + other.rows.size());
        }
        List<String> found = new ArrayList<>();
        for (int r = 0; r < rows.size(); r++) {
            List<Cell> mine = rows.get(r);
            List<Cell> theirs = other.rows.get(r);
            if (mine.size() != theirs.size()) {
                found.add("row " + (r + 1) + ": " + mine.size() + " cells became " + theirs.size());
                continue;
            }
            for (int c = 0; c < mine.size(); c++) {
                String before = mine.get(c).text();
                String after = theirs.get(c).text();
                if (!agree(before, after, mine.get(c).tolerance().orElse(usual))) {
                    found.add("row " + (r + 1) + ", column " + (c + 1) + ": '" + before + "' became '" + after + "'");
                }
            }
        }
        return found;
    }

    /** The shape of a table whose values change: the texts of its first row. */
    private List<String> columns() {
        return rows.isEmpty() ? List.of() : rows.get(0).stream().map(Cell::text).collect(Collectors.toList());
    }

    /** Word by word, so that "2.61 ± 0.03" is two numbers, and "dpmpp-3m" is none. */
    private static boolean agree(String before, String after, Tolerance tolerance) {
        String[] a = words(before);
        String[] b = words(after);
        if (a.length != b.length) {
            return false;
        }
        for (int i = 0; i < a.length; i++) {
            Optional<BigDecimal> x = number(a[i]);
            Optional<BigDecimal> y = number(b[i]);
            boolean same = x.isPresent() && y.isPresent()
                    ? tolerance.accepts(x.get().doubleValue(), y.get().doubleValue(), Math.max(unit(x.get()), unit(y.get())))
                    : a[i].equals(b[i]);
            if (!same) {
                return false;
            }
        }
        return true;
    }

    private static String[] words(String text) {
        return text.replace('\u2212', '-').strip().split("\\s+"); // typographic minus
    }

    private static Optional<BigDecimal> number(String word) {
        return NUMBER.matcher(word).matches()
                ? Optional.of(new BigDecimal(word.replace(",", "").replace("%", "")))
                : Optional.empty();
    }

    /** One unit of the last digit; of a whole number, nothing: "5" images are not about "6". */
    private static double unit(BigDecimal number) {
        return number.scale() > 0 ? number.ulp().doubleValue() : 0;
    }
}
