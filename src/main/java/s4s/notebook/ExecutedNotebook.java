package s4s.notebook;

import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a notebook file (nbformat 4) holds of its code cells.
 *
 * @param cells the code cells that have any code, in order
 */
record ExecutedNotebook(List<CodeCell> cells) {

    private static final String PLOTLY = "application/vnd.plotly.v1+json";

    /**
     * A code cell.
     *
     * @param number its place among the code cells, from 1
     * @param executed whether it has an execution count
     * @param errors messages of its error outputs
     * @param warnings whether it wrote to standard error
     * @param figures number of Plotly figures
     * @param bareFigures how many of them come without a PNG
     * @param tables tables of its HTML outputs
     */
    record CodeCell(int number, String source, boolean executed, List<String> errors, boolean warnings,
            int figures, int bareFigures, List<HtmlTable> tables) {

        private static CodeCell of(int number, JsonObject cell) {
            List<String> errors = new ArrayList<>();
            List<HtmlTable> tables = new ArrayList<>();
            boolean warnings = false;
            int figures = 0;
            int bare = 0;
            JsonArray outputs = cell.has("outputs") ? cell.getAsJsonArray("outputs") : new JsonArray();
            for (JsonElement element : outputs) {
                JsonObject output = element.getAsJsonObject();
                String type = output.get("output_type").getAsString();
                if (type.equals("error")) {
                    errors.add(output.get("ename").getAsString() + ": " + output.get("evalue").getAsString());
                } else if (type.equals("stream")) {
                    warnings |= output.get("name").getAsString().equals("stderr");
                } else {
                    JsonObject data = output.getAsJsonObject("data");
                    if (data.has(PLOTLY)) {
                        figures++;
                        bare += data.has("image/png") ? 0 : 1;
                    }
                    if (data.has("text/html")) {
                        tables.addAll(HtmlTable.in(text(data.get("text/html"))));
                    }
                }
            }
            boolean executed = cell.has("execution_count") && !cell.get("execution_count").isJsonNull();
            return new CodeCell(number, text(cell.get("source")), executed, errors, warnings, figures, bare, tables);
        }
    }

    /**
     * Reads a notebook.
     *
     * @throws IOException if it cannot be read or is not a notebook
     */
    static ExecutedNotebook read(Path file) throws IOException {
        try {
            JsonObject notebook = new Gson().fromJson(Files.readString(file), JsonObject.class);
            List<CodeCell> cells = new ArrayList<>();
            int number = 0;
            for (JsonElement element : notebook.getAsJsonArray("cells")) {
                JsonObject cell = element.getAsJsonObject();
                if (cell.get("cell_type").getAsString().equals("code")) {
                    CodeCell code = CodeCell.of(++number, cell);
                    if (!code.source().isBlank()) {
                        cells.add(code);
                    }
                }
            }
            return new ExecutedNotebook(cells);
        } catch (JsonParseException | IllegalStateException | ClassCastException | NullPointerException e) {
            throw new IOException(file + " is not a Jupyter notebook (version 4)", e);
        }
    }

    /**
     * The Markdown cells of a notebook.
     *
     * @throws IOException as {@link #read}
     */
    static List<String> texts(Path file) throws IOException {
        try {
            List<String> texts = new ArrayList<>();
            for (JsonElement cell : new Gson().fromJson(Files.readString(file), JsonObject.class).getAsJsonArray("cells")) {
                if (cell.getAsJsonObject().get("cell_type").getAsString().equals("markdown")) {
                    texts.add(text(cell.getAsJsonObject().get("source")));
                }
            }
            return texts;
        } catch (JsonParseException | IllegalStateException | ClassCastException | NullPointerException e) {
            throw new IOException(file + " is not a Jupyter notebook (version 4)", e);
        }
    }

    /** nbformat writes a text as one string or as a list of lines. */
    private static String text(JsonElement value) {
        if (value.isJsonArray()) {
            StringBuilder text = new StringBuilder();
            value.getAsJsonArray().forEach(line -> text.append(line.getAsString()));
            return text.toString();
        }
        return value.getAsString();
    }

    /** Why this file should not be committed as it is. */
    List<String> faults() {
        List<String> faults = new ArrayList<>();
        for (CodeCell cell : cells) {
            String place = "code cell " + cell.number() + ": ";
            if (!cell.executed()) {
                faults.add(place + "not executed");
            }
            cell.errors().forEach(error -> faults.add(place + "holds the error " + error));
            if (cell.warnings()) {
                faults.add(place + "wrote to standard error");
            }
            if (cell.bareFigures() > 0) {
                faults.add(place + "a Plotly figure without image/png, which GitHub shows as nothing");
            }
        }
        return faults;
    }

    /** Where another execution of the same notebook differs. */
    List<String> differences(ExecutedNotebook other, Tolerance usual) {
        if (!sources().equals(other.sources())) {
            return List.of("the code differs: execute the notebook again");
        }
        List<String> found = new ArrayList<>();
        for (int i = 0; i < cells.size(); i++) {
            CodeCell before = cells.get(i);
            CodeCell after = other.cells.get(i);
            String place = "code cell " + before.number();
            if (before.figures() != after.figures()) {
                found.add(place + ": " + before.figures() + " figures became " + after.figures());
            }
            if (before.tables().size() != after.tables().size()) {
                found.add(place + ": " + before.tables().size() + " tables became " + after.tables().size());
                continue;
            }
            for (int t = 0; t < before.tables().size(); t++) {
                String table = place + ", table " + (t + 1) + ", ";
                before.tables().get(t).differences(after.tables().get(t), usual).forEach(d -> found.add(table + d));
            }
        }
        return found;
    }

    private List<String> sources() {
        return cells.stream().map(CodeCell::source).collect(Collectors.toList());
    }
}
