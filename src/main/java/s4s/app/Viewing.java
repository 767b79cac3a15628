package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
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
import s4s.model.torchscript.ScriptCard;
import s4s.sampling.NumpyRandom;

/**
 * Which images are seen by which network.
 *
 * @param inception TorchScript file of the network; empty: mini features
 * @param spatial whether its spatial features are measured
 * @param mini the mini features; empty: those that a reference was made with, else {@link #MINI}
 * @param count images of a set; empty: all
 * @param seed of a random choice, as by EDM's fid.py; empty: the first
 * @param convert whether other colours are made RGB
 * @param skip whether files of kinds that are not read are left out
 * @param square side of the middle square that is cut out of each image
 * @param batch images in a network call
 * @param state folder where partial sums are kept
 * @param every images between two writings of them
 */
public record Viewing(Optional<Path> inception, boolean spatial, Optional<String> mini, Optional<Integer> count,
        Optional<Integer> seed, boolean convert, boolean skip, Optional<Integer> square, int batch, Optional<Path> state,
        int every) {

    /** The mini features where nothing else is said. */
    public static final String MINI = "cifar10-features";

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
    public Session session(NDManager manager, Optional<Path> folder, Output output) throws IOException {
        return session(manager, folder, MINI, output);
    }

    /**
     * Loads the network.
     *
     * @param manager for everything
     * @param folder where partial sums are kept if no folder is given; none if empty
     * @param usual mini features if none are named
     */
    Session session(NDManager manager, Optional<Path> folder, String usual, Output output) throws IOException {
        Optional<Path> kept = state.or(() -> folder);
        PartialSums partial = kept.isPresent() ? new PartialSums(kept.get(), every) : PartialSums.none();
        try {
            return session(manager, partial, usual, output);
        } catch (IOException | RuntimeException e) {
            partial.close();
            throw e;
        }
    }

    private Session session(NDManager manager, PartialSums partial, String usual, Output output) throws IOException {
        if (inception.isPresent()) {
            ScriptFeatures script = ScriptFeatures.load(inception.get(), manager.getDevice());
            try {
                return new Session(spatial ? script.inSpace() : script, "", script::close, manager, partial, output);
            } catch (IllegalArgumentException e) {
                script.close();
                throw e;
            }
        }
        if (spatial) {
            throw new IllegalArgumentException("--spatial needs an Inception, see --inception");
        }
        String name = mini.orElse(usual);
        return new Session(MiniFeatures.of(Models.ofRepository(), name, manager), name, () -> {}, manager, partial, output);
    }

    /** A loaded network at work. */
    public final class Session implements AutoCloseable {
        private final Features features;
        private final String mini;
        private final Runnable end;
        private final NDManager manager;
        private final PartialSums partial;
        private final Output output;
        private final Shared<Features> shared;

        private Session(Features features, String mini, Runnable end, NDManager manager, PartialSums partial,
                Output output) {
            this.features = features;
            this.mini = mini;
            this.end = end;
            this.manager = manager;
            this.partial = partial;
            this.output = output;
            this.shared = sharing();
        }

        /** The network. */
        Features features() {
            return features;
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
        public Moments.Gaussian moments(ImageSource images, int[] chosen, Backend backend) throws IOException {
            Extraction extraction = new Extraction(features, images, chosen, batch);
            try (Progress progress = output.progress(images.source())) {
                return backend.isHere() ? extraction.moments(manager, partial, done -> progress.update(done, chosen.length))
                        : extraction.moments(some -> sums(images, some, backend), Math.max(1, every / batch) * batch,
                                partial, done -> progress.update(done, chosen.length));
            }
        }

        /** Moments of images that this process reads and others look at. */
        private Moments sums(ImageSource images, int[] some, Backend backend) throws IOException {
            List<byte[]> batches = new ArrayList<>();
            for (int from = 0; from < some.length; from += batch) {
                batches.add(images.pixels(Arrays.copyOfRange(some, from, Math.min(from + batch, some.length))));
            }
            float[][] vectors = new float[batches.size()][];
            int height = images.height();
            int width = images.width();
            backend.run(shared, batches, (seen, pixels, site) -> Extraction.vectors(seen, site.scope(), pixels, height, width),
                    (i, found) -> vectors[i] = found);
            Moments sums = new Moments(features.size());
            Stream.of(vectors).forEach(sums::add);
            return sums;
        }

        private Shared<Features> sharing() {
            if (inception.isEmpty()) {
                String name = mini;
                return new Shared<>("features of " + name, () -> features, () -> new Parcel().withModel(Models.ofRepository(), name),
                        (folder, own) -> MiniFeatures.of(new Models(folder), name, own));
            }
            Path file = inception.get();
            String name = file.getFileName().toString();
            boolean inSpace = spatial;
            return new Shared<>((spatial ? "spatial features of " : "features of ") + name, () -> features,
                    () -> new Parcel().with(name, file).with(ScriptCard.file(Path.of(name)).toString(), ScriptCard.file(file)),
                    (folder, own) -> {
                        ScriptFeatures whole = ScriptFeatures.load(folder.resolve(name), own.getDevice());
                        return inSpace ? whole.inSpace() : whole;
                    });
        }

        FeatureSet vectors(ImageSource images, int[] chosen) throws IOException {
            try (Progress progress = output.progress(images.source())) {
                return new Extraction(features, images, chosen, batch).vectors(manager, partial,
                        done -> progress.update(done, chosen.length));
            }
        }

        /** Says on standard error where a covariance has no full rank. */
        void warn(String name, Moments.Gaussian moments) {
            if (moments.deficient()) {
                output.note(name + ": with " + moments.count() + " images and " + features.size() + " features the covariance has"
                        + " no full rank; use more images for a number worth comparing");
            }
        }

        @Override
        public void close() throws IOException {
            end.run();
            partial.close();
        }
    }
}
