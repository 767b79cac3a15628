package s4s.cli;

import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;
import s4s.app.Viewing;
import s4s.metric.Extraction;

/** The options that say which images are seen by which network. */
final class ExtractionOptions {
    @Option(names = "--inception", paramLabel = "FILE.pt",
            description = "TorchScript file of the feature network. Without it the mini features are used, and numbers are"
                + " called \"FD (mini features)\", not FID. Such files are programs: load only those you trust.")
    private Optional<Path> inception;

    @Option(names = "--spatial", description = "Measure in the Inception's spatial features instead: sFID. The file must have"
            + " been exported with --spatial.")
    private boolean spatial;

    @Option(names = "--features", paramLabel = "NAME", description = "Mini features without --inception: classifier in"
            + " data/models (default: those that the reference was made with, else " + Viewing.MINI + ").")
    private Optional<String> mini;

    @Option(names = "--count", paramLabel = "N", description = "Use N images of each set: the first, or see --seed.")
    private Optional<Integer> count;

    @Option(names = "--seed", paramLabel = "N",
            description = "With --count: random ones, the same that EDM's fid.py takes with --num and --seed.")
    private Optional<Integer> seed;

    @Option(names = "--convert-rgb", description = "Convert image files that are grey, CMYK, or have alpha or 16"
            + " bits, as Pillow's convert(\"RGB\") does, instead of refusing them.")
    private boolean convert;

    @Option(names = "--skip-others", description = "Leave out images of a folder or zip that are of kinds that are not"
            + " read, and broken links, instead of refusing the set.")
    private boolean skip;

    @Option(names = "--square", paramLabel = "SIDE", description = "Cut the middle square out of each image file, whatever its"
            + " size, and resize it to SIDE pixels with Pillow's bicubic; colours as with --convert-rgb.")
    private Optional<Integer> square;

    @Option(names = "--batch", defaultValue = "" + Extraction.BATCH,
            description = "Images in a network call (default ${DEFAULT-VALUE}).")
    private int batch;

    @Option(names = "--state", paramLabel = "FOLDER",
            description = "Keep what is computed there, so that a killed run goes on; emptied at the end, and removed.")
    private Optional<Path> state;

    @Option(names = "--save-every", defaultValue = "2000", paramLabel = "N",
            description = "Checkpoint interval in images (default ${DEFAULT-VALUE}).")
    private int every;

    /** Whether a folder for what is computed was given. */
    boolean keepsState() {
        return state.isPresent();
    }

    Viewing viewing() {
        return new Viewing(inception, spatial, mini, count, seed, convert, skip, square, batch, state, every);
    }
}
