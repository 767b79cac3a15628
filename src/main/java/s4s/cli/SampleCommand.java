package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.data.ImageSet;
import s4s.data.Pictures;
import s4s.model.Denoiser;
import s4s.model.Models;
import s4s.report.Progress;
import s4s.run.Sampling;
import s4s.solver.Solver;
import s4s.solver.data.SolverSource;

/** {@code s4s sample}: images from seeds. */
@Command(name = "sample", mixinStandardHelpOptions = true, sortOptions = false,
        description = "Draws one image for each seed and writes them as npz (uint8 [N,H,W,3], and the seeds), as a"
            + " picture, or both.")
final class SampleCommand implements Callable<Integer> {
    @Option(names = "--model", defaultValue = "cifar10-mini", paramLabel = "NAME",
            description = "Model in data/models, or the path of such a folder (default ${DEFAULT-VALUE}).")
    private String model;

    @Option(names = "--solver", defaultValue = "dpmpp-3m", paramLabel = "NAME|FILE.json",
            description = "See s4s solvers, or a solver file, which has its own grid and NFE (default ${DEFAULT-VALUE}).")
    private String solver;

    @Option(names = "--grid", description = "See s4s solvers (default logsnr).")
    private Optional<String> grid;

    @Option(names = "--nfe", description = "Network calls for an image (default 5).")
    private Optional<Integer> nfe;

    @Option(names = "--seeds", defaultValue = "0-63", converter = Seeds.Converter.class,
            description = "One image each, for example 0-63 or 1,5,7-9 (default ${DEFAULT-VALUE}).")
    private Seeds seeds;

    @Option(names = "--batch", defaultValue = "100", description = "Images in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--out", paramLabel = "FILE.npz", description = "Where the images go.")
    private Optional<Path> out;

    @Option(names = "--png", paramLabel = "FILE.png", description = "Where a sheet of the images goes.")
    private Optional<Path> png;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        if (out.isEmpty() && png.isEmpty()) {
            throw new IllegalArgumentException("say where the images go: --out FILE.npz, --png FILE.png, or both");
        }
        SolverSource source = SolverSource.of(solver, grid, nfe);
        try (NDManager manager = NDManager.newBaseManager();
                Progress progress = Progress.terminal(System.err, "sample")) {
            Denoiser denoiser = Models.ofRepository().denoiser(model, manager);
            Solver value = source.on(denoiser.schedule());
            long[] values = seeds.values();
            float[] images = Sampling.images(manager, denoiser, value, values, batch,
                    done -> progress.update(done, values.length, "images")).toFloatArray();
            int size = (int) denoiser.sampleShape().get(1);
            ImageSet set = ImageSet.of(images, size, size, model + " " + source.label());
            if (out.isPresent()) {
                ImageSet.write(out.get(), set, values);
                spec.commandLine().getOut().println("wrote " + set.count() + " images to " + out.get());
            }
            if (png.isPresent()) {
                int columns = (int) Math.ceil(Math.sqrt(set.count()));
                Pictures.writePng(png.get(), Pictures.grid(set, columns, 2, 2));
                spec.commandLine().getOut().println("wrote a sheet of " + set.count() + " images to " + png.get());
            }
        }
        return 0;
    }
}
