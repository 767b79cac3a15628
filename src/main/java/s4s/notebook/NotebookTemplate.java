package s4s.notebook;

import com.google.gson.GsonBuilder;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import s4s.io.AtomicFiles;
import s4s.io.BadFileException;
import s4s.io.JsonFields;

/**
 * The notebooks that show a benchmark each, written from one template, {@code src/main/jupyter/benchmark-notebook.json}:
 *
 * <pre>
 *   cells       [ { type, source: [ line, ... ] }, ... ]: {{notebook}} stands for the notebook's name, {{other}} for its texts;
 *               a cell that is one {{text}} which a notebook does not have is left out there
 *   notebooks   { NAME: { benchmark, title, other texts, each a text or a list of lines }, ... }
 * </pre>
 *
 * @param fields the template
 */
public record NotebookTemplate(JsonFields fields) {
    private static final Pattern PLACE = Pattern.compile("\\{\\{(\\w+)}}");

    /** A cell's kind, "code" or "markdown", and its text. */
    public record Cell(String type, String source) {}

    /** The template of a repository. */
    public static NotebookTemplate of(Path repository) throws IOException {
        return new NotebookTemplate(JsonFields.read(repository.resolve("src/main/jupyter/benchmark-notebook.json")));
    }

    /** Names of the notebooks. */
    public List<String> names() throws IOException {
        return fields.object("notebooks").names();
    }

    /** The cells of a notebook. */
    public List<Cell> cells(String notebook) throws IOException {
        JsonFields texts = fields.object("notebooks").object(notebook);
        List<Cell> cells = new ArrayList<>();
        for (JsonFields cell : fields.objects("cells")) {
            String source = String.join("\n", cell.texts("source"));
            Matcher whole = PLACE.matcher(source);
            if (!whole.matches() || texts.has(whole.group(1))) {
                cells.add(new Cell(cell.text("type"), filled(source, notebook, texts)));
            }
        }
        return cells;
    }

    private static String filled(String source, String notebook, JsonFields texts) throws BadFileException {
        Matcher place = PLACE.matcher(source);
        StringBuilder all = new StringBuilder();
        while (place.find()) {
            String name = place.group(1);
            String text = name.equals("notebook") ? notebook
                    : texts.tree().has(name) && texts.tree().get(name).isJsonArray() ? String.join("\n", texts.texts(name))
                            : texts.text(name);
            place.appendReplacement(all, Matcher.quoteReplacement(text));
        }
        return place.appendTail(all).toString();
    }

    /** The cells of a notebook's file. */
    public static List<Cell> read(Path ipynb) throws IOException {
        return StreamSupport.stream(parse(ipynb).getAsJsonArray("cells").spliterator(), false).map(JsonElement::getAsJsonObject)
                .map(cell -> new Cell(cell.get("cell_type").getAsString(), source(cell))).toList();
    }

    private static JsonObject parse(Path ipynb) throws IOException {
        return JsonParser.parseString(Files.readString(ipynb)).getAsJsonObject();
    }

    private static String source(JsonObject cell) {
        return StreamSupport.stream(cell.getAsJsonArray("source").spliterator(), false).map(JsonElement::getAsString)
                .collect(Collectors.joining());
    }

    /**
     * Writes a notebook's cells into its file. Cells that do not change keep their outputs.
     *
     * @param notebook its name
     * @param ipynb the notebook, or where it goes; then {@code like} gives what is not cells
     * @param like another notebook
     * @return whether anything changed
     * @throws IOException if a file cannot be read or written
     */
    public boolean write(String notebook, Path ipynb, Path like) throws IOException {
        boolean there = Files.exists(ipynb);
        List<Cell> cells = cells(notebook);
        if (there && read(ipynb).equals(cells)) {
            return false;
        }
        JsonObject json = parse(there ? ipynb : like);
        Map<String, JsonObject> known = StreamSupport.stream(json.getAsJsonArray("cells").spliterator(), false)
                .map(JsonElement::getAsJsonObject)
                .collect(Collectors.toMap(NotebookTemplate::source, cell -> cell, (a, b) -> a));
        JsonArray made = new JsonArray();
        for (Cell cell : cells) {
            JsonObject one = there ? known.getOrDefault(cell.source, new JsonObject()) : new JsonObject();
            made.add(cell(cell, String.format(Locale.ROOT, "cell-%02d", made.size()), one));
        }
        json.add("cells", made);
        StringWriter text = new StringWriter();
        JsonWriter writer = new JsonWriter(text);
        writer.setIndent(" ");
        writer.setHtmlSafe(false);
        new GsonBuilder().serializeNulls().disableHtmlEscaping().create().toJson(json, writer);
        AtomicFiles.write(ipynb, (text + "\n").getBytes(StandardCharsets.UTF_8));
        return true;
    }

    private static JsonObject cell(Cell cell, String id, JsonObject before) {
        JsonObject json = new JsonObject();
        json.addProperty("cell_type", cell.type);
        if (cell.type.equals("code")) {
            json.add("execution_count", before.get("execution_count"));
        }
        json.addProperty("id", id);
        json.add("metadata", before.has("metadata") ? before.get("metadata") : new JsonObject());
        if (cell.type.equals("code")) {
            json.add("outputs", before.has("outputs") ? before.get("outputs") : new JsonArray());
        }
        JsonArray lines = new JsonArray();
        for (String line : cell.source.split("(?<=\n)")) {
            lines.add(line);
        }
        json.add("source", lines);
        return json;
    }

    /**
     * Writes the notebooks.
     *
     * @param args the repository's root, and names; none: all
     */
    public static void main(String[] args) throws IOException {
        Path repository = Path.of(args[0]);
        NotebookTemplate template = of(repository);
        Path folder = repository.resolve("notebooks");
        for (String name : args.length > 1 ? List.of(args).subList(1, args.length) : template.names()) {
            if (!template.names().contains(name)) {
                System.err.println("s4s: the template has no notebook '" + name + "'; it has "
                        + String.join(", ", template.names()));
                System.exit(2);
            }
            Path like = folder.resolve(template.names().get(0) + ".ipynb");
            boolean changed = template.write(name, folder.resolve(name + ".ipynb"), like);
            System.out.println("notebooks/" + name + ".ipynb "
                    + (changed ? "was written; ./s4s notebooks runs it" : "is as its template"));
        }
    }
}
