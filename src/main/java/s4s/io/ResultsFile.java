package s4s.io;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.StringReader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tech.tablesaw.api.ColumnType;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.LongColumn;
import tech.tablesaw.api.NumericColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;
import tech.tablesaw.columns.Column;
import tech.tablesaw.io.csv.CsvReadOptions;
import tech.tablesaw.io.csv.CsvWriteOptions;

/**
 * Results as a long CSV table, {@code NAME.csv}, with its provenance beside it, {@code NAME.json}. Rows are added one
 * at a time, each safely on disk when {@link #append} returns, or replaced all at once; a program that was killed opens the file again and goes
 * on with what is missing. The provenance holds the table's SHA-256, so a table changed by hand is noticed.
 *
 * <p>Not for two programs at a time: the second to write gets an {@link IOException}. Not thread-safe.
 */
public final class ResultsFile {

    private static final Set<ColumnType> TYPES =
            Set.of(ColumnType.STRING, ColumnType.INTEGER, ColumnType.LONG, ColumnType.DOUBLE);
    private static final String NONE = "none";
    private static final String PREVIOUS = "previous sha256";

    private final Path csv;
    private final Provenance provenance;
    private final long start = System.nanoTime();
    private String onDisk;
    private boolean whole;
    private Table table;

    private ResultsFile(Path csv, Table table, Provenance provenance, String onDisk, boolean whole) {
        this.csv = csv;
        this.table = table;
        this.provenance = provenance;
        this.onDisk = onDisk;
        this.whole = whole;
    }

    /** A table of results and what made it. */
    public record Results(Table table, Provenance provenance) {}

