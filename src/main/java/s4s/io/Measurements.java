package s4s.io;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Numbers that were measured, beside all that made them.
 *
 * @param rows in order
 * @param provenance of all of them
 */
public record Measurements(List<Row> rows, Provenance provenance) {
    /** Copies the list. */
    public Measurements {
        rows = List.copyOf(rows);
    }

    /**
     * One number.
     *
     * @param metric what was measured
     * @param of on what
     * @param value the number
     */
    public record Row(String metric, String of, double value) {}

    /** For people: the numbers with six digits, then the recipe and the version of the program. */
    public String text() {
        int width = rows.stream().mapToInt(r -> r.metric.length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (Row row : rows) {
            text.append(String.format(Locale.ROOT, "%-" + Math.max(1, width) + "s  %-10s  %s", row.metric,
                    String.format(Locale.ROOT, "%.6g", row.value), row.of).stripTrailing()).append('\n');
        }
        text.append('\n');
        recipe().forEach((name, value) -> text.append(String.format(Locale.ROOT, "%-22s %s", name, value)).append('\n'));
        return text.toString();
    }

    /** {@code {"results": [{"metric", "of", "value"}], "provenance": {...}}}; values to the bit, those not finite as null. */
    public String json() {
        JsonArray results = new JsonArray();
        for (Row row : rows) {
            JsonObject result = new JsonObject();
            result.addProperty("metric", row.metric);
            result.addProperty("of", row.of);
            result.add("value", Json.number(row.value));
            results.add(result);
        }
        JsonObject json = new JsonObject();
        json.add("results", results);
        json.add("provenance", provenance.json());
        return Json.pretty(json) + "\n";
    }

    /** Columns metric, of, value (to the bit), and one for each entry of the recipe, so that tables can be put together. */
    public String csv() {
        List<String> names = new ArrayList<>(List.of("metric", "of", "value"));
        names.addAll(recipe().keySet());
        StringBuilder csv = new StringBuilder(line(names));
        for (Row row : rows) {
            List<String> cells = new ArrayList<>(List.of(row.metric, row.of, String.valueOf(row.value)));
            cells.addAll(recipe().values());
            csv.append(line(cells));
        }
        return csv.toString();
    }

    private Map<String, String> recipe() {
        Map<String, String> recipe = new LinkedHashMap<>(provenance.recipe());
        Map<String, String> last = provenance.sessions().get(provenance.sessions().size() - 1);
        recipe.put("s4s", last.getOrDefault("s4s", "development"));
        return recipe;
    }

    private static String line(List<String> cells) {
        return cells.stream().map(c -> c.matches("[^,\"\\r\\n]*") ? c : '"' + c.replace("\"", "\"\"") + '"')
                .collect(Collectors.joining(",", "", "\n"));
    }
}
