package s4s.model.repository;

import ai.djl.ndarray.NDManager;
import ai.djl.util.Utils;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import s4s.io.AtomicFiles;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.model.Conditions;
import s4s.model.Decoder;
import s4s.model.DiffusionModel;
import s4s.model.Guidance;
import s4s.model.NetworkDenoiser;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.model.mini.Vocabulary;
import s4s.model.mini.Weights;
import s4s.model.torchscript.ScriptModel;

/**
 * The models in a folder, one sub-folder each with {@code card.json} and {@code weights.npz}, or with the TorchScript files of a
 * published model. A model is asked for by the sub-folder's name or by the path of any such folder.
 *
 * @param folder where the models are
 */
public record Models(Path folder) {
    /** The file in the folder of a model by text that holds its prompts; see {@link Conditions#prompts}. */
    public static final String PROMPTS = "prompts.txt";

    private static final String BUNDLED = "cifar10-mini";
    private static final List<String> BUNDLED_FILES = Stream.concat(Stream.of("card.json", "weights.npz", "reference.npz"),
            IntStream.of(3, 4, 5, 6, 8, 10).mapToObj(nfe -> "solvers/s4s-joint-dpmpp-3m-logsnr-nfe" + nfe + ".json")).toList();

    /**
     * The models of the repository: {@code data/models} under {@code $S4S_HOME}, else under the
     * current folder or the nearest parent that has it.
     *
     * @throws IOException if there is no such folder
     */
    public static Models ofRepository() throws IOException {
        return new Models(repository().resolve("data").resolve("models"));
    }

    /**
     * The model {@value #BUNDLED} of the library's jar, for programs that have no model of their own yet. Its folder,
     * {@code path("cifar10-mini")}, also has some learned solvers: {@code solvers/s4s-joint-dpmpp-3m-logsnr-nfeN.json} for N = 3, 4,
     * 5, 6, 8 and 10. The first call unpacks 10 MB beside the engine's native library, into the folder {@code s4s} of
     * {@code DJL_CACHE_DIR} or {@code ~/.djl.ai}.
     *
     * @throws IOException if that folder cannot be written
     */
    public static Models bundled() throws IOException {
        Map<String, byte[]> files = new LinkedHashMap<>();
        for (String name : BUNDLED_FILES) {
            try (InputStream in = Models.class.getResourceAsStream("/s4s/bundled/" + BUNDLED + "/" + name)) {
                if (in == null) {
                    throw new IOException("the library's jar lacks " + name + " of " + BUNDLED + ": build it with Maven");
                }
                files.put(name, in.readAllBytes());
            }
        }
        // named by what is in it: versions of the library side by side do not meet
        String content = files.values().stream().map(Hashes::sha256).collect(Collectors.joining());
        Path home = Utils.getCacheDir().resolve("s4s")
                .resolve(Hashes.sha256(content.getBytes(StandardCharsets.UTF_8)).substring(0, 16));
        for (Map.Entry<String, byte[]> file : files.entrySet()) {
            Path path = home.resolve(BUNDLED).resolve(file.getKey());
            if (!Files.exists(path)) {
                AtomicFiles.write(path, file.getValue());
            }
        }
        return new Models(home);
    }

    /** The repository's root. */
    public static Path repository() throws IOException {
        String home = System.getenv("S4S_HOME");
        Path start = home == null || home.isBlank() ? Path.of("") : Path.of(home);
        for (Path p = start.toAbsolutePath().normalize(); p != null; p = p.getParent()) {
            if (Files.isDirectory(p.resolve("data").resolve("models"))) {
                return p;
            }
        }
        throw new IOException("no folder data/models here or above: start in the repository or set S4S_HOME to it");
    }

    /** Names of the models, sorted. */
    public List<String> names() throws IOException {
        try (Stream<Path> list = Files.list(folder)) {
            return list.filter(p -> Files.exists(p.resolve("card.json"))).map(p -> p.getFileName().toString())
                    .sorted().toList();
        }
    }

    /** Whether there is a model {@code name}. */
    public boolean has(String name) {
        return Files.exists(folder.resolve(name).resolve("card.json")) || Files.exists(Path.of(name).resolve("card.json"));
    }

    /** The folder of model {@code name}. */
    public Path path(String name) throws IOException {
        for (Path here : List.of(folder.resolve(name), Path.of(name))) {
            if (Files.exists(here.resolve("card.json"))) {
                return here;
            }
        }
        throw new IOException("no model '" + name + "': there are " + (names().isEmpty() ? "none" : String.join(", ", names()))
                + " in " + folder + "; a path to a folder with a card.json works too");
    }

    /** The card of model {@code name}. */
    public ModelCard card(String name) throws IOException {
        return ModelCard.read(path(name).resolve("card.json"));
    }

    /**
     * The diffusion model {@code name} with its decoder, weights in {@code manager}, {@link DiffusionModel#named} as its card says.
     * One that takes conditions draws without until it is given some.
     *
     * @throws IOException if a file is missing or is not the one with which the model was made
     */
    public DiffusionModel load(String name, NDManager manager) throws IOException {
        ModelCard card = card(name);
        return model(name, card, manager).named(card.name(), card.weightsSha256());
    }

