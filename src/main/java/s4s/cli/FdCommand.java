package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.data.ImageSet;
import s4s.eval.Extraction;
import s4s.eval.Frechet;
import s4s.eval.MiniFeatures;
import s4s.eval.Moments;
import s4s.eval.Reference;
import s4s.model.Models;

/** {@code s4s fd}: Frechet distance of samples to real images in mini features. */
@Command(name = "fd", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"FD (mini features) of samples to the real images behind a model's reference.npz.",
            "This is no FID: the features are our small classifier's, so compare these numbers with each other only,"
                + " and at the same number of images."})
final class FdCommand implements Callable<Integer> {
    @Option(names = "--samples", required = true, paramLabel = "PATH",
            description = "npz of s4s sample, or any images that s4s train reads.")
    private Path samples;

    @Option(names = "--reference", defaultValue = "cifar10-mini", paramLabel = "NAME",
            description = "Model whose reference.npz holds the real images' moments (default ${DEFAULT-VALUE}).")
    private String model;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        ImageSet images = ImageSet.read(samples);
        Models models = Models.ofRepository();
        Reference reference = Reference.of(models, model);
        try (NDManager manager = NDManager.newBaseManager()) {
            MiniFeatures features = MiniFeatures.of(models, reference.features(), manager);
            Moments.Gaussian moments = Extraction.moments(features, images, manager);
            spec.commandLine().getOut().printf("FD (mini features)  %.4f%n", Frechet.distance(moments, reference.moments()));
            spec.commandLine().getOut().printf("samples    %d of %s%n", images.count(), samples);
            spec.commandLine().getOut().printf("reference  %d of %s%n", reference.moments().count(), reference.data());
            spec.commandLine().getOut().printf("features   %s, sha256 %s%n", reference.features(), reference.featuresSha256());
            if (images.count() <= features.size()) {
                spec.commandLine().getErr().println("s4s: with " + images.count() + " images and " + features.size()
                        + " features the covariance has no full rank; draw more images for a number worth comparing");
            }
        }
        return 0;
    }
}
