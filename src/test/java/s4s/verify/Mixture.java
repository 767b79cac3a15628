package s4s.verify;

import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;
import s4s.model.ClassMixture;
import s4s.model.GaussianMixture;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/**
 * An entry of models.json.
 *
 * @param shape shape of a sample
 * @param components the Gaussians
 * @param classes components of each class
 */
record Mixture(Shape shape, List<GaussianMixture.Component> components, Map<String, int[]> classes) {

    /** Reads an entry. */
    static Mixture of(JsonObject entry) {
        for (String name : List.of("shape", "w", "mu", "s")) {
            if (!entry.has(name)) {
                throw new IllegalArgumentException("a model has no \"" + name + "\"");
            }
        }
        double[] weights = numbers(entry.getAsJsonArray("w"));
        List<GaussianMixture.Component> components = new ArrayList<>();
        for (int k = 0; k < weights.length; k++) {
            components.add(new GaussianMixture.Component(weights[k], numbers(entry.getAsJsonArray("mu").get(k).getAsJsonArray()),
                    numbers(entry.getAsJsonArray("s").get(k).getAsJsonArray())));
        }
        Map<String, int[]> classes = new LinkedHashMap<>();
        if (entry.has("classes")) {
            entry.getAsJsonObject("classes").entrySet().forEach(e -> classes.put(e.getKey(),
                    IntStream.range(0, e.getValue().getAsJsonArray().size())
                            .map(i -> e.getValue().getAsJsonArray().get(i).getAsInt()).toArray()));
        }
        long[] shape = StreamSupport.stream(entry.getAsJsonArray("shape").spliterator(), false)
                .mapToLong(JsonElement::getAsLong).toArray();
        return new Mixture(new Shape(shape), components, classes);
    }

    /** Numbers in a sample. */
    int size() {
        return Math.toIntExact(shape.size());
    }

    /** The exact denoiser, with its classes. */
    ClassMixture model(NoiseSchedule schedule, Prediction prediction) {
        return new ClassMixture(new GaussianMixture(schedule, prediction, shape, components), classes);
    }

    private static double[] numbers(JsonArray array) {
        return StreamSupport.stream(array.spliterator(), false).mapToDouble(JsonElement::getAsDouble).toArray();
    }
}
