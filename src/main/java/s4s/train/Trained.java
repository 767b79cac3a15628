package s4s.train;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.Gson;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import s4s.io.BadFileException;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.model.mini.Weights;

/**
 * What a {@link TrainingPlan} led to.
 *
 * @param weights the averaged weights
 * @param facts what the card says of the training: settings, images seen, loss, seconds, arithmetic, device, command
 */
public record Trained(Weights weights, Map<String, JsonElement> facts) {

    /**
     * Reads what {@code src/main/python/train.py} wrote: an npz of the weights by name, and of the text {@code training}.
     *
     * @param shapes the weights that there must be
     * @param manager gets the weights
     * @throws BadFileException if it is no such file
     * @throws IllegalArgumentException if a weight is missing or of another shape
     */
    public static Trained read(Path file, Map<String, Shape> shapes, NDManager manager) throws IOException {
        try (Npz npz = Npz.open(file)) {
            if (!npz.has("training")) {
                throw new BadFileException(file + " has no text 'training': it is not what src/main/python/train.py writes");
            }
            Map<String, JsonElement> facts = new LinkedHashMap<>();
            new Gson().fromJson(npz.get("training").strings().get(0), JsonObject.class).entrySet()
                    .forEach(fact -> facts.put(fact.getKey(), fact.getValue()));
            Map<String, NpyArray> arrays = new LinkedHashMap<>();
            for (String name : npz.names()) {
                if (!name.equals("training")) {
                    arrays.put(name, npz.get(name));
                }
            }
            Weights weights = Weights.fromNpy(manager, arrays);
            weights.requireLike(shapes, file.toString());
            return new Trained(weights, facts);
        } catch (JsonSyntaxException e) {
            throw new BadFileException("the text 'training' in " + file + " is no JSON object; train again", e);
        }
    }
}
