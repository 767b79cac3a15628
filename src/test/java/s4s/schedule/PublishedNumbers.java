package s4s.schedule;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import s4s.Golden;

/** Schedules and grids made by public implementations. */
public final class PublishedNumbers {

    private static final JsonObject ALL = read();

    private PublishedNumbers() {}

    public static double[] get(String section, String key) {
        return Golden.numbers(ALL.getAsJsonObject(section).getAsJsonArray(key));
    }

    public static Set<String> keys(String section) {
        return ALL.getAsJsonObject(section).keySet();
    }

    /** A row of a cost matrix. */
    public static double[] row(String key, String row) {
        return Golden.numbers(ALL.getAsJsonObject("gits").getAsJsonObject(key).getAsJsonArray(row));
    }

    private static JsonObject read() {
        try (Reader reader = new InputStreamReader(
                PublishedNumbers.class.getResourceAsStream("/golden/grids.json"), StandardCharsets.UTF_8)) {
            return new Gson().fromJson(reader, JsonObject.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
