package s4s;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;
import s4s.model.GaussianMixture;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Prediction;

/** Reference numbers made by public implementations. */
public final class Golden {

    private static final JsonObject CORE = read("/golden/core.json");

    private Golden() {}

    public static JsonObject section(String name) {
        return CORE.getAsJsonObject(name);
    }

    public static List<JsonObject> objects(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false).map(JsonElement::getAsJsonObject).toList();
    }

    public static double[] numbers(String section, String key) {
        return numbers(section(section).getAsJsonArray(key));
    }

    public static double[] numbers(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonElement::getAsDouble).toArray();
    }

    public static NoiseSchedule schedule(String parameterization) {
        return switch (parameterization) {
            case "edm" -> new Edm();
            case "vplin" -> new VpLinear();
            default -> throw new IllegalArgumentException(parameterization);
        };
    }

    /** The exact mixture "d8" or "smooth". */
    public static GaussianMixture mixture(String model, NoiseSchedule schedule, Prediction prediction) {
        JsonObject m = section("models").getAsJsonObject(model);
        double[] w = numbers(m.getAsJsonArray("w"));
        List<GaussianMixture.Component> components = new ArrayList<>();
        for (int k = 0; k < w.length; k++) {
            components.add(new GaussianMixture.Component(w[k],
                    numbers(m.getAsJsonArray("mu").get(k).getAsJsonArray()),
                    numbers(m.getAsJsonArray("s").get(k).getAsJsonArray())));
        }
        return new GaussianMixture(schedule, prediction, new Shape(8, 1, 1), components);
    }

    /** {@code max|actual - expected| <= tolerance max(1, max|expected|)}. */
    public static void assertClose(double[] expected, double[] actual, double tolerance, String what) {
        assertEquals(expected.length, actual.length, what);
        double error = 0;
        double scale = 1;
        for (int i = 0; i < expected.length; i++) {
            assertTrue(Double.isFinite(actual[i]), what + " is not finite");
            error = Math.max(error, Math.abs(actual[i] - expected[i]));
            scale = Math.max(scale, Math.abs(expected[i]));
        }
        assertTrue(error <= tolerance * scale, what + ": error " + error / scale);
    }

    private static JsonObject read(String resource) {
        try (Reader reader = new InputStreamReader(Golden.class.getResourceAsStream(resource), StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, JsonObject.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
