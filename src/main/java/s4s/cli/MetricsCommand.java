package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.app.Metrics;
import s4s.image.Pairing;
import s4s.model.Devices;

/** {@code s4s metrics}: distances of two sets of images that need all feature vectors, or the pixels. */
@Command(name = "metrics", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Distances of two sets of images: Frechet distance, KID, precision, recall, density, coverage; and for"
            + " sets whose images belong together in pairs, as samples and the teacher's of the same seeds, RMSE (samples in"
            + " [-1, 1]), PSNR and SSIM.",
            "Instead of images an npz with features [n, d] will do, which s4s stats --features-out writes."})
final class MetricsCommand implements Callable<Integer>, Resumable {
    @Option(names = "--images", required = true, paramLabel = "PATH",
            description = "Folder or zip of png or jpeg files, npz or npy of images, or npz of features.")
    private Path images;

    @Option(names = "--reference", required = true, paramLabel = "PATH", description = "The same of real images, or of the"
            + " teacher's.")
    private Path reference;

    @Option(names = "--only", split = ",", paramLabel = "WHAT", defaultValue = "fd,kid,prdc",
            description = "What to measure: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private List<Metrics.Kind> only;

    @Option(names = "--lpips", paramLabel = "FILE.pt",
            description = "LPIPS of pairs too, by a file of src/main/python/export_lpips.py. Such files are"
                + " programs: load only those you trust.")
    private Optional<Path> lpips;

    @Option(names = "--kid-subsets", defaultValue = "100", description = "Subsets of KID (default ${DEFAULT-VALUE}).")
    private int subsets;

    @Option(names = "--kid-subset-size", defaultValue = "1000", description = "Images of a subset (default"
            + " ${DEFAULT-VALUE}); without subsets where there are fewer.")
    private int subsetSize;

    @Option(names = "--kid-seed", defaultValue = "2020", description = "Chooses the subsets, torch-fidelity's (default"
            + " ${DEFAULT-VALUE}).")
    private int kidSeed;

    @Option(names = "--k-pr", defaultValue = "3",
            description = "Neighbours of precision and recall (default ${DEFAULT-VALUE}).")
    private int manifold;

    @Option(names = "--k-dc", defaultValue = "5",
            description = "Neighbours of density and coverage (default ${DEFAULT-VALUE}).")
    private int density;

    @Option(names = "--by-position", description = "Pair images in the order of the sets, whatever their names. Without it"
            + " those of one name are a pair.")
    private boolean byPosition;

    @Mixin
    private ExtractionOptions extraction;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    @Override
    public boolean goesOn() {
        return extraction.keepsState();
    }

    @Override
    public Integer call() throws IOException {
        Metrics metrics = new Metrics(images, reference, EnumSet.copyOf(only), lpips,
                new Metrics.KidSubsets(subsets, subsetSize, kidSeed), new Metrics.Neighbours(manifold, density),
                byPosition ? Pairing.BY_POSITION : Pairing.BY_NAME, extraction.viewing());
        try (NDManager manager = Devices.manager()) {
            metrics.run(CommandText.of(spec), manager, new ConsoleOutput(spec), measured -> output.write(spec, measured));
        }
        return 0;
    }
}
