package s4s.cli;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.image.Annotations;
import s4s.image.ImageSet;
import s4s.image.Others;
import s4s.image.Pictures;
import s4s.io.AtomicFiles;
import s4s.io.Claim;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.model.Decoder;
import s4s.model.Devices;
import s4s.model.EdmPreconditioning;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.train.Classification;
import s4s.train.Conditioning;
import s4s.train.Denoising;
import s4s.train.Examples;
import s4s.train.Latents;
import s4s.train.NoiseMatching;
import s4s.train.Objective;
import s4s.train.Pixels;
import s4s.train.Reconstruction;
import s4s.train.TrainConfig;
import s4s.train.Trained;
import s4s.train.Trainer;
import s4s.train.TrainingPlan;

/** {@code s4s train}: a diffusion model, an autoencoder or a classifier from sets of images. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Trains a small network on images: a diffusion model of pixels (EDM-preconditioned U-Net); with --latent"
            + " one of an autoencoder's latents (noise prediction); with --autoencode the autoencoder; with --classify the"
            + " classifier whose features serve FD (mini features).",
            "Started again with the same --out it goes on from the last checkpoint. At the end --out holds"
            + " weights.npz and card.json, a model that every other command takes.",
            "Options can come from a file: s4s train @FILE."})
final class TrainCommand implements Callable<Integer>, Resumable {
    @ArgGroup(exclusive = false, multiplicity = "1..*", heading = "Images; several sets are trained on together%n")
    private List<Source> sources;

    @Option(names = "--hold-out", defaultValue = "0", paramLabel = "N",
            description = "Do not train on the last N images of each set; the model is evaluated on them.")
    private int holdOut;

    @Option(names = "--test", paramLabel = "PATH", description = "Other images to evaluate on.")
    private Optional<Path> test;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where everything goes.")
    private Path out;

    @Option(names = "--name", description = "Name in the card (default: the folder's name).")
    private Optional<String> name;

    @Option(names = "--note", paramLabel = "TEXT", description = "Anything else that the card should say.")
    private Optional<String> note;

    @ArgGroup(exclusive = true, heading = "Training on a GPU by src/main/python/train.py%n")
    private final Elsewhere elsewhere = new Elsewhere();

    @ArgGroup(exclusive = true, heading = "What, if not a diffusion model of pixels%n")
    private final Task task = new Task();

    @ArgGroup(validate = false, heading = "Details of these%n")
    private final Details details = new Details();

    @ArgGroup(validate = false, heading = "How long and how%n")
    private final Run run = new Run();

    @ArgGroup(validate = false, heading = "Network%n")
    private final Architecture architecture = new Architecture();

    @Spec
    private CommandSpec spec;

    /** A set of images. */
    static final class Source {
        @Option(names = "--data", required = true, paramLabel = "PATH",
                description = "A folder of images, a packed npz, or npy/npz with uint8 images.")
        private Path path;

        @Option(names = "--labels", split = ",", paramLabel = "ARRAY",
                description = "Arrays of the npz whose combinations are the classes, for example age/20,gender: age in steps"
                    + " of 20 years, and gender (default: array 'label').")
        private String[] labels = {}; // a list would be shared by all sources

        @Option(names = "--skip-others", description = "Leave out images of kinds that are not read, and broken links,"
                + " instead of refusing the set.")
        private boolean skip;

        private ImageSet read() throws IOException {
            ImageSet images = ImageSet.read(path, skip ? Others.LEFT_OUT : Others.REFUSED);
            if (images.height() != images.width()) {
                throw new IllegalArgumentException(path + " holds images of " + images.height() + "x" + images.width()
                        + " pixels: the networks take square images");
            }
            return labels.length == 0 ? images : Annotations.classesOf(images, path, List.of(labels));
        }
    }

    /** The two ends of a training elsewhere. */
    static final class Elsewhere {
        @Option(names = "--plan", paramLabel = "FILE.json", description = "Write down what there is to train, for"
                + " src/main/python/train.py, and stop.")
        private Optional<Path> plan = Optional.empty();

        @Option(names = "--trained", paramLabel = "FILE.npz", description = "Take the weights that src/main/python/train.py"
                + " trained: evaluate them and write the model.")
        private Optional<Path> trained = Optional.empty();
    }

    /** What is trained. */
    static final class Task {
        @Option(names = "--classify", description = "A classifier of the images' labels; a set without labels is one class.")
        private boolean classify;

        @Option(names = "--autoencode", paramLabel = "FEATURES",
                description = "An autoencoder; its perceptual loss is by this feature network.")
        private Optional<String> autoencode = Optional.empty();

        @Option(names = "--latent", paramLabel = "AUTOENCODER",
                description = "A diffusion model of this autoencoder's latents.")
        private Optional<String> latent = Optional.empty();
    }

    /** What latent diffusion is conditioned on. */
    enum Condition { NONE, CLASS, CAPTION }

    /** The published schedules of latent diffusion models. */
    enum Schedule { LDM, SD }

    /** Options of single tasks. */
    static final class Details {
        @Option(names = "--turned", defaultValue = "0", paramLabel = "SHARE",
                description = "--classify: turn this share of the images; telling how is a task of its own"
                    + " (default ${DEFAULT-VALUE}).")
        private double turned;

        @Option(names = "--perceptual", defaultValue = "0.3", paramLabel = "WEIGHT",
                description = "--autoencode: weight of the perceptual distance (default ${DEFAULT-VALUE}).")
        private double perceptual;

        @Option(names = "--divergence", defaultValue = "0.001", paramLabel = "WEIGHT",
                description = "--autoencode: weight of the KL divergence (default ${DEFAULT-VALUE}).")
        private double divergence;

        @Option(names = "--latent-channels", defaultValue = "4", paramLabel = "N",
                description = "--autoencode: channels of the latents (default ${DEFAULT-VALUE}).")
        private int latentChannels;

        @Option(names = "--schedule", defaultValue = "LDM",
                description = "--latent: ldm or sd, the noise schedule of latent diffusion or Stable Diffusion"
                    + " (default ${DEFAULT-VALUE}).")
        private Schedule schedule;

        @Option(names = "--condition", defaultValue = "NONE",
                description = "--latent: none, class or caption (default ${DEFAULT-VALUE}).")
        private Condition condition;

        @Option(names = "--drop", defaultValue = "0.1", paramLabel = "SHARE",
                description = "--condition: how often the condition is dropped (default ${DEFAULT-VALUE}).")
        private double drop;

        @Option(names = "--least", defaultValue = "10", paramLabel = "N",
                description = "--condition caption: words that occur less often are unknown (default ${DEFAULT-VALUE}).")
        private int least;
    }

    /** Options of the run. */
    static final class Run {
        @Option(names = "--images", defaultValue = "1700000", description = "Images to see (default ${DEFAULT-VALUE}).")
        private long images;

        @Option(names = "--batch", defaultValue = "128", description = "Images a step (default ${DEFAULT-VALUE}).")
        private int batch;

        @Option(names = "--lr", defaultValue = "0.0015", description = "Adam's peak step (default ${DEFAULT-VALUE}).")
        private double learningRate;

        @Option(names = "--warmup", defaultValue = "20000", description = "Images of warm-up (default ${DEFAULT-VALUE}).")
        private long warmup;

        @Option(names = "--ema", defaultValue = "50000",
                description = "Half-life of the weight average in images (default ${DEFAULT-VALUE}).")
        private double emaHalfLife;

        @Option(names = "--noise", arity = "1", split = ",", defaultValue = "-1.2,1.2", paramLabel = "NUMBER",
                description = "A diffusion model of pixels: mean and standard deviation of ln(sigma) in training, two numbers"
                    + " (default ${DEFAULT-VALUE}, EDM's). Global structure, such as brightness, is settled at"
                    + " sigmas of 20 and more where it has 64x64 pixels; one example of 4,000 is so noisy, with 0,1.7 one of"
                    + " 25.")
        private List<Double> noise;

        @Option(names = "--from", paramLabel = "MODEL", description = "Start from the weights of this model, where names and"
                + " shapes agree, not from random ones (fine-tuning). A network that has only more blocks begins by"
                + " computing what that model computes.")
        private Optional<String> from = Optional.empty();

        @Option(names = "--no-flip", description = "Do not mirror images.")
        private boolean noFlip;

        @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random (default ${DEFAULT-VALUE}).")
        private long seed;

        @Option(names = "--checkpoint-every", defaultValue = "50000",
                description = "Images between checkpoints and previews (default ${DEFAULT-VALUE}).")
        private long checkpointEvery;

        @Option(names = "--half", description = "Store the weights in half precision, rounded before they are evaluated.")
        private boolean half;
    }

    /** Options of the network. */
    static final class Architecture {
        @Option(names = "--widths", split = ",", defaultValue = "48,96,128",
                description = "Channels of each level, finest first (default ${DEFAULT-VALUE}).")
        private List<Integer> widths;

        @Option(names = "--blocks", split = ",", defaultValue = "1,2,2",
                description = "Residual blocks of each level (default ${DEFAULT-VALUE}).")
        private List<Integer> blocks;

        @Option(names = "--attention", arity = "1", split = ",", defaultValue = "false,true,true",
                description = "Self-attention at each level (default ${DEFAULT-VALUE}; diffusion models only).")
        private List<Boolean> attention;

        @Option(names = "--patch", defaultValue = "2", description = "Space-to-depth factor (default ${DEFAULT-VALUE}).")
        private int patch;

        @Option(names = "--embedding", defaultValue = "128",
                description = "Width of the noise embedding (default ${DEFAULT-VALUE}; diffusion models only).")
        private int embedding;
    }

    /** Everything that a run needs; {@code examples} are made of the pixels when they are asked for. */
    private record Job(Objective objective, Pixels pixels, Supplier<Examples> examples, Optional<Pixels> heldOut) {}

    @Override
    public boolean goesOn() {
        return elsewhere.plan.isEmpty() && elsewhere.trained.isEmpty();
    }

    @Override
    public Integer call() throws IOException {
        TrainConfig config = new TrainConfig(run.images, run.batch, run.learningRate, run.warmup, run.emaHalfLife,
                !run.noFlip, run.seed);
        try (NDManager manager = Devices.manager();
                Progress progress = Progress.terminal(System.err, "train")) {
            Job job = job(manager, progress);
            if (elsewhere.plan.isPresent()) {
                plan(config, job, elsewhere.plan.get());
            } else {
                try (Claim claim = Claim.ofFolder(out)) {
                    if (elsewhere.trained.isPresent()) {
                        Trained trained = Trained.read(elsewhere.trained.get(), job.objective.weightShapes(), manager);
                        finish(job, trained.weights(), trained.facts(), manager);
                    } else {
                        train(config, job, manager, progress);
                    }
                }
            }
        }
        return 0;
    }

    private void plan(TrainConfig config, Job job, Path file) throws IOException {
        List<TrainingPlan.Source> data = new ArrayList<>();
        for (int s = 0; s < sources.size(); s++) {
            data.add(new TrainingPlan.Source(sources.get(s).path.toString(), job.pixels.sets().get(s).count()));
        }
        String json = new TrainingPlan(modelName(), job.objective, config, data, run.half, start()).json();
        AtomicFiles.write(file, (json + "\n").getBytes(StandardCharsets.UTF_8));
        spec.commandLine().getOut().println("wrote " + file + ": python3 src/main/python/train.py " + file);
    }

    private Optional<TrainingPlan.Start> start() throws IOException {
        return run.from.isEmpty() ? Optional.empty() : Optional.of(new TrainingPlan.Start(run.from.get(),
                Models.ofRepository().card(run.from.get()).weightsSha256()));
    }

    private void train(TrainConfig config, Job job, NDManager manager, Progress progress) throws IOException {
        Path checkpoint = out.resolve("checkpoint.npz");
        Examples examples = job.examples.get();
        Optional<TrainingPlan.Start> from = start();
        Map<String, NpyArray> start = run.from.isPresent() ? Models.ofRepository().arrays(run.from.get()) : Map.of();
        try (Trainer trainer = new Trainer(config, job.objective, examples, checkpoint, start)) {
            if (trainer.state().step() > 0) {
                spec.commandLine().getErr().println("going on from " + checkpoint + ", step " + trainer.state().step());
            }
            long stride = Math.max(1, run.checkpointEvery / run.batch);
            while (trainer.state().step() < config.steps()) {
                long next = (trainer.state().step() / stride + 1) * stride;
                trainer.run(next, s -> progress.update(s.step() * run.batch, config.steps() * run.batch,
                        String.format(Locale.ROOT, "loss %.4f", s.loss())));
                trainer.save();
                Optional<ImageSet> preview = job.objective.preview(trainer.average(), examples);
                if (preview.isPresent()) {
                    Pictures.writePng(out.resolve("samples.png"), Pictures.grid(preview.get(), 8, 2, 2));
                }
            }
            Map<String, JsonElement> facts = new LinkedHashMap<>();
            facts.put("imagesSeen", ModelCard.json(trainer.state().step() * config.batch()));
            facts.put("settings", ModelCard.json(config));
            if (!trainer.earlierPlans().isEmpty()) {
                facts.put("earlierPlans", ModelCard.json(trainer.earlierPlans()));
            }
            from.ifPresent(network -> facts.put("startedFrom", ModelCard.json(network)));
            facts.put("loss", ModelCard.json(trainer.state().loss()));
            facts.put("seconds", ModelCard.json(Math.round(trainer.state().seconds())));
            facts.put("arithmetic", ModelCard.json("float32, convolutions "
                    + Optional.ofNullable(System.getenv("ONEDNN_DEFAULT_FPMATH_MODE")).orElse("STRICT")));
            finish(job, trainer.average(), facts, manager);
        }
    }

    private Job job(NDManager manager, Progress progress) throws IOException {
        List<ImageSet> sets = new ArrayList<>();
        for (Source source : sources) {
            sets.add(source.read());
        }
        if (task.classify) {
            if (sets.size() == 1 && sets.get(0).labels().length == 0) {
                throw new IllegalArgumentException(sources.get(0).path + " has no labels: a classifier needs them (sub-folders"
                        + " named by class, an array 'label' in the npz, or --labels)");
            }
            sets = Pixels.withCommonClasses(sets);
        }
        List<ImageSet> seen = new ArrayList<>();
        List<ImageSet> held = new ArrayList<>();
        for (ImageSet set : sets) {
            seen.add(holdOut == 0 ? set : set.head(set.count() - holdOut));
            if (holdOut > 0) {
                held.add(set.tail(holdOut));
            }
        }
        if (test.isPresent()) {
            held.add(ImageSet.read(test.get()));
        }
        Pixels pixels = new Pixels(seen, !run.noFlip);
        Optional<Pixels> heldOut = held.isEmpty() ? Optional.empty() : Optional.of(new Pixels(held, false));
        if (task.latent.isPresent()) {
            return latent(pixels, heldOut, task.latent.get(), manager, progress);
        }
        return new Job(objective(pixels, manager), pixels, () -> pixels, heldOut);
    }

    private Objective objective(Pixels pixels, NDManager manager) throws IOException {
        int channels = Math.toIntExact(pixels.shape().get(0));
        int size = Math.toIntExact(pixels.shape().get(1));
        if (task.classify) {
            int classes = pixels.sets().get(0).classes().size() + (details.turned > 0 ? Classification.TURNS : 0);
            return new Classification(new FeatureNet.Config(channels, size, architecture.patch, architecture.widths,
                    architecture.blocks, classes), pixels.labels(), 3, 0.1, details.turned);
        }
        if (task.autoencode.isPresent()) {
            String features = task.autoencode.get();
            return new Reconstruction(new Autoencoder.Config(channels, size, architecture.patch, architecture.widths,
                    architecture.blocks, details.latentChannels),
                    new Reconstruction.Perceptual(features, Models.ofRepository().features(features, manager)),
                    details.perceptual, details.divergence);
        }
        if (run.noise.size() != 2) {
            throw new IllegalArgumentException("--noise takes two numbers, the mean and the standard deviation of ln(sigma): "
                    + "-1.2,1.2 for example");
        }
        return new Denoising(unet(channels, size, 0), new EdmPreconditioning(0.5), run.noise.get(0), run.noise.get(1));
    }

    private Job latent(Pixels pixels, Optional<Pixels> heldOut, String name, NDManager manager, Progress progress)
            throws IOException {
        Models models = Models.ofRepository();
        Autoencoder autoencoder = models.autoencoder(name, manager);
        double scale = models.latentScale(name);
        Optional<Conditioning> conditioning = conditioning(pixels);
        Autoencoder.Config network = autoencoder.config();
        UNet.Config unet = unet(network.latent(), Math.toIntExact(network.latentShape().get(1)),
                conditioning.map(c -> c.vocabulary().size()).orElse(0));
        NoiseMatching.Rates rates = details.schedule == Schedule.SD ? NoiseMatching.Rates.STABLE_DIFFUSION
                : NoiseMatching.Rates.LATENT_DIFFUSION;
        return new Job(new NoiseMatching(unet, rates, new NoiseMatching.LatentSpace(name, models.card(name).weightsSha256(),
                network, Decoder.of(autoencoder::decode, scale)), conditioning), pixels, () -> new Latents(pixels, autoencoder, scale,
                        done -> progress.update(done, pixels.count(), "images encoded")), heldOut);
    }

    private Optional<Conditioning> conditioning(Pixels pixels) throws IOException {
        if (details.condition == Condition.NONE) {
            return Optional.empty();
        }
        if (sources.size() > 1) {
            throw new IllegalArgumentException("a conditional model is trained on one set of images, not on " + sources.size());
        }
        if (details.condition == Condition.CLASS) {
            return Optional.of(Conditioning.classes(Pixels.withCommonClasses(pixels.sets()).get(0), details.drop));
        }
        List<List<String>> captions = Annotations.captions(sources.get(0).path, pixels.count() + holdOut);
        return Optional.of(Conditioning.captions(captions.subList(0, pixels.count()), details.least, details.drop));
    }

    private UNet.Config unet(int channels, int size, int conditions) {
        return new UNet.Config(channels, size, architecture.patch, architecture.widths, architecture.blocks,
                architecture.attention, architecture.embedding, conditions);
    }

    private void finish(Job job, Weights average, Map<String, JsonElement> facts, NDManager manager) throws IOException {
        Path file = out.resolve("weights.npz");
        Map<String, NpyArray> arrays = new LinkedHashMap<>();
        average.toNpy().forEach((key, a) -> arrays.put(key, run.half ? NpyArray.half(a.floats(), a.shape()) : a));
        Weights weights = Weights.fromNpy(manager, arrays);
        Npz.write(file, arrays);
        Map<String, JsonElement> training = new LinkedHashMap<>();
        training.put("data", ModelCard.json(job.pixels.source()));
        training.put("dataSha256", ModelCard.json(job.pixels.sha256()));
        training.put("dataImages", ModelCard.json(job.pixels.count()));
        training.putAll(facts);
        note.ifPresent(text -> training.put("note", ModelCard.json(text)));
        training.put("command", ModelCard.json(CommandText.of(spec)));
        training.put("versions", ModelCard.json(Provenance.versions()));
        training.putAll(json(job.objective.settings()));
        Map<String, JsonElement> evaluation = new LinkedHashMap<>();
        if (job.heldOut.isPresent()) {
            evaluation.putAll(json(job.objective.evaluate(weights, job.heldOut.get())));
            evaluation.put("testImages", ModelCard.json(job.heldOut.get().count()));
            evaluation.put("testSha256", ModelCard.json(job.heldOut.get().sha256()));
        }
        ModelCard card = new ModelCard(modelName(),
                job.objective.kind(), ModelCard.json(job.objective.network()),
                json(job.objective.details(weights, job.pixels)), weights.size(), Hashes.sha256(file), training, evaluation);
        card.write(out.resolve("card.json"));
        spec.commandLine().getOut().println("wrote " + file + " and " + out.resolve("card.json")
                + (evaluation.isEmpty() ? "" : ", " + evaluation));
    }

    private String modelName() {
        return name.orElse(out.toAbsolutePath().normalize().getFileName().toString());
    }

    /** In the order of their names, whatever map they come in. */
    private static Map<String, JsonElement> json(Map<String, Object> values) {
        Map<String, JsonElement> json = new LinkedHashMap<>();
        new TreeMap<>(values).forEach((key, value) -> json.put(key, ModelCard.json(value)));
        return json;
    }
}
