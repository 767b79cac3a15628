package s4s.model.torchscript;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.UUID;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.JsonFields;
import s4s.model.ClassNumbers;
import s4s.model.ConditionEncoder;
import s4s.model.DataPrediction;
import s4s.model.Decoder;
import s4s.model.DiffusionModel;
import s4s.model.Network;
import s4s.model.NetworkDenoiser;
import s4s.model.NoisePrediction;
import s4s.model.Preconditioning;
import s4s.model.VelocityPrediction;
import s4s.model.repository.ModelCard;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;

/**
 * A diffusion model in a folder that {@code src/main/python/export_{edm,ldm,stable_diffusion}.py} made: TorchScript files and a
 * {@code card.json} of kind {@link ModelCard.Kind#SCRIPT}, whose details are
 *
 * <pre>
 *   prediction     "data", "noise" or "velocity"
 *   schedule       { kind: "edm", sigmaMin, sigmaMax }
 *                  { kind: "discrete", first, last, times }: {@link Discrete#squareRootLinear}; or { kind: "discrete", betas }
 *   condition      nothing
 *                  { kind: "classes", count, shape }: rows with a one, zeros for none
 *                  { kind: "class-vectors", count, shape, none? }: rows by the part "encoder"
 *                  { kind: "text", shape, tokens, pad }: rows by the parts "tokenizer" and "encoder"
 *   latentScale    of a model of latents, which has the part "decoder"
 *   parts          { denoiser: { file, sha256 }, ... }
 * </pre>
 *
 * Every file is checked against its hash. Modules live as long as the manager.
 */
public final class ScriptModel {
    private final Path folder;
    private final JsonFields details;
    private final Shape sampleShape;
    private final NDManager manager;

    /**
     * @param folder where card.json and the parts are
     * @param manager parent of everything
     * @throws IOException if the card is of another form
     */
    public ScriptModel(Path folder, NDManager manager) throws IOException {
        JsonFields card = JsonFields.read(folder.resolve("card.json"));
        this.folder = folder;
        this.details = card.object("details");
        this.sampleShape = new Shape(card.object("network").shape("sampleShape"));
        this.manager = manager;
    }

    /** Loads the model. */
    public DiffusionModel load() throws IOException {
        if (!details.has("condition")) {
            return DiffusionModel.of(new NetworkDenoiser(network(new Shape()), preconditioning()), decoder());
        }
        ConditionEncoder requests = requests();
        return DiffusionModel.of(network(requests.shape()), preconditioning(), requests, decoder());
    }

    /** From what the network draws to images. */
    private Decoder decoder() throws IOException {
        if (!details.object("parts").has("decoder")) {
            return Decoder.none();
        }
        TorchScriptModule module = module("decoder", ScriptCard.Kind.DECODER);
        return Decoder.of(z -> module.forward(z), details.number("latentScale"));
    }

    /**
     * Checks that the files are those of the card, without loading them.
     *
     * @throws BadFileException if one is missing or another
     */
    public void check() throws IOException {
        JsonFields parts = details.object("parts");
        for (String part : parts.names()) {
            file(part);
        }
    }

    private Network network(Shape conditionShape) throws IOException {
        return new ScriptNetwork(module("denoiser", ScriptCard.Kind.DENOISER), sampleShape, conditionShape);
    }

    private Preconditioning preconditioning() throws IOException {
        NoiseSchedule schedule = schedule(details.object("schedule"));
        String prediction = details.text("prediction");
        if (prediction.equals("data")) {
            return new DataPrediction(schedule);
        }
        if (schedule instanceof Discrete discrete) {
            switch (prediction) {
                case "noise":
                    return NoisePrediction.published(discrete);
                case "velocity":
                    return new VelocityPrediction(discrete);
                default:
                    throw details.fault("prediction", "is " + prediction + "; known are data, noise, velocity");
            }
        }
        throw details.fault("prediction", "is " + prediction + "; networks told a noise level predict data");
    }

    private static NoiseSchedule schedule(JsonFields schedule) throws BadFileException {
        try {
            return switch (schedule.text("kind")) {
                case "edm" -> new Edm(schedule.number("sigmaMin"), schedule.number("sigmaMax"));
                case "discrete" -> schedule.has("betas") ? Discrete.of(schedule.numbers("betas"))
                        : Discrete.squareRootLinear(schedule.number("first"), schedule.number("last"), schedule.count("times"));
                default -> throw schedule.fault("kind", "is " + schedule.text("kind") + "; known are edm, discrete");
            };
        } catch (IllegalArgumentException e) {
            throw schedule.fault("kind", "is of a schedule with impossible numbers: " + e.getMessage());
        }
    }

    private ConditionEncoder requests() throws IOException {
        JsonFields condition = details.object("condition");
        Shape shape = new Shape(condition.shape("shape"));
        switch (condition.text("kind")) {
            case "classes":
                return ClassNumbers.oneHot(condition.count("count"));
            case "class-vectors":
                OptionalInt none = condition.has("none") ? OptionalInt.of(condition.count("none")) : OptionalInt.empty();
                return new ClassNumbers(condition.count("count"),
                        encoder(ScriptCard.Kind.CLASS_EMBEDDING, shape).ofClasses(none));
            case "text":
                ClipTokenizer tokenizer = ClipTokenizer.load(file("tokenizer"), condition.count("tokens"),
                        condition.count("pad"));
                manager.attachInternal(UUID.randomUUID().toString(), tokenizer);
                return new Prompts(tokenizer, encoder(ScriptCard.Kind.TEXT_ENCODER, shape));
            default:
                throw condition.fault("kind", "is " + condition.text("kind") + "; known are classes, class-vectors, text");
        }
    }

    private ScriptEncoder encoder(ScriptCard.Kind kind, Shape shape) throws IOException {
        return new ScriptEncoder(module("encoder", kind), shape, manager);
    }

    private TorchScriptModule module(String part, ScriptCard.Kind kind) throws IOException {
        Path file = file(part);
        ScriptCard card = ScriptCard.of(file);
        if (card.kind() != kind) {
            throw new BadFileException(file + " is " + card.kind() + " where " + kind + " is expected; export the model again");
        }
        TorchScriptModule module = TorchScriptModule.load(file, manager.getDevice());
        manager.attachInternal(UUID.randomUUID().toString(), module);
        return module;
    }

    private Path file(String part) throws IOException {
        JsonFields entry = details.object("parts").object(part);
        String name = entry.text("file");
        Path file = folder.resolve(name).normalize();
        if (!file.startsWith(folder.normalize()) || Path.of(name).isAbsolute()) {
            throw entry.fault("file", "is \"" + name + "\": the parts of a model lie in its folder");
        }
        String sha256 = Hashes.sha256(file);
        if (!sha256.equals(entry.text("sha256"))) {
            throw new BadFileException(file + " is not the file that card.json describes (sha256 " + sha256
                    + "); restore it, or export the model again");
        }
        return file;
    }
}
