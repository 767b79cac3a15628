package s4s.model.repository;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import s4s.io.AtomicFiles;
import s4s.io.BadFileException;
import s4s.io.JsonFields;
import s4s.model.EdmPreconditioning;
import s4s.model.NoisePrediction;
import s4s.model.Preconditioning;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.model.mini.Vocabulary;
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
        return of(training, "training", fields -> {
            List<String> files = new ArrayList<>();
            for (JsonFields source : fields.objects("sources")) {
                files.add(hashed(source, "file", "sha256"));
            }
            return String.join(", ", files);
        });
    }

    /** The network that training started from, with the beginning of its weights' hash; empty where it started at random. */
    public Optional<String> startedFrom() {
        return of(training, "training", fields -> fields.has("startedFrom")
                ? Optional.of(hashed(fields.object("startedFrom"), "model", "weightsSha256")) : Optional.empty());
    }

    /**
     * The networks whose weights were combined, each with its coefficient; empty for a network that was trained.
     *
     * @see s4s.train.Combination
     */
    public List<String> combines() {
        return of(training, "training", fields -> {
            List<String> parts = new ArrayList<>();
            for (JsonFields part : fields.has("combines") ? fields.objects("combines") : List.<JsonFields>of()) {
                parts.add(part.tree().get("coefficient").getAsString() + " " + hashed(part, "model", "weightsSha256"));
            }
            return parts;
        });
    }

    private static String hashed(JsonFields thing, String name, String sha256) throws BadFileException {
        String hash = thing.text(sha256);
        return thing.text(name) + " (sha256 " + hash.substring(0, Math.min(16, hash.length())) + "...)";
    }

    /** The U-Net's architecture. */
    public UNet.Config unet() {
        return of(network(Kind.EDM_UNET, Kind.NOISE_UNET), "network", n -> new UNet.Config(n.count("channels"),
                n.count("resolution"), n.count("patch"), n.counts("widths"), n.counts("blocks"), n.flags("attention"),
                n.count("embedding"), n.has("conditions") ? n.count("conditions") : 0));
    }

    /** The U-Net's preconditioning. */
    public Preconditioning preconditioning() {
        network(Kind.EDM_UNET, Kind.NOISE_UNET);
        return of(details, "details", fields -> {
            if (kind == Kind.EDM_UNET) {
                return new EdmPreconditioning(fields.number("sigmaData"));
            }
            JsonFields schedule = fields.object("schedule");
            return new NoisePrediction(Discrete.squareRootLinear(schedule.number("first"), schedule.number("last"),
                    schedule.count("times")));
        });
    }

    /** The name of the autoencoder in whose latents the network works. */
    String autoencoderName() {
        return of(details, "details", fields -> fields.object("autoencoder").text("name"));
    }

    /** The hash of that autoencoder's weights. */
    String autoencoderSha256() {
        return of(details, "details", fields -> fields.object("autoencoder").text("weightsSha256"));
    }

    /** The factor that gives an autoencoder's latents unit variance. */
    double scale() {
        return of(details, "details", fields -> {
            double scale = fields.number("scale");
            if (scale <= 0) {
                throw fields.fault("scale", "is " + scale + ", and is positive");
            }
            return scale;
        });
    }

    /** Whether the network draws latents, which a decoder makes images of. */
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
            return of(details, "details", fields -> {
                JsonFields condition = fields.object("condition");
                return condition.has("count") ? condition.count("count") : 0;
            });
        }
        return vocabulary().map(Vocabulary::classes).orElse(0);
    }

    /** What a conditional U-Net can be asked for; empty for a network without condition. */
    public Optional<Vocabulary> vocabulary() {
        if (!details.containsKey("vocabulary")) {
            return Optional.empty();
        }
        return of(details, "details", fields -> {
            String unit = fields.text("unit");
            Vocabulary.Unit known = Arrays.stream(Vocabulary.Unit.values()).filter(u -> u.name().equals(unit)).findFirst()
                    .orElseThrow(() -> fields.fault("unit", "is \"" + unit + "\"; known are "
                            + Arrays.toString(Vocabulary.Unit.values())));
            return Optional.of(new Vocabulary(known, fields.texts("vocabulary")));
        });
    }

    /** Names of the classes that a classifier was trained on; empty if they have none. */
    public List<String> classes() {
        network(Kind.CLASSIFIER);
        return of(details, "details", fields -> fields.has("classes") ? List.copyOf(fields.texts("classes")) : List.of());
    }

    /** The autoencoder's architecture. */
    public Autoencoder.Config autoencoder() {
        return of(network(Kind.AUTOENCODER), "network", n -> new Autoencoder.Config(n.count("channels"), n.count("resolution"),
                n.count("patch"), n.counts("widths"), n.counts("blocks"), n.count("latent")));
    }

    /** The classifier's architecture. */
    public FeatureNet.Config classifier() {
        return of(network(Kind.CLASSIFIER), "network", n -> new FeatureNet.Config(n.count("channels"), n.count("resolution"),
                n.count("patch"), n.counts("widths"), n.counts("blocks"), n.count("classes")));
    }

    private JsonElement network(Kind... wanted) {
        if (!List.of(wanted).contains(kind)) {
            throw new IllegalArgumentException("model '" + name + "' is a " + kind + ", not a " + wanted[0]);
        }
        return network;
    }

    private interface Reading<T> {
        T of(JsonFields fields) throws BadFileException;
    }

    private <T> T of(Map<String, JsonElement> map, String place, Reading<T> reading) {
        JsonObject object = new JsonObject();
        map.forEach(object::add);
        return of(object, place, reading);
    }

    /** Reads a part of the card, whose faults name the card and the field. */
    private <T> T of(JsonElement part, String place, Reading<T> reading) {
        try {
            return reading.of(JsonFields.of("the card of " + name, place, part));
        } catch (BadFileException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads all that a card of this kind must have. */
    private void requireWhole() {
        switch (kind) {
            case EDM_UNET -> {
                unet();
                preconditioning();
                vocabulary();
            }
            case NOISE_UNET -> {
                unet();
                preconditioning();
                vocabulary();
                autoencoderName();
                autoencoderSha256();
            }
            case AUTOENCODER -> {
                autoencoder();
                scale();
            }
            case CLASSIFIER -> {
                classifier();
                classes();
            }
            case SCRIPT -> conditionClasses();      // the rest is read where its files are
        }
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
     * @throws IOException if the file is missing, not strict JSON or not a card; the message names the field
     */
    public static ModelCard read(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new IOException("no model card at " + file);
        }
        JsonFields fields = JsonFields.read(file);
        String kind = fields.text("kind");
        Kind known = Arrays.stream(Kind.values()).filter(k -> k.name().equals(kind)).findFirst()
                .orElseThrow(() -> fields.fault("kind", "is \"" + kind + "\": this is not a model card; known are "
                        + Arrays.toString(Kind.values())));
        ModelCard card = new ModelCard(fields.text("name"), known, fields.object("network").tree(), map(fields, "details"),
                (long) fields.number("parameters"), fields.text("weightsSha256"), map(fields, "training"),
                map(fields, "evaluation"));
        try {
            card.requireWhole();
        } catch (UncheckedIOException | IllegalArgumentException e) {
            Throwable fault = e instanceof UncheckedIOException ? e.getCause() : e;
            throw new BadFileException(file + ": " + fault.getMessage(), e);
        }
        return card;
    }

    private static Map<String, JsonElement> map(JsonFields fields, String name) throws BadFileException {
        Map<String, JsonElement> map = new LinkedHashMap<>();
        fields.object(name).tree().entrySet().forEach(e -> map.put(e.getKey(), e.getValue()));
        return map;
    }
}
