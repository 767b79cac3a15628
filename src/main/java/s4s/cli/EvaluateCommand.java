package s4s.cli;

import ai.djl.ndarray.NDManager;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.data.ImageSet;
import s4s.eval.Benchmark;
import s4s.eval.Extraction;
import s4s.eval.Frechet;
import s4s.eval.GaussianBaseline;
import s4s.eval.MiniFeatures;
import s4s.eval.Reference;
import s4s.model.Denoiser;
import s4s.model.ModelCard;
import s4s.model.Models;
import s4s.report.Progress;
import s4s.run.Sampling;

/** {@code s4s evaluate}: a benchmark's reference statistics and its model's quality, into the model's folder. */
@Command(name = "evaluate", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Computes reference.npz (feature moments of the real training images) of a benchmark's model and"
            + " writes into its card how good the model is: FD (mini features) of its teacher's samples, of real test"
            + " images, and of a Gaussian with the pixels' mean and covariance."})
final class EvaluateCommand implements Callable<Integer> {
    @Option(names = "--benchmark", defaultValue = "cifar10", description = "Which (default ${DEFAULT-VALUE}).")
    private String name;

    @Option(names = "--train", required = true, paramLabel = "PATH", description = "The real training images.")
    private Path train;

    @Option(names = "--test", required = true, paramLabel = "PATH", description = "Real images not trained on.")
    private Path test;

    @Option(names = "--images", defaultValue = "5000",
            description = "Images of each kind (default ${DEFAULT-VALUE}); seeds 0 to N-1.")
    private int images;

    @Option(names = "--batch", defaultValue = "100", description = "Images in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        Benchmark benchmark = Benchmark.named(name);
        Models models = Models.ofRepository();
        ImageSet trainImages = ImageSet.read(train);
        ImageSet testImages = ImageSet.read(test).head(images);
        try (NDManager manager = NDManager.newBaseManager();
                Progress progress = Progress.terminal(System.err, "evaluate")) {
            MiniFeatures features = MiniFeatures.of(models, benchmark.features(), manager);
            Reference reference = new Reference(Extraction.moments(features, trainImages, manager),
                    Reference.About.of(features, trainImages));
            reference.write(models.path(benchmark.model()).resolve("reference.npz"));
            Denoiser denoiser = models.denoiser(benchmark.model(), manager);
            long[] seeds = Benchmark.seeds(images);
            float[] drawn = Sampling.images(manager, denoiser, benchmark.teacher().solver(denoiser), seeds, batch,
                    done -> progress.update(done, images, "teacher images")).toFloatArray();
            ImageSet teacher = ImageSet.of(drawn, trainImages.height(), trainImages.width(), "teacher");
            Map<String, JsonElement> entries = new LinkedHashMap<>();
            entries.put("metric", ModelCard.json(MiniFeatures.METRIC + ", features " + benchmark.features() + " sha256 "
                    + reference.featuresSha256() + ", reference " + reference.moments().count() + " images of "
                    + reference.data() + " sha256 " + reference.dataSha256()));
            entries.put("images", ModelCard.json(images));
            entries.put("seeds", ModelCard.json("0-" + (images - 1)));
            entries.put("teacher", ModelCard.json(benchmark.teacher().label()));
            entries.put("fdTeacher", fd(features, teacher, reference, manager));
            entries.put("fdGaussian", fd(features, GaussianBaseline.draw(manager, trainImages, images, 0), reference,
                    manager));
            entries.put("fdTest", fd(features, testImages, reference, manager));
            entries.put("testImages", ModelCard.json(testImages.count()));
            entries.put("testSha256", ModelCard.json(testImages.sha256()));
            entries.put("command", ModelCard.json(CommandText.of(spec)));
            models.card(benchmark.model()).withEvaluation(entries)
                    .write(models.path(benchmark.model()).resolve("card.json"));
            entries.forEach((key, value) -> spec.commandLine().getOut().println(key + ": " + value));
        }
        return 0;
    }

    private static JsonElement fd(MiniFeatures features, ImageSet images, Reference reference, NDManager manager)
            throws IOException {
        double fd = Frechet.distance(Extraction.moments(features, images, manager), reference.moments());
        return ModelCard.json(Math.round(1e4 * fd) / 1e4);
    }
}
