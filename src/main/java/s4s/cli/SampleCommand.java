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
import s4s.app.Backend;
import s4s.app.Sample;
import s4s.model.Devices;
import s4s.model.repository.Models;

/** {@code s4s sample}: images from seeds. */
@Command(name = "sample", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Draws one image for each seed and writes them as npz (uint8 [N,H,W,3], and the seeds), as an"
            + " image, or both.",
            "Into a folder it writes npz files of --shard images each, for as many images as a FID needs: an interrupted run"
            + " resumes, a longer range of seeds adds to what is there, and s4s fid, stats and metrics read the folder."})
public final class SampleCommand implements Callable<Integer>, Resumable {
    private final Backend.Opening backend;

    @Mixin
    private DrawOptions draw;

    @Option(names = "--seeds", defaultValue = "0-63", converter = Seeds.Converter.class,
            description = "One image each, for example 0-63 or 1,5,7-9 (default ${DEFAULT-VALUE}).")
    private Seeds seeds;

    @Option(names = "--out", paramLabel = "FILE.npz|FOLDER", description = "Where the images go.")
    private Optional<Path> out;

    @Option(names = "--shard", defaultValue = "1000",
            description = "Images in a file, if they go into a folder (default ${DEFAULT-VALUE}).")
    private int shard;

    @Option(names = "--png", paramLabel = "FILE.png", description = "Where a sheet of the images goes.")
    private Optional<Path> png;

    @Spec
    private CommandSpec spec;

    /** Draws in this process. */
    SampleCommand() {
        this(Backend.Opening.here());
    }

    /** Draws elsewhere. */
    public SampleCommand(Backend.Opening backend) {
        this.backend = backend;
    }

    @Override
    public boolean goesOn() {
        return out.isPresent();
    }

    @Override
    public Integer call() throws IOException {
        Sample sample = new Sample(draw.draw(), seeds.values(), out, shard, png, CommandText.of(spec));
        try (NDManager manager = Devices.manager()) {
            sample.run(Models.ofRepository(), manager, backend, new ConsoleOutput(spec));
        }
        return 0;
    }
}
