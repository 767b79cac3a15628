package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import s4s.benchmark.CostEstimate;
import s4s.image.ImageSet;
import s4s.image.Pictures;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.model.Devices;
import s4s.model.repository.Models;
import s4s.sampling.ImageStore;
import s4s.sampling.LoadedModel;
import s4s.sampling.SamplingJob;

/** {@code s4s sample}: images from seeds. */
@Command(name = "sample", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Draws one image for each seed and writes them as npz (uint8 [N,H,W,3], and the seeds), as a"
            + " image, or both.",
            "Into a folder it writes npz files of --shard images each, for as many images as a FID needs: a run that was stopped"
            + " goes on, a longer range of seeds adds to what is there, and s4s fid, stats and metrics read the folder."})
public class SampleCommand implements Callable<Integer>, Resumable {
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

    /** Into a folder. */
    @Override
    public boolean goesOn() {
        return intoFolder();
    }

    private boolean intoFolder() {
        return out.isPresent() && file().isEmpty();
    }

    @Override
    public Integer call() throws IOException {
        if (out.isEmpty() && png.isEmpty()) {
            throw new IllegalArgumentException("say where the images go: --out FILE.npz, --out FOLDER, --png FILE.png");
        }
        boolean many = intoFolder();
        if (many && png.isPresent()) {
            throw new IllegalArgumentException("--png is for the images of one file; draw some of the seeds again for it");
        }
        long[] values = seeds.values();
        Models models = Models.ofRepository();
        try (NDManager manager = Devices.manager();
                Progress progress = Progress.terminal(System.err, "sample")) {
            DrawOptions.Drawing drawing = draw.load(models, manager, values);
            Path folder = models.path(draw.model());
            ImageStore.Drawer drawer =
                    (some, done) -> draw(drawing.order(some), folder, drawing.loaded(), manager, done);
            if (many) {
                folder(models, manager, drawing, drawer, progress);
            } else {
                file(values, drawer, progress);
            }
        }
        return 0;
    }

    /** Where the images go as npz, if they go into one file. */
    protected Optional<Path> file() {
        return out.filter(path -> path.toString().endsWith(".npz"));
    }

    /**
     * Draws images, here in this process.
     *
     * @param folder of the model
     * @param loaded the model in memory
     * @param progress told the number of finished images
     * @throws IOException if something cannot be read or written
     */
    protected ImageSet draw(SamplingJob order, Path folder, LoadedModel loaded, NDManager manager, LongConsumer progress)
            throws IOException {
        return order.draw(manager, loaded, progress);
    }

    private void file(long[] values, ImageStore.Drawer drawer, Progress progress) throws IOException {
        PrintWriter told = spec.commandLine().getOut();
        ImageSet set = drawer.draw(values, done -> progress.update(done, values.length, "images"));
        if (out.isPresent()) {
            ImageSet.write(out.get(), set, values);
            told.println("wrote " + set.count() + " images to " + out.get());
        }
        if (png.isPresent()) {
            int columns = (int) Math.ceil(Math.sqrt(set.count()));
            Pictures.writePng(png.get(), Pictures.grid(set, columns, 2, 2));
            told.println("wrote a sheet of " + set.count() + " images to " + png.get());
        }
    }

    private void folder(Models models, NDManager manager, DrawOptions.Drawing drawing, ImageStore.Drawer drawer,
            Progress progress) throws IOException {
        long[] values = seeds.values();
        for (int i = 1; i < values.length; i++) {
            if (values[i] != values[0] + i) {
                throw new IllegalArgumentException("a folder takes the images of one range of seeds, such as --seeds 0-49999");
            }
        }
        Provenance recipe = draw.record(Provenance.of(CommandText.of(spec)), models, drawing);
        ImageStore store = ImageStore.open(out.get(), recipe, values[0], shard);
        Files.createDirectories(out.get());
        CostEstimate.Picture picture = CostEstimate.Picture.of(manager, drawing.model());
        long bytes = store.bytes(values.length, picture.height(), picture.width());
        long free = Files.getFileStore(out.get()).getUsableSpace();
        PrintWriter told = spec.commandLine().getOut();
        told.println(values.length + " images of " + picture.width() + "x" + picture.height() + ", " + store.count()
                + " there; the rest takes " + CostEstimate.bytes(bytes) + " on disk, " + CostEstimate.bytes(free) + " are free");
        told.flush();
        if (bytes > free) {
            throw new IOException("the disk of " + out.get() + " has no room for " + CostEstimate.bytes(bytes)
                    + "; free some, give a folder on another disk, or draw fewer images");
        }
        store.to(values.length, drawer, progress, line -> spec.commandLine().getErr().println("s4s: " + line));
        told.println(out.get() + " has " + store.count() + " images in " + store.files() + " files");
    }
}
