package s4s.cli;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.LongStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.data.Hashes;
import s4s.data.ImageSet;
import s4s.data.Npz;
import s4s.data.Pictures;
import s4s.eval.MiniFeatures;
import s4s.model.Denoiser;
import s4s.model.EdmPreconditioning;
import s4s.model.FeatureNet;
import s4s.model.ModelCard;
import s4s.model.NetworkDenoiser;
import s4s.model.UNet;
import s4s.report.Progress;
import s4s.report.Provenance;
import s4s.run.Sampling;
import s4s.schedule.GridType;
import s4s.solver.Solvers;
import s4s.train.Classification;
import s4s.train.Denoising;
import s4s.train.Objective;
import s4s.train.TrainConfig;
import s4s.train.Trainer;

/** {@code s4s train}: a diffusion model or a classifier from a set of images. */
@Command(name = "train", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Trains a small network on images: a diffusion model (EDM-preconditioned U-Net) or, with"
            + " --classify, the classifier whose features serve FD (mini features).",
            "Started again with the same --out it goes on from the last checkpoint. At the end --out holds"
            + " weights.npz and card.json, a model that every other command takes."})
final class TrainCommand implements Callable<Integer> {
    @Option(names = "--data", required = true, paramLabel = "PATH",
            description = "A folder of images, a packed npz, or npy/npz with uint8 images.")
    private Path data;

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "Where everything goes.")
    private Path out;

    @Option(names = "--name", description = "Name in the card (default: the folder's name).")
    private Optional<String> name;

    @Option(names = "--classify", description = "Train a classifier of the images' labels.")
    private boolean classify;

    @Option(names = "--test", paramLabel = "PATH", description = "Images with labels for the classifier's accuracy.")
    private Optional<Path> test;

    @Option(names = "--note", paramLabel = "TEXT", description = "Anything else that the card should say.")
    private Optional<String> note;

    @ArgGroup(validate = false, heading = "How long and how%n")
    private final Run run = new Run();

    @ArgGroup(validate = false, heading = "Network%n")
    private final Architecture architecture = new Architecture();

    @Spec
    private CommandSpec spec;

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

        @Option(names = "--no-flip", description = "Do not mirror images.")
        private boolean noFlip;

        @Option(names = "--seed", defaultValue = "0", description = "Seed of everything random (default ${DEFAULT-VALUE}).")
        private long seed;

        @Option(names = "--checkpoint-every", defaultValue = "50000",
                description = "Images between checkpoints and sample sheets (default ${DEFAULT-VALUE}).")
        private long checkpointEvery;
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
                description = "Self-attention at each level (default ${DEFAULT-VALUE}; not for --classify).")
        private List<Boolean> attention;

        @Option(names = "--patch", defaultValue = "2", description = "Space-to-depth factor (default ${DEFAULT-VALUE}).")
        private int patch;

        @Option(names = "--embedding", defaultValue = "128",
                description = "Width of the noise embedding (default ${DEFAULT-VALUE}; not for --classify).")
        private int embedding;
    }

    @Override
    public Integer call() throws IOException {
        ImageSet images = ImageSet.read(data);
        if (images.height() != images.width()) {
            throw new IllegalArgumentException(data + " holds images of " + images.height() + "x" + images.width()
                    + " pixels: the networks take square images");
        }
        Optional<ImageSet> testImages = test.isPresent() ? Optional.of(ImageSet.read(test.get())) : Optional.empty();
        TrainConfig config = new TrainConfig(run.images, run.batch, run.learningRate, run.warmup, run.emaHalfLife,
                !run.noFlip, run.seed);
        Objective objective = objective(images);
        Files.createDirectories(out);
        Path checkpoint = out.resolve("checkpoint.npz");
        try (Trainer trainer = new Trainer(config, objective, images, checkpoint);
                Progress progress = Progress.terminal(System.err, "train")) {
            if (trainer.state().step() > 0) {
                spec.commandLine().getErr().println("going on from " + checkpoint + ", step " + trainer.state().step());
            }
            long stride = Math.max(1, run.checkpointEvery / run.batch);
            while (trainer.state().step() < config.steps()) {
                long next = (trainer.state().step() / stride + 1) * stride;
                trainer.run(next, s -> progress.update(s.step() * run.batch, config.steps() * run.batch,
                        String.format("loss %.4f", s.loss())));
                trainer.save();
                if (objective instanceof Denoising denoising) {
                    sheet(denoising, trainer);
                }
            }
            finish(config, objective, images, testImages, trainer);
        }
        return 0;
    }

    private Objective objective(ImageSet images) {
        if (!classify) {
            UNet.Config unet = new UNet.Config(images.channels(), images.height(), architecture.patch,
                    architecture.widths, architecture.blocks, architecture.attention, architecture.embedding);
            return new Denoising(unet, new EdmPreconditioning(0.5), -1.2, 1.2);
        }
        if (images.labels().length == 0) {
            throw new IllegalArgumentException(data + " has no labels: a classifier needs them (sub-folders named by "
                    + "class, or an array 'label' in the npz)");
        }
        int classes = java.util.Arrays.stream(images.labels()).max().orElse(0) + 1;
        return new Classification(new FeatureNet.Config(images.channels(), images.height(), architecture.patch,
                architecture.widths, architecture.blocks, classes), images.labels(), 3, 0.1);
    }

    /** Sixty-four samples by the averaged weights, to see the run get better. */
    private void sheet(Denoising denoising, Trainer trainer) throws IOException {
        try (NDManager scope = NDManager.newBaseManager()) {
            Denoiser denoiser = new NetworkDenoiser(
                    new UNet(denoising.network(), trainer.average()), denoising.preconditioning());
            float[] samples = Sampling.images(scope, denoiser,
                    Solvers.named("unipc-3-bh1").on(GridType.LOGSNR, denoiser.schedule(), 10),
                    LongStream.range(0, 64).toArray(), 64).toFloatArray();
            int size = denoising.network().resolution();
            Pictures.writePng(out.resolve("samples.png"),
                    Pictures.grid(ImageSet.of(samples, size, size, "samples"), 8, 2, 2));
        }
    }

    private void finish(TrainConfig config, Objective objective, ImageSet images, Optional<ImageSet> testImages,
            Trainer trainer) throws IOException {
        Path file = out.resolve("weights.npz");
        Npz.write(file, trainer.average().toNpy());
        Map<String, JsonElement> training = new LinkedHashMap<>();
        training.put("data", ModelCard.json(images.source()));
        training.put("dataSha256", ModelCard.json(images.sha256()));
        training.put("dataImages", ModelCard.json(images.count()));
        training.put("imagesSeen", ModelCard.json(trainer.state().step() * config.batch()));
        training.put("settings", ModelCard.json(config));
        training.put("loss", ModelCard.json(trainer.state().loss()));
        training.put("seconds", ModelCard.json(Math.round(trainer.state().seconds())));
        training.put("arithmetic", ModelCard.json("float32, convolutions "
                + Optional.ofNullable(System.getenv("ONEDNN_DEFAULT_FPMATH_MODE")).orElse("STRICT")));
        note.ifPresent(text -> training.put("note", ModelCard.json(text)));
        training.put("command", ModelCard.json(CommandText.of(spec)));
        training.put("versions", ModelCard.json(Provenance.versions()));
        Map<String, JsonElement> evaluation = new LinkedHashMap<>();
        ModelCard.Kind kind = ModelCard.Kind.EDM_UNET;
        JsonElement network;
        double sigmaData = 0;
        if (objective instanceof Denoising denoising) {
            network = ModelCard.json(denoising.network());
            sigmaData = denoising.preconditioning().sigmaData();
            training.put("noiseDistribution", ModelCard.json(Map.of("lnSigmaMean", denoising.noiseMean(),
                    "lnSigmaStd", denoising.noiseStd())));
        } else {
            Classification classification = (Classification) objective;
            kind = ModelCard.Kind.CLASSIFIER;
            network = ModelCard.json(classification.network());
            training.put("shift", ModelCard.json(classification.shift()));
            training.put("labelSmoothing", ModelCard.json(classification.smoothing()));
            if (testImages.isPresent()) {
                try (NDManager manager = NDManager.newBaseManager()) {
                    double accuracy = new MiniFeatures(
                            new FeatureNet(classification.network(), trainer.average()), manager)
                            .accuracy(testImages.get());
                    evaluation.put("testAccuracy", ModelCard.json(accuracy));
                    evaluation.put("testImages", ModelCard.json(testImages.get().count()));
                    evaluation.put("testSha256", ModelCard.json(testImages.get().sha256()));
                }
            }
        }
        ModelCard card = new ModelCard(name.orElse(out.toAbsolutePath().normalize().getFileName().toString()), kind,
                network, sigmaData, trainer.average().size(), Hashes.sha256(file), training, evaluation);
        card.write(out.resolve("card.json"));
        spec.commandLine().getOut().println("wrote " + file + " and " + out.resolve("card.json")
                + (evaluation.isEmpty() ? "" : ", " + evaluation));
    }
}
