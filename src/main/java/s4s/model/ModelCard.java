package s4s.model;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.JsonSyntaxException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import s4s.data.AtomicFiles;

/**
 * What a model is and where it comes from: the file {@code card.json} beside {@code weights.npz}.
 *
 * @param name what people call it
 * @param kind which network {@code network} describes
 * @param network the architecture, a {@link UNet.Config} or {@link FeatureNet.Config}
 * @param sigmaData EDM's data standard deviation; 0 for a classifier
 * @param parameters number of scalars
 * @param weightsSha256 hash of {@code weights.npz}
 * @param training how it was made: data, images seen, hyper-parameters, seed, loss, time, command
 * @param evaluation numbers measured on it, each with what it needs to be repeated
 */
public record ModelCard(String name, Kind kind, JsonElement network, double sigmaData, long parameters,
        String weightsSha256, Map<String, JsonElement> training, Map<String, JsonElement> evaluation) {
    private static final Gson GSON = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();

    /** The kinds of network that a card can describe. */
    public enum Kind {
        /** {@link UNet} in {@link EdmPreconditioning}. */
        EDM_UNET,
        /** {@link FeatureNet}. */
        CLASSIFIER
    }

    /** Copies the maps. */
    public ModelCard {
        training = new LinkedHashMap<>(training);
        evaluation = new LinkedHashMap<>(evaluation);
    }

    /** The JSON tree of any plain value (record, map, list, number, text). */
    public static JsonElement json(Object value) {
        return GSON.toJsonTree(value);
    }

    /** The U-Net's architecture. */
    public UNet.Config unet() {
        return network(Kind.EDM_UNET, UNet.Config.class);
    }

    /** The classifier's architecture. */
    public FeatureNet.Config classifier() {
        return network(Kind.CLASSIFIER, FeatureNet.Config.class);
    }

    private <T> T network(Kind wanted, Class<T> type) {
        if (kind != wanted) {
            throw new IllegalArgumentException("model '" + name + "' is a " + kind + ", not a " + wanted);
        }
        return GSON.fromJson(network, type);
    }

    /** This card with {@code entries} added to its evaluation. */
    public ModelCard withEvaluation(Map<String, JsonElement> entries) {
        Map<String, JsonElement> all = new LinkedHashMap<>(evaluation);
        all.putAll(entries);
        return new ModelCard(name, kind, network, sigmaData, parameters, weightsSha256, training, all);
    }

    /** Writes {@code card.json}. */
    public void write(Path file) throws IOException {
        AtomicFiles.write(file, out -> out.write((GSON.toJson(this) + "\n").getBytes(StandardCharsets.UTF_8)));
    }

    /**
     * Reads a {@code card.json}.
     *
     * @throws IOException if the file is missing or not a card
     */
    public static ModelCard read(Path file) throws IOException {
        try {
            ModelCard card = GSON.fromJson(Files.readString(file), ModelCard.class);
            if (card == null || card.kind == null || card.network == null || card.weightsSha256 == null) {
                throw new IOException(file + " is not a model card: it needs name, kind, network and weightsSha256");
            }
            return card;
        } catch (NoSuchFileException e) {
            throw new IOException("no model card at " + file, e);
        } catch (JsonSyntaxException | NullPointerException e) {
            throw new IOException(file + " is not a model card: " + firstLine(e), e);
        } catch (JsonParseException e) {
            throw new IOException(file + " is not a model card: " + firstLine(e), e);
        }
    }

    private static String firstLine(RuntimeException e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("empty");
    }
}