    /**
     * Opens the file to add rows; begins it if there is none.
     *
     * @param csv ends in .csv
     * @param schema an empty table with the wanted columns (String, int, long or double)
     * @param provenance of this run; its recipe must be that of the rows already there
     * @throws IllegalArgumentException if the name, the columns or the recipe do not fit
     * @throws IOException if the file cannot be read, or is not as this class left it
     */
    public static ResultsFile open(Path csv, Table schema, Provenance provenance) throws IOException {
        if (!csv.getFileName().toString().endsWith(".csv")) {
            throw new IllegalArgumentException(csv + " must end in .csv: the provenance takes the name with .json");
        }
        for (Column<?> column : schema.columns()) {
            if (!TYPES.contains(column.type())) {
                throw new IllegalArgumentException("column '" + column.name() + "' of " + csv + " has the type "
                        + column.type() + "; use String, int, long or double");
            }
        }
        if (!Files.exists(csv)) {
            return new ResultsFile(csv, schema.emptyCopy(), provenance, NONE, true);
        }
        Results earlier = read(csv);
        if (!columns(earlier.table).equals(columns(schema))) {
            throw new IllegalArgumentException(csv + " has the columns " + columns(earlier.table) + ", expected "
                    + columns(schema) + "; move it away to begin again");
        }
        try {
            boolean whole = Json.string(Json.parseObject(Files.readString(sidecar(csv))), PREVIOUS).isEmpty();
            return new ResultsFile(csv, earlier.table, provenance.continuing(earlier.provenance), Hashes.sha256(csv), whole);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    csv + " was made with other settings: " + e.getMessage() + "; move it away to begin again", e);
        }
    }

    /**
     * Reads a table and checks it against its provenance.
     *
     * @throws IOException if a file is missing or broken, or the table is not the one that the provenance describes
     */
    public static Results read(Path csv) throws IOException {
        Path json = sidecar(csv);
        for (Path file : List.of(csv, json)) {
            if (!Files.isRegularFile(file)) {
                throw new NoSuchFileException(file + " is missing: results are a .csv with a .json of the same name");
            }
        }
        byte[] bytes = Files.readAllBytes(csv);
        try {
            JsonObject description = Json.parseObject(Files.readString(json));
            String hash = Hashes.sha256(bytes);
            // a kill between the two files' moves leaves the table one row behind its description: fine
            if (!hash.equals(Json.string(description, "sha256").orElse(""))
                    && !hash.equals(Json.string(description, PREVIOUS).orElse(""))) {
                throw new IOException(csv + " is not the table that " + json.getFileName()
                        + " describes (its SHA-256 differs): it was changed after it was made");
            }
            return new Results(parse(csv, bytes, description), Provenance.fromJson(description));
        } catch (RuntimeException e) { // whatever a damaged description makes Gson or Tablesaw throw
            throw new IOException(json + " is broken: " + e.getMessage(), e);
        }
    }

    /** The rows so far: a copy. */
    public Table table() {
        return table.copy();
    }

    /**
     * Whether there is a row with these values, to skip what is done.
     *
     * @param key column name to value (String or number)
     */
    public boolean contains(Map<String, ?> key) {
        for (int i = 0; i < table.rowCount(); i++) {
            int row = i;
            if (key.entrySet().stream().allMatch(e -> equal(Tables.column(table, e.getKey()), row, e.getValue()))) {
                return true;
            }
        }
        return false;
    }

    /**
     * Adds a row and writes the file; when this returns, the row is on disk.
     *
     * @param values one for each column, in order; NaN is a missing number
     * @throws IllegalArgumentException if a value does not fit its column
     * @throws IOException if the file cannot be written, or another program changed it meanwhile
     */
    public void append(Object... values) throws IOException {
        Table longer = table.copy();
        if (values.length != table.columnCount()) {
            throw new IllegalArgumentException("a row of " + values.length + " values for the " + table.columnCount()
                    + " columns " + table.columnNames());
        }
        for (int c = 0; c < values.length; c++) {
            add(longer.column(c), values[c]);
        }
        store(longer);
    }

    /**
     * Puts {@code rows} in place of all rows; when this returns, they are on disk.
     *
     * @throws IllegalArgumentException if the columns are others
     * @throws IOException as {@link #append}
     */
    public void replace(Table rows) throws IOException {
        if (!columns(rows).equals(columns(table))) {
            throw new IllegalArgumentException(csv + " has the columns " + columns(table) + ", not " + columns(rows));
        }
        store(rows.copy());
    }

    /** Whether the description is of this table alone, not of that before a kill as well. */
    public boolean isWhole() {
        return whole;
    }

    /** Ends what a kill left between the writing of the table and of its description. */
    public void finish() throws IOException {
        if (!whole) {
            describe(table, onDisk, onDisk);
            whole = true;
        }
    }

    private void store(Table rows) throws IOException {
        byte[] bytes = format(rows);
        String before = Files.exists(csv) ? Hashes.sha256(csv) : NONE;
        if (!before.equals(onDisk)) {
            throw new IOException(csv + " was changed by another program while this one was running");
        }
        String after = Hashes.sha256(bytes);
        describe(rows, after, before);
        AtomicFiles.write(csv, bytes);
        onDisk = after;
        describe(rows, after, after);
        whole = true;
        table = rows; // only now: a failed write leaves the rows as they were
    }

    private void describe(Table rows, String hash, String previous) throws IOException {
        JsonObject json = new JsonObject();
        json.addProperty("file", csv.getFileName().toString());
        json.addProperty("sha256", hash);
        if (!previous.equals(hash)) {
            json.addProperty(PREVIOUS, previous);
        }
        json.addProperty("rows", rows.rowCount());
        JsonObject types = new JsonObject();
        rows.columns().forEach(c -> types.addProperty(c.name(), c.type().name()));
        json.add("columns", types);
        JsonObject made = provenance.took(Duration.ofNanos(System.nanoTime() - start)).json();
        made.entrySet().forEach(e -> json.add(e.getKey(), e.getValue()));
        AtomicFiles.write(sidecar(csv), (Json.pretty(json) + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private static Path sidecar(Path csv) {
        return csv.resolveSibling(csv.getFileName().toString().replaceFirst("\\.csv$", "") + ".json");
    }

    private static byte[] format(Table table) {
        StringWriter text = new StringWriter();
        table.write().usingOptions(CsvWriteOptions.builder(text).lineEnd("\n").build());
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    private static Table parse(Path csv, byte[] bytes, JsonObject description) throws IOException {
        List<ColumnType> types = new ArrayList<>();
        Json.object(description, "columns")
                .orElseThrow(() -> new IllegalArgumentException("it has no \"columns\""))
                .entrySet().forEach(e -> types.add(ColumnType.valueOf(e.getValue().getAsString())));
        String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            return Table.read().usingOptions(CsvReadOptions.builder(new StringReader(text))
                    .tableName(csv.getFileName().toString().replaceFirst("\\.csv$", ""))
                    .columnTypes(types.toArray(ColumnType[]::new))
                    .missingValueIndicator(""));
        } catch (RuntimeException e) {
            throw new IOException(csv + " is not a table of the described columns: " + e.getMessage(), e);
        }
    }

    private static List<String> columns(Table table) {
        return table.columns().stream().map(c -> c.name() + " (" + c.type() + ")").toList();
    }

    private static boolean equal(Column<?> column, int row, Object value) {
        if (column instanceof NumericColumn<?> numbers) {
            return value instanceof Number n && numbers.getDouble(row) == n.doubleValue();
        }
        return column.getString(row).equals(value);
    }

    private static void add(Column<?> column, Object value) {
        if (column instanceof StringColumn strings && value instanceof String text) {
            strings.append(text);
        } else if (column instanceof IntColumn ints && value instanceof Integer number) {
            ints.append(number.intValue());
        } else if (column instanceof LongColumn longs && (value instanceof Long || value instanceof Integer)) {
            longs.append(((Number) value).longValue());
        } else if (column instanceof DoubleColumn doubles && value instanceof Number number) {
            doubles.append(number.doubleValue());
        } else {
            throw new IllegalArgumentException(
                    "column '" + column.name() + "' (" + column.type() + ") cannot take " + value);
        }
    }
}
