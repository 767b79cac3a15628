package s4s.verify;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.LongStream;
import s4s.model.ClassMixture;
import s4s.model.Denoiser;
import s4s.model.Devices;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** What cases share: schedules, models and starting noise, each made once. */
final class Workshop implements AutoCloseable {

    private static final String MODELS = "models.json";
    private static final String NOISES = "noises.npz";
    /** Files that cases share. */
    static final List<String> FILES = List.of(MODELS, NOISES, Run.PARAMETERS);

    private final Vectors vectors;
    private final NDManager manager = Devices.manager();
    private final Map<String, NoiseSchedule> schedules = new HashMap<>();
    private final Map<String, Mixture> mixtures = new HashMap<>();
    private final Map<List<Object>, Denoiser> denoisers = new HashMap<>();
    private final Map<List<Object>, NDArray> noises = new HashMap<>();

    Workshop(Vectors vectors) {
        this.vectors = vectors;
    }

    Vectors vectors() {
        return vectors;
    }

    NDManager manager() {
        return manager;
    }

    NoiseSchedule schedule(String parameterization) {
        return schedules.computeIfAbsent(parameterization, OfficialGrids::schedule);
    }

    Mixture mixture(String model) throws IOException {
        Mixture known = mixtures.get(model);
        if (known == null) {
            JsonObject all = vectors.json(MODELS);
            JsonElement entry = all.get(model);
            if (entry == null || !entry.isJsonObject()) {
                throw new IllegalArgumentException("there is no model " + model + " in " + MODELS);
            }
            known = Mixture.of(entry.getAsJsonObject());
            mixtures.put(model, known);
        }
        return known;
    }

    /** The models that there is noise for. */
    List<String> models() throws IOException {
        List<String> noises = vectors.keys(NOISES);
        return vectors.json(MODELS).keySet().stream().filter(model -> noises.stream().anyMatch(model::startsWith)).toList();
    }

    /** A model under a parameterization, with guidance or without. */
    Denoiser denoiser(String model, String parameterization, Optional<Guided> guided, Prediction prediction) throws IOException {
        List<Object> key = List.of(model, parameterization, guided, prediction);
        Denoiser known = denoisers.get(key);
        if (known == null) {
            ClassMixture classes = mixture(model).model(schedule(parameterization), prediction);
            known = guided.isPresent()
                    ? classes.guided(guided.get().condition(), guided.get().scale()) : classes.unconditional();
            denoisers.put(key, known);
        }
        return known;
    }

    /**
     * The starting noise of a model.
     *
     * @param count how many samples; the first ones
     * @return float64, shape (count, sample shape...)
     */
    NDArray noise(String model, int count) throws IOException {
        return noise(noiseKey(model), mixture(model).shape(), count);
    }

    /** All starting noise of a model. */
    NDArray noise(String model) throws IOException {
        return noise(model, vectors.numbers(NOISES, noiseKey(model)).rows());
    }

    /** Starting noise of a name. */
    NDArray noise(String name, Shape sample, int count) throws IOException {
        List<Object> key = List.of(name, sample, count);
        NDArray known = noises.get(key);
        if (known == null) {
            known = manager.create(values(name, sample, count), new Shape(LongStream.concat(
                    LongStream.of(count), LongStream.of(sample.getShape())).toArray()));
            noises.put(key, known);
        }
        return known;
    }

    /** The numbers of {@link #noise(String, Shape, int)}. */
    double[] values(String name, Shape sample, int count) throws IOException {
        Numbers all = vectors.numbers(NOISES, name);
        int size = Math.toIntExact(sample.size());
        if (all.width() != size || all.rows() < count) {
            throw new IllegalArgumentException("noise " + name + " has shape " + Arrays.toString(all.shape()) + ", not " + count
                    + " samples of " + size + " numbers");
        }
        return Arrays.copyOf(all.values(), count * size);
    }

    /** The noise of a model: its own, else that of the model of which its name is a variant (d8i: d8). */
    String noiseKey(String model) throws IOException {
        return vectors.keys(NOISES).stream().filter(model::startsWith).max(Comparator.comparingInt(String::length))
                .orElseThrow(() -> new IllegalArgumentException("there is no noise for model " + model + " in " + NOISES));
    }

    @Override
    public void close() throws IOException {
        manager.close();
        vectors.close();
    }
}
