package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.app.Backend;
import s4s.app.Fid;
import s4s.app.Viewing;
import s4s.model.Devices;

/** {@code s4s fid}: Frechet distance of images to a reference; {@code s4s fd} is the same in mini features. */
@Command(name = "fid", aliases = "fd", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Frechet distance of images to a reference: FID with --inception, else FD (mini features), which is no"
            + " FID and compares with its like only, at the same number of images.",
            "With several --images (one for each range of seeds) the minimum, which EDM reports, and the mean come last."})
public final class FidCommand implements Callable<Integer>, Resumable {
    private final Backend.Opening backend;

    @Option(names = "--images", paramLabel = "PATH",
            description = "Folder or zip of image files at any depth, npz or npy; may be repeated.")
    private List<Path> images = new ArrayList<>();

    /** What the option was called before. */
    @Option(names = "--samples", hidden = true)
    private List<Path> samples = List.of();

    @Option(names = "--reference", paramLabel = "PATH|NAME",
            description = "npz with mu and sigma (of s4s stats, EDM, pytorch-fid), or real images, or a model whose"
                + " reference.npz holds moments (default without --inception: " + Fid.MODEL + ").")
    private Optional<String> reference;

    @Mixin
    private ExtractionOptions extraction;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    /** Measures in this process. */
    FidCommand() {
        this(Backend.Opening.here());
    }

    /** Measures elsewhere. */
    public FidCommand(Backend.Opening backend) {
        this.backend = backend;
    }

    @Override
    public boolean goesOn() {
        return extraction.keepsState();
    }

    @Override
    public Integer call() throws IOException {
        images.addAll(samples);
        if (images.isEmpty()) {
            throw new CommandLine.ParameterException(spec.commandLine(), "Missing required option: '--images=PATH'");
        }
        Viewing viewing = extraction.viewing();
        if (reference.isEmpty() && viewing.inception().isPresent()) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--inception needs a --reference made with it");
        }
        try (NDManager manager = Devices.manager()) {
            new Fid(images, reference, viewing, CommandText.of(spec)).run(manager, backend, new ConsoleOutput(spec),
                    measured -> output.write(spec, measured));
        }
        return 0;
    }
}
