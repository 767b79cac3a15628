package s4s.display;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import java.util.Set;
import org.mozilla.javascript.Context;
import org.mozilla.javascript.RhinoException;
import org.mozilla.javascript.ScriptableObject;
import s4s.io.Json;
import tech.tablesaw.plotly.components.Figure;

/**
 * Tablesaw figures as Plotly JSON. Tablesaw writes only a script that calls {@code Plotly.newPlot}; it is run here
 * against a {@code Plotly} that keeps what it is given.
 */
final class TablesawFigure {

    private static final String STUB = """
            var captured = '{}';
            var Plotly = { newPlot: function (target, data, layout) {
                captured = JSON.stringify({ data: data, layout: layout || {} }); } };
            var document = { getElementById: function (id) { return { on: function () {} }; } };
            """;
    private static final Set<String> MISSING = Set.of("", "NaN", "null");

    private TablesawFigure() {}

    /** The figure as {@code {data: [...], layout: {...}}} in the form that Plotly 3 and later expects. */
    static JsonObject toJson(Figure figure) {
        String script = figure.asJavascript("figure").replaceAll("</?script>", "");
        JsonObject json = Json.parseObject(run(script));
        JsonObject layout = Json.child(json, "layout");
        titleAsObject(layout);
        layout.entrySet().stream()
                .filter(e -> e.getKey().matches("[xyz]axis\\d*") && e.getValue().isJsonObject())
                .forEach(e -> titleAsObject(e.getValue().getAsJsonObject()));
        for (JsonElement trace : Json.array(json, "data").orElseGet(JsonArray::new)) {
            unescape(trace.getAsJsonObject(), "name");
            numbersAsNumbers(trace.getAsJsonObject(), "x");
            numbersAsNumbers(trace.getAsJsonObject(), "y");
        }
        return json;
    }

    private static String run(String script) {
        Context context = Context.enter();
        try {
            context.setOptimizationLevel(-1); // interpret: compiled code is limited to 64 kB a method
            context.setLanguageVersion(Context.VERSION_ES6);
            ScriptableObject scope = context.initSafeStandardObjects(); // no access to Java classes
            context.evaluateString(scope, STUB, "stub", 1, null);
            context.evaluateString(scope, script, "figure", 1, null);
            return Context.toString(ScriptableObject.getProperty(scope, "captured"));
        } catch (RhinoException e) {
            throw new IllegalArgumentException("this Tablesaw figure writes a script that does not run: "
                    + e.details() + " (a title with a quote or a line break does that)", e);
        } finally {
            Context.exit();
        }
    }

    /** {@code title: 'a', titlefont: f} becomes {@code title: {text: 'a', font: f}}: the only form since Plotly 3. */
    private static void titleAsObject(JsonObject owner) {
        unescape(owner, "title");
        Json.string(owner, "title").ifPresent(text -> {
            owner.remove("title");
            if (!text.isEmpty()) {
                Json.child(owner, "title").addProperty("text", text);
            }
        });
        Json.object(owner, "titlefont").ifPresent(font -> {
            owner.remove("titlefont");
            Json.child(owner, "title").add("font", font);
        });
    }

    /** Tablesaw quotes the numbers of some columns; Plotly would take them for numbers all the same. */
    private static void numbersAsNumbers(JsonObject trace, String member) {
        JsonArray values = Json.array(trace, member).orElseGet(JsonArray::new);
        boolean numeric = values.size() > 0;
        JsonArray numbers = new JsonArray();
        for (JsonElement value : values) {
            numeric &= value.isJsonNull() || Json.decimal(value).isPresent()
                    || value.isJsonPrimitive() && MISSING.contains(value.getAsString());
            numbers.add(Json.decimal(value).map(Json::number).orElse(JsonNull.INSTANCE));
        }
        if (numeric) {
            trace.add(member, numbers);
        }
    }

    /** Tablesaw escapes names and titles for HTML although they stand in a script. */
    private static void unescape(JsonObject owner, String member) {
        Json.string(owner, member).ifPresent(text -> owner.addProperty(member, Html.unescape(text)));
    }
}
