package s4s.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.Gson;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class NotebookCheckTest {

    @TempDir
    Path folder;
    private Path committed;
    private Path executed;

    @BeforeEach
    void folders() throws IOException {
        committed = Files.createDirectory(folder.resolve("committed"));
        executed = Files.createDirectory(folder.resolve("executed"));
    }

    private record Result(int exit, String text) {}

    private Result check(String... options) {
        StringWriter out = new StringWriter();
        CommandLine line = NotebookCheck.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(out));
        List<String> args = new ArrayList<>(List.of(committed.toString(), executed.toString()));
        args.addAll(Arrays.asList(options));
        return new Result(line.execute(args.toArray(String[]::new)), out.toString());
    }

    private static Map<String, Object> code(String source, Integer count, Object... outputs) {
        Map<String, Object> cell = new HashMap<>();
        cell.put("cell_type", "code");
        cell.put("source", List.of(source));
        cell.put("execution_count", count);
        cell.put("outputs", outputs);
        return cell;
    }

    private static Map<String, Object> result(Map<String, Object> data) {
        return Map.of("output_type", "execute_result", "data", data, "metadata", Map.of());
    }

    private static Map<String, Object> html(String... lines) {
        return result(Map.of("text/html", lines, "text/plain", "a table"));
    }

    private static String table(String attributes, String... cells) {
        return "<table" + attributes + "><tr><th>solver</th><th>FD</th></tr><tr><td>"
                + String.join("</td><td>", cells) + "</td></tr></table>";
    }

    @SafeVarargs
    private static void write(Path folder, Map<String, Object>... cells) throws IOException {
        Map<String, Object> markdown = Map.of("cell_type", "markdown", "source", "text");
        List<Object> all = new ArrayList<>(List.of(markdown));
        for (Map<String, Object> cell : cells) {
            all.add(cell);
        }
        Files.writeString(folder.resolve("a.ipynb"), new Gson().newBuilder().serializeNulls().create()
                .toJson(Map.of("cells", all, "metadata", Map.of(), "nbformat", 4, "nbformat_minor", 5)));
    }

    private void writeBoth(String before, String after) throws IOException {
        write(committed, code("table", 1, html(before)));
        write(executed, code("table", 1, html(after)));
    }

    @Test
    void acceptsTheSameExecution() throws IOException {
        Map<String, Object> figure = result(Map.of("application/vnd.plotly.v1+json", Map.of(), "image/png", "x"));
        Map<String, Object> empty = code("", null);
        for (Path to : List.of(committed, executed)) {
            write(to, code("x", 1, html("<table>", "<tr><td>1</td></tr></table>")), code("y", 2, figure), empty);
        }
        assertEquals(new Result(0, "ok      a.ipynb" + System.lineSeparator()), check());
    }

    @Test
    void refusesWhatWasNotExecutedFailedOrWarned() throws IOException {
        Map<String, Object> error = Map.of("output_type", "error", "ename", "Oops", "evalue", "why", "traceback", List.of());
        Map<String, Object> warning = Map.of("output_type", "stream", "name", "stderr", "text", "careful");
        Map<String, Object> figure = result(Map.of("application/vnd.plotly.v1+json", Map.of()));
        for (Path to : List.of(committed, executed)) {
            write(to, code("a", null), code("b", 1, error), code("c", 2, warning), code("d", 3, figure));
        }
        Result result = check();
        assertEquals(1, result.exit());
        assertTrue(result.text().contains("code cell 1: not executed"), result.text());
        assertTrue(result.text().contains("code cell 2: holds the error Oops: why"), result.text());
        assertTrue(result.text().contains("code cell 3: wrote to standard error"), result.text());
        assertTrue(result.text().contains("code cell 4: a Plotly figure without image/png"), result.text());
    }

    @Test
    void refusesOtherCodeAndMissingExecutions() throws IOException {
        write(committed, code("one", 1));
        assertTrue(check().text().contains("there is no execution of it"));
        write(executed, code("two", 1));
        Result result = check();
        assertEquals(1, result.exit());
        assertTrue(result.text().contains("the code differs"), result.text());
    }

    @ParameterizedTest
    @CsvSource({
        "9.10, 9.10, 0", "9.10, 9.25, 0", "9.10, 9.35, 1", // 2 %
        "0.001, 0.020, 0", "0.001, 0.030, 1", // or 0.02
        "0.5, 0.6, 0", // or a unit of the last digit
        "20, 21, 1", "'1,000', '1,015', 0", "'1,000', '1,100', 1", "1e3, 1.01e3, 0",
        "−3.00, -3.01, 0", "3.00, -3.00, 1", "12.0 %, 12.1 %, 0", "12.0%, 13.0%, 1",
        "2.61 ± 0.03, 2.62 ± 0.04, 0", "2.61 ± 0.03, 2.91 ± 0.03, 1", "2.61 ± 0.03, 2.61, 1",
        "ddim, ddim, 0", "ddim, euler, 1", "e0, e0, 0", "e0, e1, 1", ".5, 0.5, 0", "dpmpp-3m, dpmpp-2m, 1", "–, –, 0", "–, 3.0, 1", "NaN, NaN, 0", "NaN, 1.0, 1",
    })
    void comparesNumbersByToleranceAndTextExactly(String before, String after, int exit) throws IOException {
        writeBoth(table("", "x", before), table("", "x", after));
        assertEquals(exit, check().exit(), check().text());
    }

    @Test
    void namesThePlaceOfADifference() throws IOException {
        writeBoth(table("", "ddim", "9.10"), table("", "ddim", "8.10"));
        assertTrue(check().text().contains("code cell 1, table 1, row 2, column 2: '9.10' became '8.10'"), check().text());
    }

    @Test
    void takesOtherTolerances() throws IOException {
        writeBoth(table("", "x", "9.1000"), table("", "x", "9.1100"));
        assertEquals(0, check().exit());
        assertEquals(1, check("--relative", "1e-4", "--absolute", "1e-4").exit());
        writeBoth(table(" data-tol=\"0.0001\"", "x", "9.1000"), table("", "x", "9.1100"));
        assertEquals(1, check().exit());
        writeBoth(table(" data-tol=\"0.5\"", "x", "9.10"), table("", "x", "6.10"));
        assertEquals(0, check().exit());
        writeBoth("<table><tr><td data-tol=\"0.5\">9.10</td><td>9.10</td></tr></table>",
                "<table><tr><td>6.10</td><td>6.10</td></tr></table>");
        assertTrue(check().text().contains("column 2"));
        assertTrue(!check().text().contains("column 1"));
    }

    @Test
    void aNamedToleranceIsRelativeForSmallNumbersToo() throws IOException {
        writeBoth(table(" data-tol=\"0.01\"", "x", "0.0010"), table("", "x", "0.0100"));
        assertEquals(1, check().exit());
    }

    @Test
    void comparesOnlyTheColumnsOfVolatileTables() throws IOException {
        writeBoth(table(" data-volatile", "x", "17 s"), table(" data-volatile", "y", "3 h"));
        assertEquals(0, check().exit());
        writeBoth(table(" data-volatile", "x", "17 s"), table(" data-volatile", "x", "17 s").replace("FD", "time"));
        assertEquals(1, check().exit());
    }

    @Test
    void seesMissingTablesRowsAndFigures() throws IOException {
        writeBoth(table("", "x", "1"), "<p>no table</p>");
        assertTrue(check().text().contains("1 tables became 0"), check().text());
        writeBoth("<table><tr><td>1</td></tr></table>", "<table><tr><td>1</td></tr><tr><td>1</td></tr></table>");
        assertTrue(check().text().contains("1 rows became 2"), check().text());
        Map<String, Object> figure = result(Map.of("application/vnd.plotly.v1+json", Map.of(), "image/png", "x"));
        write(committed, code("x", 1, figure));
        write(executed, code("x", 1));
        assertTrue(check().text().contains("1 figures became 0"), check().text());
    }

    @Test
    void tellsBadInputInOneLine() throws IOException {
        Files.writeString(committed.resolve("a.ipynb"), "{\"cells\": [{\"cell_type\": ");
        Result broken = check();
        assertEquals(2, broken.exit());
        assertTrue(broken.text().contains("a.ipynb is not a Jupyter notebook"), broken.text());
        Files.writeString(committed.resolve("a.ipynb"), "[]");
        assertTrue(check().text().contains("is not a Jupyter notebook"));
        assertEquals(2, check("--relative", "-1").exit());
        writeBoth(table(" data-tol=\"wide\"", "x", "1"), table("", "x", "1"));
        assertTrue(check().text().contains("data-tol=\"wide\" is not a number"), check().text());
        Files.delete(committed.resolve("a.ipynb"));
        Files.delete(committed);
        assertEquals(2, check().exit());
        assertEquals(1, check().text().lines().count());
    }
}
