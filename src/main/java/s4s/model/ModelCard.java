package s4s.model;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import s4s.data.AtomicFiles;
import s4s.schedule.Discrete;

/**
 * What a model is and where it comes from: the file {@code card.json} beside {@code weights.npz}.
 *
 * @param name what people call it
 * @param kind which network {@code network} describes
 * @param network the architecture, a {@link UNet.Config}, {@link FeatureNet.Config} or {@link Autoencoder.Config}
 * @param details what else this kind of model consists of, see {@link Kind}
 * @param parameters number of scalars
 * @param weightsSha256 hash of {@code weights.npz}
 * @param training how it was made: data, images seen, hyper-parameters, seed, loss, time, command
 * @param evaluation numbers measured on it, each with what it needs to be repeated
 */
public record ModelCard(String name, Kind kind, JsonElement network, Map<String, JsonElement> details,
        long parameters, String weightsSha256, Map<String, JsonElement> training, Map<String, JsonElement> evaluation) {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /** The kinds of network that a card can describe. */
    public enum Kind {
        /** {@link UNet} in {@link EdmPreconditioning}; details: {@code sigmaData}. */
        EDM_UNET,
        /**
         * {@link UNet} in {@link NoisePrediction}; details: {@code schedule} with {@code first}, {@code last}, {@code times} as
         * in {@link Discrete#squareRootLinear}; {@code autoencoder} with its {@code name} and {@code weightsSha256}; of a
         * conditional network {@code unit} and {@code vocabulary}, see {@link Vocabulary}.
         */
        NOISE_UNET,
        /** {@link Autoencoder}; details: {@code scale}, the factor that gives latents unit variance. */
        AUTOENCODER,
        /** {@link FeatureNet}; details: {@code classes}, their names. */
        CLASSIFIER,
        /** A published model's TorchScript files; see {@code ScriptModel} for the details. */
        SCRIPT
    }

    /** Copies the maps. */
    public ModelCard {
        details = new LinkedHashMap<>(details);
        training = new LinkedHashMap<>(training);
        evaluation = new LinkedHashMap<>(evaluation);
    }

    /** The JSON tree of any plain value (record, map, list, number, text). */
    public static JsonElement json(Object value) {
        return GSON.toJsonTree(value);
    }

    /** A fact about the training, as text. */
    public String fact(String name) {
        JsonElement value = training.get(name);
        if (value == null || !value.isJsonPrimitive()) {
            throw new IllegalArgumentException("the card of " + this.name + " does not say '" + name + "'");
        }
        return value.getAsString();
    }

    /** The files that a published model was made from, with the beginning of their hashes. */
    public String origin() {
        List<String> files = new ArrayList<>();
        for (JsonElement source : training.get("sources").getAsJsonArray()) {
            JsonObject file = source.getAsJsonObject();
            files.add(hashed(file, "file", "sha256"));
        }
        return String.join(", ", files);
    }

    /** The network that training started from, with the beginning of its weights' hash; empty where it started at random. */
    public Optional<String> startedFrom() {
        return Optional.ofNullable(training.get("startedFrom"))
                .map(start -> hashed(start.getAsJsonObject(), "model", "weightsSha256"));
    }

    /**
     * The networks whose weights were combined, each with its coefficient; empty for a network that was trained.
     *
     * @see s4s.train.Combination
     */
    public List<String> combines() {
        List<String> parts = new ArrayList<>();
        if (training.containsKey("combines")) {
            for (JsonElement part : training.get("combines").getAsJsonArray()) {
                JsonObject network = part.getAsJsonObject();
                parts.add(network.get("coefficient").getAsString() + " " + hashed(network, "model", "weightsSha256"));
            }
        }
        return parts;
    }

    private static String hashed(JsonObject thing, String name, String sha256) {
        return thing.get(name).getAsString() + " (sha256 " + thing.get(sha256).getAsString().substring(0, 16) + "...)";
    }

    /** The U-Net's architecture. */
    public UNet.Config unet() {
        JsonObject n = network(Kind.EDM_UNET, Kind.NOISE_UNET);
        return new UNet.Config(n.get("channels").getAsInt(), n.get("resolution").getAsInt(), n.get("patch").getAsInt(),
                list(n, "widths", JsonElement::getAsInt), list(n, "blocks", JsonElement::getAsInt),
                list(n, "attention", JsonElement::getAsBoolean), n.get("embedding").getAsInt(),
                n.has("conditions") ? n.get("conditions").getAsInt() : 0);
    }

    /** The U-Net's preconditioning. */
    public Preconditioning preconditioning() {
        network(Kind.EDM_UNET, Kind.NOISE_UNET);
        if (kind == Kind.EDM_UNET) {
            return new EdmPreconditioning(detail("sigmaData").getAsDouble());
        }
        JsonObject schedule = detail("schedule").getAsJsonObject();
        return new NoisePrediction(Discrete.squareRootLinear(schedule.get("first").getAsDouble(),
                schedule.get("last").getAsDouble(), schedule.get("times").getAsInt()));
    }

    /** Whether the network draws latents, which a decoder makes pictures of. */
    public boolean latent() {
        return kind == Kind.NOISE_UNET || details.containsKey("latentScale");
    }

    /** Whether the network takes a class or a text. */
    public boolean conditional() {
        return details.containsKey("vocabulary") || details.containsKey("condition");
    }

    /** How many classes a conditional network can be asked for by number; 0 if it takes texts. */
    public int conditionClasses() {
        if (details.containsKey("condition")) {
            JsonObject condition = detail("condition").getAsJsonObject();
            return condition.has("count") ? condition.get("count").getAsInt() : 0;
        }
        return vocabulary().map(Vocabulary::classes).orElse(0);
    }

    /** What a conditional U-Net can be asked for; empty for a network without condition. */
    public Optional<Vocabulary> vocabulary() {
        if (!details.containsKey("vocabulary")) {
            return Optional.empty();
        }
        return Optional.of(new Vocabulary(Vocabulary.Unit.valueOf(detail("unit").getAsString()), texts("vocabulary")));
    }

    /** Names of the classes that a classifier was trained on; empty if they have none. */
    public List<String> classes() {
        network(Kind.CLASSIFIER);
        return details.containsKey("classes") ? texts("classes") : List.of();
    }

    private List<String> texts(String key) {
        List<String> texts = new ArrayList<>();
        detail(key).getAsJsonArray().forEach(e -> texts.add(e.getAsString()));
        return List.copyOf(texts);
    }

    /** The autoencoder's architecture. */
    public Autoencoder.Config autoencoder() {
        JsonObject n = network(Kind.AUTOENCODER);
        return new Autoencoder.Config(n.get("channels").getAsInt(), n.get("resolution").getAsInt(),
                n.get("patch").getAsInt(), list(n, "widths", JsonElement::getAsInt),
                list(n, "blocks", JsonElement::getAsInt), n.get("latent").getAsInt());
    }

    /** The classifier's architecture. */
    public FeatureNet.Config classifier() {
        JsonObject n = network(Kind.CLASSIFIER);
        return new FeatureNet.Config(n.get("channels").getAsInt(), n.get("resolution").getAsInt(),
                n.get("patch").getAsInt(), list(n, "widths", JsonElement::getAsInt),
                list(n, "blocks", JsonElement::getAsInt), n.get("classes").getAsInt());
    }

    private JsonObject network(Kind... wanted) {
        if (!List.of(wanted).contains(kind)) {
            throw new IllegalArgumentException("model '" + name + "' is a " + kind + ", not a " + wanted[0]);
        }
        return network.getAsJsonObject();
    }

    /** A detail that a model of this kind must have. */
    JsonElement detail(String key) {
        JsonElement value = details.get(key);
        if (value == null) {
            throw new IllegalArgumentException("the card of " + name + " lacks the detail '" + key + "'");
        }
        return value;
    }

    private static <T> List<T> list(JsonObject object, String name, Function<JsonElement, T> read) {
        List<T> list = new ArrayList<>();
        object.getAsJsonArray(name).forEach(e -> list.add(read.apply(e)));
        return list;
    }

    /** This card with {@code entries} added to its evaluation. */
    public ModelCard withEvaluation(Map<String, JsonElement> entries) {
        Map<String, JsonElement> all = new LinkedHashMap<>(evaluation);
        all.putAll(entries);
        return new ModelCard(name, kind, network, details, parameters, weightsSha256, training, all);
    }

    /** Writes {@code card.json}. */
    public void write(Path file) throws IOException {
        AtomicFiles.write(file, out -> out.write((GSON.toJson(this) + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads a {@code card.json}. Field by field, because the Gson that comes with an IJava kernel
     * cannot make records.
     *
     * @throws IOException if the file is missing or not a card
     */
    public static ModelCard read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("no model card at " + file);
        }
        try {
            JsonObject card = GSON.fromJson(Files.readString(file), JsonObject.class);
            return new ModelCard(card.get("name").getAsString(), Kind.valueOf(card.get("kind").getAsString()),
                    card.getAsJsonObject("network"), map(card.getAsJsonObject("details")),
                    card.get("parameters").getAsLong(), card.get("weightsSha256").getAsString(),
                    map(card.getAsJsonObject("training")), map(card.getAsJsonObject("evaluation")));
        } catch (RuntimeException e) {
            throw new IOException(file + " is not a model card (name, kind, network, details, parameters, "
                    + "weightsSha256, training, evaluation): "
                    + String.valueOf(e.getMessage()).lines().findFirst().orElse("empty"), e);
        }
    }

    private static Map<String, JsonElement> map(JsonObject object) {
        Map<String, JsonElement> map = new LinkedHashMap<>();
        object.entrySet().forEach(e -> map.put(e.getKey(), e.getValue()));
        return map;
    }
}
