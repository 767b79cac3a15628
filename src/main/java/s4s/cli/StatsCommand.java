package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.app.Stats;
import s4s.model.Devices;

/** {@code s4s stats}: moments of features of images, the reference of a Frechet distance. */
@Command(name = "stats", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Mean and covariance of the features of images, as npz with mu and sigma, which EDM and pytorch-fid"
            + " read too, and count, about and provenance. A killed run goes on when it is started again."})
final class StatsCommand implements Callable<Integer>, Resumable {
    @Option(names = "--images", required = true, paramLabel = "PATH",
            description = "Folder or zip of png or jpeg files at any depth, npz or npy.")
    private Path images;

    @Option(names = "--out", required = true, paramLabel = "FILE.npz", description = "Where mu and sigma go.")
    private Path out;

    @Option(names = "--features-out", paramLabel = "FILE.npz",
            description = "Also write the vectors there, features float32 [n, d], for s4s metrics; all are held in memory.")
    private Optional<Path> vectors;

    @Mixin
    private ExtractionOptions extraction;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        try (NDManager manager = Devices.manager()) {
            new Stats(images, out, vectors, extraction.viewing(), CommandText.of(spec)).run(manager, new ConsoleOutput(spec));
        }
        return 0;
    }
}
