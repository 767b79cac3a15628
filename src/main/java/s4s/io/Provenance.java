package s4s.io;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What made a result, in order. The <em>recipe</em> decides the numbers (model, seeds, data, settings); a
 * <em>session</em> is one run of the program on it (command, versions, machine, date, duration). A result that was
 * stopped and continued has several sessions.
 *
 * <pre>{@code
 * Provenance.of("s4s fd ...").with("seeds", "0-9999").file("model", weights)
 * }</pre>
 */
public final class Provenance {

    private static final String WALL_TIME = "wall time";

    private final Map<String, String> recipe;
    private final List<Map<String, String>> sessions;

    private Provenance(Map<String, String> recipe, List<Map<String, String>> sessions) {
        this.recipe = Collections.unmodifiableMap(new LinkedHashMap<>(recipe));
        this.sessions = sessions.stream()
                .map(s -> Collections.unmodifiableMap((Map<String, String>) new LinkedHashMap<>(s))).toList();
    }

    /** An empty recipe and one session: this command in this Java, now. Loads no native library. */
    public static Provenance of(String command) {
        Map<String, String> session = new LinkedHashMap<>();
        session.put("command", command);
        session.put("date", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
        session.putAll(versions());
        return new Provenance(Map.of(), List.of(session));
    }

    /** Versions of project, Java and engine, and the machine. Loads no native library. */
    public static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        versions.put("s4s", Objects.requireNonNullElse(
                Provenance.class.getPackage().getImplementationVersion(), "development"));
        versions.put("java", System.getProperty("java.version") + ", " + System.getProperty("java.vendor"));
        versions.put("djl", property("ai/djl/engine/api.properties", "djl_version"));
        versions.put("pytorch", property("native/lib/pytorch.properties", "version"));
        versions.put("system", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
        versions.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        return versions;
    }

    /** The copy with one more recipe entry. */
    public Provenance with(String name, Object value) {
        Map<String, String> changed = new LinkedHashMap<>(recipe);
        changed.put(name, value.toString());
        return new Provenance(changed, sessions);
    }

    /**
     * The copy with a file in its recipe: its name (not its folder) and its SHA-256.
     *
     * @throws IOException if the file cannot be read
     */
    public Provenance file(String name, Path file) throws IOException {
        return with(name, file.getFileName()).with(name + " sha256", Hashes.sha256(file));
    }

    /** The copy with one more entry in its last session: something that does not decide the numbers. */
    public Provenance note(String name, Object value) {
        List<Map<String, String>> changed = new ArrayList<>(sessions);
        Map<String, String> last = new LinkedHashMap<>(changed.remove(changed.size() - 1));
        last.put(name, value.toString());
        changed.add(last);
        return new Provenance(recipe, changed);
    }

    /** The copy whose last session took this long. */
    public Provenance took(Duration wallTime) {
        return note(WALL_TIME, String.format(Locale.ROOT, "%.1f s", wallTime.toMillis() / 1000.0));
    }

    /**
     * The copy with an earlier one's sessions before its own.
     *
     * @throws IllegalArgumentException if the recipes differ; the message names the first difference
     */
    public Provenance continuing(Provenance earlier) {
        Recipes.difference(earlier.recipe, recipe).ifPresent(difference -> {
            throw new IllegalArgumentException(difference);
        });
        List<Map<String, String>> all = new ArrayList<>(earlier.sessions);
        all.addAll(sessions);
        return new Provenance(recipe, all);
    }

    /** What decides the numbers, in order. */
    public Map<String, String> recipe() {
        return recipe;
    }

    /** The runs, oldest first, at least one. */
    public List<Map<String, String>> sessions() {
        return sessions;
    }

    /** JSON: {@code {"recipe": {...}, "sessions": [{...}]}}. */
    public String toJson() {
        return Json.pretty(json());
    }

    /**
     * @throws IllegalArgumentException if the text is not what {@link #toJson()} writes
     */
    public static Provenance fromJson(String json) {
        return fromJson(Json.parseObject(json));
    }

    JsonObject json() {
        JsonObject json = new JsonObject();
        json.add("recipe", object(recipe));
        JsonArray runs = new JsonArray();
        sessions.forEach(s -> runs.add(object(s)));
        json.add("sessions", runs);
        return json;
    }

    static Provenance fromJson(JsonObject json) {
        Map<String, String> recipe = Json.object(json, "recipe").map(Provenance::map)
                .orElseThrow(() -> new IllegalArgumentException("this provenance has no \"recipe\""));
        List<Map<String, String>> sessions = new ArrayList<>();
        Json.array(json, "sessions").ifPresent(a -> a.forEach(e -> sessions.add(map(e))));
        if (sessions.isEmpty()) {
            throw new IllegalArgumentException("this provenance has no \"sessions\"");
        }
        return new Provenance(recipe, sessions);
    }

    /**
     * A table with the columns "what" and "value": the recipe, then the sessions (values that differ between them
     * separated by semicolons, durations added up).
     */
    public Table toTable() {
        Map<String, String> rows = new LinkedHashMap<>(recipe);
        Set<String> names = new LinkedHashSet<>();
        sessions.forEach(s -> names.addAll(s.keySet()));
        for (String name : names) {
            List<String> values = sessions.stream().filter(s -> s.containsKey(name)).map(s -> s.get(name)).toList();
            rows.put(name, name.equals(WALL_TIME) ? ProgressLine.time(seconds(values))
                    : values.stream().distinct().collect(Collectors.joining("; ")));
        }
        if (sessions.size() > 1) {
            rows.put("sessions", String.valueOf(sessions.size()));
        }
        return Table.create("provenance", StringColumn.create("what", rows.keySet()),
                StringColumn.create("value", rows.values()));
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Provenance p && p.recipe.equals(recipe) && p.sessions.equals(sessions);
    }

    @Override
    public int hashCode() {
        return Objects.hash(recipe, sessions);
    }

    @Override
    public String toString() {
        return toJson();
    }

    private static double seconds(List<String> durations) {
        return durations.stream().mapToDouble(d -> {
            try {
                return Double.parseDouble(d.replace(" s", ""));
            } catch (NumberFormatException e) {
                throw new IllegalArgumentException("a wall time of '" + d + "' is not a number of seconds", e);
            }
        }).sum();
    }

    private static JsonObject object(Map<String, String> map) {
        JsonObject object = new JsonObject();
        map.forEach(object::addProperty);
        return object;
    }

    private static Map<String, String> map(JsonElement element) {
        Map<String, String> map = new LinkedHashMap<>();
        if (!element.isJsonObject()) {
            throw new IllegalArgumentException("this provenance holds " + element + " where names and values belong");
        }
        element.getAsJsonObject().entrySet().forEach(e -> {
            if (!e.getValue().isJsonPrimitive()) {
                throw new IllegalArgumentException("this provenance has no plain value for '" + e.getKey() + "'");
            }
            map.put(e.getKey(), e.getValue().getAsString());
        });
        return map;
    }

    /** A value of a properties file on the class path. */
    private static String property(String resource, String name) {
        try (InputStream in = Provenance.class.getClassLoader().getResourceAsStream(resource)) {
            Properties properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty(name, "not found");
        } catch (IOException e) {
            return "not readable";
        }
    }
}
