package s4s.train;

import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import s4s.model.repository.ModelCard;

/**
 * A training run in words, for a program that trains elsewhere ({@code src/main/python/train.py}, on a GPU) what
 * {@link Trainer} would train here: the network, the loss and its numbers, the configuration, and which images of which files.
 *
 * @param name the model's name
 * @param objective what is minimised
 * @param config how long and how
 * @param data the files, in the order of the examples
 * @param half whether the weights are stored in half precision
 * @param start the network whose weights it starts from, where names and shapes agree; empty for random ones
 */
public record TrainingPlan(String name, Objective objective, TrainConfig config, List<Source> data, boolean half,
        Optional<Start> start) {

    /** The first images of a file. */
    public record Source(String file, int images) {}

    /** A network of data/models, or in another folder, and what its weights must be. */
    public record Start(String model, String weightsSha256) {}

    /** As JSON. */
    public String json() {
        Map<String, Object> plan = new LinkedHashMap<>();
        plan.put("name", name);
        plan.put("kind", objective.kind());
        plan.putAll(network(objective.network(), objective.weightShapes()));
        plan.put("settings", config);
        plan.put("data", data);
        plan.put("half", half);
        start.ifPresent(network -> plan.put("startedFrom", network));
        plan.putAll(objective.plan());
        return ModelCard.json(plan).toString();
    }

    /** An architecture with the shapes of its weights. */
    static Map<String, Object> network(Record architecture, Map<String, Shape> weights) {
        Map<String, long[]> shapes = new LinkedHashMap<>();
        weights.forEach((name, shape) -> shapes.put(name, shape.getShape()));
        return new LinkedHashMap<>(Map.of("network", architecture, "weights", shapes));
    }
}
