package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.stream.IntStream;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import s4s.image.Colours;
import s4s.image.ImageSource;
import s4s.image.Others;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.metric.Extraction;
import s4s.metric.FeatureSet;
import s4s.metric.Features;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.metric.PartialSums;
import s4s.metric.ScriptFeatures;
import s4s.model.repository.Models;
import s4s.sampling.NumpyRandom;

/** Which images are seen by which network. */
public final class ExtractionOptions {
    @Option(names = "--inception", paramLabel = "FILE.pt",
            description = "TorchScript file of the feature network. Without it the mini features are used, and numbers are"
                + " called \"FD (mini features)\", not FID. Such files are programs: load only those you trust.")
    private Optional<Path> inception;

    @Option(names = "--spatial", description = "Measure in the Inception's spatial features instead: sFID. The file must have"
            + " been exported with --spatial.")
    private boolean spatial;

    /** The mini features where nothing else is said. */
    static final String MINI = "cifar10-features";

    @Option(names = "--features", paramLabel = "NAME", description = "Mini features without --inception: classifier in"
            + " data/models (default: those that the reference was made with, else " + MINI + ").")
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

    /** Whether a network was named. */
    boolean namesNetwork() {
        return inception.isPresent();
    }

    /** Whether spatial features are asked for. */
    boolean spatial() {
        return spatial;
    }

    /** Whether a folder for what is computed was given. */
    boolean keepsState() {
        return state.isPresent();
    }

    /** Opens images. */
    ImageSource open(Path path) throws IOException {
        Others others = skip ? Others.LEFT_OUT : Others.REFUSED;
        return square.isPresent() ? ImageSource.squares(path, square.get(), others)
                : ImageSource.open(path, convert ? Colours.CONVERTED : Colours.RGB_ONLY, others);
    }

    /** Numbers of the images to use. */
    int[] choose(ImageSource images) {
        int all = images.count();
        int wanted = count.orElse(all);
        if (wanted < 1 || wanted > all) {
            throw new IllegalArgumentException("--count " + wanted + ", but " + images.source() + " has " + all + " images");
        }
        if (seed.isEmpty() || wanted == all) {
            return IntStream.range(0, wanted).toArray();
        }
        int[] chosen = new NumpyRandom(seed.get()).choice(all, wanted);
        Arrays.sort(chosen);
        return chosen;
    }

    /** What {@link #choose} does, for the record. */
    String selection(ImageSource images) {
        int wanted = count.orElse(images.count());
        String which = wanted == images.count() ? ""
                : seed.map(s -> ", chosen by numpy's RandomState(" + s + ")").orElse(", the first");
        return wanted + " of " + images.count() + which + ", " + images.width() + "x" + images.height()
                + (square.isPresent() ? ", middle squares, bicubic" : "")
                + (convert || square.isPresent() ? ", converted to RGB" : "")
                + (images.leftOut().isEmpty() ? "" : ", left out: " + images.leftOut());
    }

    /** {@code provenance} with a set of images. */
    Provenance record(Provenance provenance, String name, ImageSource images, String selection) throws IOException {
        Provenance all = provenance.with(name, images.source()).with(name + " sha256", images.sha256())
                .with(name + " used", selection);
        return images.decoders().isEmpty() ? all : all.with(name + " decoded", images.decoders());
    }

    /**
     * Loads the network.
     *
     * @param manager for everything
     * @param folder where partial sums are kept if no folder is given; none if empty
     */
    Session session(NDManager manager, Optional<Path> folder) throws IOException {
        return session(manager, folder, MINI);
    }

    /**
     * Loads the network.
     *
     * @param manager for everything
     * @param folder where partial sums are kept if no folder is given; none if empty
     * @param usual mini features if none are named
     */
    Session session(NDManager manager, Optional<Path> folder, String usual) throws IOException {
        Optional<Path> kept = state.or(() -> folder);
        PartialSums partial = kept.isPresent() ? new PartialSums(kept.get(), every) : PartialSums.none();
        try {
            return session(manager, partial, usual);
        } catch (IOException | RuntimeException e) {
            partial.close();
            throw e;
        }
    }

    private Session session(NDManager manager, PartialSums partial, String usual) throws IOException {
        if (inception.isPresent()) {
            ScriptFeatures script = ScriptFeatures.load(inception.get());
            try {
                return new Session(spatial ? script.inSpace() : script, "", script::close, manager, partial);
            } catch (IllegalArgumentException e) {
                script.close();
                throw e;
            }
        }
        if (spatial) {
            throw new IllegalArgumentException("--spatial needs an Inception, see --inception");
        }
        String name = mini.orElse(usual);
        return new Session(MiniFeatures.of(Models.ofRepository(), name, manager), name, () -> {}, manager, partial);
    }

    /** A loaded network at work. */
    public final class Session implements AutoCloseable {
        private final Features features;
        private final String mini;
        private final Runnable end;
        private final NDManager manager;
        private final PartialSums partial;

        private Session(Features features, String mini, Runnable end, NDManager manager, PartialSums partial) {
            this.features = features;
            this.mini = mini;
            this.end = end;
            this.manager = manager;
            this.partial = partial;
        }

        /** The network. */
        public Features features() {
            return features;
        }

        /** Images in a network call. */
        public int batch() {
            return batch;
        }

        /** TorchScript file of the network; empty: {@link #mini}. */
        public Optional<Path> script() {
            return inception;
        }

        /** Whether the spatial features of the file are measured. */
        public boolean inSpace() {
            return spatial;
        }

        /** Name of the network without a file; empty with one. */
        public String mini() {
            return mini;
        }

        /** Removes the partial sums. */
        void finish() throws IOException {
            partial.delete();
        }

        /** What the network is, for the record. */
        Provenance record(Provenance provenance) {
            return provenance.with("features", features.network()).with("features sha256", features.sha256())
                    .with("preprocessing", features.preprocessing());
        }

        /** Moments of some images. */
        public Moments.Gaussian moments(ImageSource images, int[] chosen) throws IOException {
            try (Progress progress = Progress.terminal(System.err, images.source())) {
                return new Extraction(features, images, chosen, batch).moments(manager, partial,
                        done -> progress.update(done, chosen.length));
            }
        }

        /** Moments of some images, summed elsewhere. */
        public Moments.Gaussian moments(ImageSource images, int[] chosen, Extraction.Summing summing) throws IOException {
            int wholeBatches = Math.max(1, every / batch) * batch;
            try (Progress progress = Progress.terminal(System.err, images.source())) {
                return new Extraction(features, images, chosen, batch).moments(summing, wholeBatches, partial,
                        done -> progress.update(done, chosen.length));
            }
        }

        FeatureSet vectors(ImageSource images, int[] chosen) throws IOException {
            try (Progress progress = Progress.terminal(System.err, images.source())) {
                return new Extraction(features, images, chosen, batch).vectors(manager, partial,
                        done -> progress.update(done, chosen.length));
            }
        }

        /** Says on standard error where a covariance has no full rank. */
        void warn(CommandSpec spec, String name, Moments.Gaussian moments) {
            if (moments.deficient()) {
                spec.commandLine().getErr().println("s4s: " + name + ": with " + moments.count() + " images and "
                        + features.size() + " features the covariance has no full rank; use more images for a number worth"
                        + " comparing");
            }
        }

        @Override
        public void close() throws IOException {
            end.run();
            partial.close();
        }
    }
}