    /**
     * The diffusion model {@code name}; one that takes conditions under its usual ones, see {@link #conditions}.
     *
     * @param guidance scale w, see {@link Guidance}; of no effect without conditions
     * @throws IOException if a file is missing or is not the one with which the model was made
     */
    public DiffusionModel load(String name, double guidance, NDManager manager) throws IOException {
        return load(name, manager).given(conditions(name), guidance);
    }

    /**
     * {@link #load(String, double, NDManager)} of the model in a folder.
     *
     * @param folder with a {@code card.json}
     */
    public static DiffusionModel load(Path folder, double guidance, NDManager manager) throws IOException {
        Path whole = folder.toAbsolutePath().normalize();
        return new Models(whole.getParent()).load(whole.getFileName().toString(), guidance, manager);
    }

    private DiffusionModel model(String name, ModelCard card, NDManager manager) throws IOException {
        if (card.kind() == ModelCard.Kind.SCRIPT) {
            return new ScriptModel(path(name), manager).load();
        }
        UNet unet = new UNet(card.unet(), weights(name, manager));
        Decoder decoder = decoder(name, manager);
        Optional<Vocabulary> vocabulary = card.vocabulary();
        return vocabulary.isPresent() ? DiffusionModel.of(unet, card.preconditioning(), vocabulary.get(), decoder)
                : DiffusionModel.of(new NetworkDenoiser(unet, card.preconditioning()), decoder);
    }

    /**
     * What the seeds of a model usually ask for: classes in turn, or the lines of {@code prompts.txt} in the model's folder in
     * turn; empty for a model without conditions.
     *
     * @throws IOException if a file is missing or damaged
     */
    public Optional<Conditions> conditions(String name) throws IOException {
        ModelCard card = card(name);
        if (!card.conditional()) {
            return Optional.empty();
        }
        return Optional.of(card.conditionClasses() > 0 ? Conditions.balanced(card.conditionClasses())
                : Conditions.prompts(path(name).resolve(PROMPTS)));
    }

    /** From the samples of a U-Net to images; refuses an autoencoder that is not the one with which it was trained. */
    private Decoder decoder(String name, NDManager manager) throws IOException {
        Optional<String> autoencoder = autoencoderOf(name);
        if (autoencoder.isEmpty()) {
            return Decoder.none();
        }
        String expected = card(name).autoencoderSha256();
        if (!card(autoencoder.get()).weightsSha256().equals(expected)) {
            throw new IOException("model '" + name + "' was trained with other weights of " + autoencoder.get()
                    + " than those here: restore them, or train again");
        }
        return Decoder.of(autoencoder(autoencoder.get(), manager)::decode, latentScale(autoencoder.get()));
    }

    /** The autoencoder in whose latents diffusion model {@code name} works; none if it draws images, or has its own decoder. */
    public Optional<String> autoencoderOf(String name) throws IOException {
        ModelCard card = card(name);
        return card.kind() == ModelCard.Kind.NOISE_UNET
                ? Optional.of(card.autoencoderName()) : Optional.empty();
    }

    /** The autoencoder {@code name}, its weights in {@code manager}. */
    public Autoencoder autoencoder(String name, NDManager manager) throws IOException {
        ModelCard card = card(name);
        return new Autoencoder(card.autoencoder(), weights(name, manager));
    }

    /** The factor that gives the latents of autoencoder {@code name} unit variance. */
    public double latentScale(String name) throws IOException {
        return card(name).scale();
    }

    /** The classifier {@code name}, its weights in {@code manager}. */
    public FeatureNet features(String name, NDManager manager) throws IOException {
        ModelCard card = card(name);
        return new FeatureNet(card.classifier(), weights(name, manager));
    }

    /**
     * The arrays of the file of weights of model {@code name}.
     *
     * @throws IOException if it is missing or is not the file that the card describes
     */
    public Map<String, NpyArray> arrays(String name) throws IOException {
        Path file = path(name).resolve("weights.npz");
        String expected = card(name).weightsSha256();
        String actual = Hashes.sha256(file);
        if (!actual.equals(expected)) {
            throw new IOException(file + " is not the file that its card describes (sha256 " + actual
                    + ", card " + expected + "): restore it, or train again");
        }
        try (Npz npz = Npz.open(file)) {
            Map<String, NpyArray> arrays = new LinkedHashMap<>();
            for (String array : npz.names()) {
                NpyArray numbers = npz.get(array);
                if (!finite(numbers)) {
                    throw new BadFileException(file + ": the weight '" + array + "' holds a number that is not finite; restore the"
                            + " file, or train again");
                }
                arrays.put(array, numbers);
            }
            return arrays;
        }
    }

    private static boolean finite(NpyArray array) {
        float[] numbers = array.floats();
        for (float number : numbers) {
            if (!Float.isFinite(number)) {
                return false;
            }
        }
        return true;
    }

    private Weights weights(String name, NDManager manager) throws IOException {
        return Weights.fromNpy(manager, arrays(name));
    }
}
