package s4s.io;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;

/** What Tablesaw lacks for results: long tables to wide ones, and columns by name with a clear refusal. */
public final class Tables {

    private Tables() {}

    /**
     * A long table as a wide one: a row for each combination of {@code rowColumns} (in order of first appearance) and
     * a column for each value of {@code column} (numbers ascending, else in order of first appearance), named
     * {@code "column value"}, such as "nfe 5". Cells without a row stay missing.
     *
     * @param value name of the numeric column that fills the cells
     * @throws IllegalArgumentException if a column is missing, or two rows claim one cell
     */
    public static Table pivot(Table table, List<String> rowColumns, String column, String value) {
        Column<?> across = column(table, column);
        NumericColumn<?> values = numeric(table, value);
        List<Column<?>> keys = new ArrayList<>();
        rowColumns.forEach(name -> keys.add(column(table, name)));
        Map<List<String>, Map<String, Double>> cells = new LinkedHashMap<>();
        Map<String, Double> headings = new LinkedHashMap<>();
        for (int i = 0; i < table.rowCount(); i++) {
            int row = i;
            List<String> key = keys.stream().map(k -> k.getString(row)).toList();
            String heading = across.getString(i);
            headings.putIfAbsent(heading,
                    across instanceof NumericColumn<?> numbers ? numbers.getDouble(i) : (double) headings.size());
            double cell = values.isMissing(i) ? Double.NaN : values.getDouble(i);
            if (cells.computeIfAbsent(key, k -> new LinkedHashMap<>()).put(heading, cell) != null) {
                throw new IllegalArgumentException("pivot of table '" + table.name() + "': two rows for "
                        + String.join(", ", key) + ", " + column + " " + heading
                        + "; keep one (where(...)) or name one more row column");
            }
        }
        List<Column<?>> columns = new ArrayList<>();
        for (int k = 0; k < keys.size(); k++) {
            int place = k;
            columns.add(StringColumn.create(rowColumns.get(k), cells.keySet().stream().map(key -> key.get(place))));
        }
        headings.entrySet().stream().sorted(Map.Entry.comparingByValue(Comparator.naturalOrder())).forEach(h ->
                columns.add(DoubleColumn.create(column + " " + h.getKey(), cells.values().stream()
                        .mapToDouble(row -> row.getOrDefault(h.getKey(), Double.NaN)).toArray())));
        return Table.create(table.name(), columns);
    }

    /**
     * A column by name.
     *
     * @throws IllegalArgumentException if there is none; the message lists those that exist
     */
    public static Column<?> column(Table table, String name) {
        return table.columns().stream().filter(c -> c.name().equalsIgnoreCase(name)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("table '" + table.name() + "' has no column '" + name
                        + "'; it has " + String.join(", ", table.columnNames())));
    }

    /** A numeric column by name. */
    public static NumericColumn<?> numeric(Table table, String name) {
        if (column(table, name) instanceof NumericColumn<?> numbers) {
            return numbers;
        }
        throw new IllegalArgumentException("column '" + name + "' of table '" + table.name() + "' holds no numbers ("
                + column(table, name).type() + ")");
    }
}
