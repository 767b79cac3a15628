package s4s.cli;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.benchmark.Benchmark;
import s4s.benchmark.Benchmarks;
import s4s.benchmark.Metric;
import s4s.image.Annotations;
import s4s.image.ImageSet;
import s4s.image.Pictures;
import s4s.io.AtomicFiles;
import s4s.io.Progress;
import s4s.metric.Extraction;
import s4s.metric.Frechet;
import s4s.metric.GaussianBaseline;
import s4s.metric.MiniFeatures;
import s4s.metric.Reference;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.mini.Vocabulary;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import s4s.sampling.Sampling;

/** {@code s4s evaluate}: a benchmark's reference statistics and its model's quality, into the model's folder. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Computes reference.npz (feature moments of the real training images) of a benchmark's model and"
            + " writes into its card how good the model is: FD (mini features) of its teacher's samples, of real test"
            + " images, and of a Gaussian with the pixels' mean and covariance; of a conditional model, how often a classifier"
            + " finds in its images what they were drawn for."})
final class EvaluateCommand implements Callable<Integer> {
    @Option(names = "--benchmark", defaultValue = "cifar10", description = "Which (default ${DEFAULT-VALUE}).")
    private String name;

    @Option(names = "--train", required = true, paramLabel = "PATH", description = "The real training images.")
    private Path train;

    @Option(names = "--labels", split = ",", paramLabel = "ARRAY",
            description = "Arrays of the npz that make the classes, as for s4s train.")
    private String[] labels = {};

    @ArgGroup(exclusive = true, multiplicity = "1")
    private Unseen unseen;

    @Option(names = "--images", defaultValue = "5000",
            description = "Images of each kind (default ${DEFAULT-VALUE}); seeds 0 to N-1.")
    private int images;

    @Option(names = "--batch", defaultValue = "100", description = "Images in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--png", paramLabel = "FILE.png", description = "Where a sheet of 64 images by the teacher goes.")
    private Optional<Path> png;

    @Spec
    private CommandSpec spec;

    /** Where real images are that the model has not seen. */
    static final class Unseen {
        @Option(names = "--test", paramLabel = "PATH", description = "Real images not trained on.")
        private Optional<Path> test = Optional.empty();

        @Option(names = "--hold-out", paramLabel = "N", description = "The last N images of --train were not trained on.")
        private int holdOut;
    }

    @Override
    public Integer call() throws IOException {
        Benchmark benchmark = Benchmarks.ofRepository().named(name);
        Models models = Models.ofRepository();
        String classifier = benchmark.metric().flatMap(Metric::mini).orElseThrow(() -> new IllegalArgumentException("the benchmark "
                + name + " has no mini features, which are measured here"));
        ImageSet all = labels.length == 0 ? ImageSet.read(train)
                : Annotations.classesOf(ImageSet.read(train), train, List.of(labels));
        ImageSet trainImages = unseen.test.isPresent() ? all : all.head(all.count() - unseen.holdOut);
        ImageSet rest = unseen.test.isPresent() ? ImageSet.read(unseen.test.get()) : all.tail(unseen.holdOut);
        ImageSet testImages = rest.head(Math.min(images, rest.count()));
        try (NDManager manager = Devices.manager();
                Progress progress = Progress.terminal(System.err, "evaluate")) {
            MiniFeatures features = MiniFeatures.of(models, classifier, manager);
            Reference reference = new Reference(Extraction.moments(features, trainImages, manager),
                    Reference.About.of(features, trainImages));
            reference.write(models.path(benchmark.model()).resolve("reference.npz"));
            Map<String, JsonElement> entries = new LinkedHashMap<>();
            entries.put("metric", ModelCard.json(MiniFeatures.METRIC + ", features " + classifier + " sha256 "
                    + reference.featuresSha256() + ", reference " + reference.moments().count() + " images of "
                    + reference.data() + " sha256 " + reference.dataSha256()));
            entries.put("images", ModelCard.json(images));
            entries.put("seeds", ModelCard.json("0-" + (images - 1)));
            entries.put("teacher", ModelCard.json(benchmark.teacher().label()));
            Optional<Vocabulary> vocabulary = models.card(benchmark.model()).vocabulary();
            ImageSet teacher = vocabulary.isEmpty()
                    ? draw(benchmark, benchmark.diffusion(models, manager), manager, progress)
                    : conditional(benchmark, models, manager, rest, vocabulary.get(), features,
                            models.card(classifier).classes(), reference, entries, progress);
            entries.put("fdTeacher", fd(features, teacher, reference, manager));
            entries.put("fdGaussian", fd(features, GaussianBaseline.draw(manager, trainImages, images, 0), reference,
                    manager));
            entries.put("fdTest", fd(features, testImages, reference, manager));
            entries.put("testImages", ModelCard.json(testImages.count()));
            entries.put("testSha256", ModelCard.json(testImages.sha256()));
            entries.put("command", ModelCard.json(CommandText.of(spec)));
            models.card(benchmark.model()).withEvaluation(entries)
                    .write(models.path(benchmark.model()).resolve("card.json"));
            if (png.isPresent()) {
                Pictures.writePng(png.get(), Pictures.grid(teacher.head(Math.min(64, images)), 8, 2, 2));
            }
            entries.forEach((key, value) -> spec.commandLine().getOut().println(key + ": " + value));
        }
        return 0;
    }

    private ImageSet draw(Benchmark benchmark, DiffusionModel model, NDManager manager, Progress progress) {
        return Sampling.pictures(manager, model,
                Program.of(benchmark.teacher().solver(model), model), Benchmark.seeds(images),
                batch, "teacher", done -> progress.update(done, images, "teacher images"));
    }

    /**
     * The teacher's images under the benchmark's conditions; those of a model by text are the captions of the unseen images,
     * which become its prompts. Into {@code entries}: how often the features' classifier finds in a drawn image the class that
     * it was drawn for (of a caption: that of its unseen image), with and without guidance, and how often in the unseen images;
     * and the distance of the images without guidance.
     */
    private ImageSet conditional(Benchmark benchmark, Models models, NDManager manager, ImageSet unseenImages,
            Vocabulary vocabulary, MiniFeatures features, List<String> known, Reference reference,
            Map<String, JsonElement> entries, Progress progress) throws IOException {
        List<String> names = unseenImages.classes();
        int[] classes = names.stream().mapToInt(known::indexOf).toArray();
        if (classes.length == 0 || IntStream.of(classes).anyMatch(c -> c < 0)) {
            throw new IllegalArgumentException(features.network() + " was not trained on the classes of " + train
                    + ": give the --labels that it was trained on");
        }
        int[] inTurn = unseenImages.labels();
        if (vocabulary.unit() == Vocabulary.Unit.CLASS) {
            inTurn = vocabulary.entries().stream().mapToInt(names::indexOf).toArray();
        } else {
            String prompts = String.join("\n", prompts(unseenImages, vocabulary)) + "\n";
            AtomicFiles.write(models.path(benchmark.model()).resolve(Models.PROMPTS), prompts.getBytes(StandardCharsets.UTF_8));
        }
        int[] turns = inTurn;
        int[] labels = IntStream.range(0, images).map(i -> turns[i % turns.length]).toArray();
        Map<String, Object> obeyed = new LinkedHashMap<>();
        ImageSet last = unseenImages;
        for (double guidance : DoubleStream.of(1, benchmark.condition().guidance()).distinct().toArray()) {
            DiffusionModel model = models.load(benchmark.model(), guidance, manager);
            last = draw(benchmark, model, manager, progress).labelled(labels, names);
            obeyed.put("guidance " + guidance, features.accuracy(last, classes));
            if (guidance != benchmark.condition().guidance()) {
                entries.put("fdUnguided", fd(features, last, reference, manager));
            }
            entries.put("conditions", ModelCard.json(model.conditions().orElseThrow()));
        }
        obeyed.put("unseen images", features.accuracy(unseenImages, classes));
        obeyed.put("chance", 1.0 / classes.length);
        entries.put("classFound", ModelCard.json(obeyed));
        return last;
    }

    /** Of each unseen image the first caption with a word that the model knows. */
    private List<String> prompts(ImageSet unseenImages, Vocabulary vocabulary) throws IOException {
        int count = ImageSet.read(unseen.test.orElse(train)).count();
        int first = unseen.test.isPresent() ? 0 : count - unseen.holdOut;
        return Annotations.captions(unseen.test.orElse(train), count).subList(first, first + unseenImages.count()).stream()
                .map(captions -> captions.stream().filter(caption -> vocabulary.known(caption).length > 0).findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("the model knows no word of the captions \""
                                + String.join("\", \"", captions) + "\": hold other images out")))
                .map(caption -> caption.replaceAll("\\s+", " ").strip()).toList();
    }

    private static JsonElement fd(MiniFeatures features, ImageSet images, Reference reference, NDManager manager)
            throws IOException {
        double fd = Frechet.distance(Extraction.moments(features, images, manager), reference.moments());
        return ModelCard.json(Math.round(1e4 * fd) / 1e4);
    }
}
