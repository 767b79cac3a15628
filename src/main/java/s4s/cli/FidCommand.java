package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
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
import s4s.image.ImageSource;
import s4s.io.BadFileException;
import s4s.io.Measurements;
import s4s.io.Provenance;
import s4s.metric.Frechet;
import s4s.metric.Moments;
import s4s.metric.Reference;
import s4s.model.Devices;
import s4s.model.repository.Models;

/** {@code s4s fid}: Frechet distance of images to a reference; {@code s4s fd} is the same in mini features. */
@Command(name = "fid", aliases = "fd", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Frechet distance of images to a reference: FID with --inception, else FD (mini features), which is no"
            + " FID and compares with its like only, at the same number of images.",
            "With several --images (one for each range of seeds) the minimum, which EDM reports, and the mean come last."})
public class FidCommand implements Callable<Integer>, Resumable {
    private static final String MODEL = "cifar10-mini";

    @Option(names = "--images", paramLabel = "PATH",
            description = "Folder or zip of image files at any depth, npz or npy; may be repeated.")
    private List<Path> images = new ArrayList<>();

    /** What the option was called before. */
    @Option(names = "--samples", hidden = true)
    private List<Path> samples = List.of();

    @Option(names = "--reference", paramLabel = "PATH|NAME",
            description = "npz with mu and sigma (of s4s stats, EDM, pytorch-fid), or real images, or a model whose"
                + " reference.npz holds moments (default without --inception: " + MODEL + ").")
    private Optional<String> reference;

    @Mixin
    private ExtractionOptions extraction;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    /** The reference's moments and what they are. */
    private record Known(Moments.Gaussian moments, Provenance provenance) {}

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
        if (reference.isEmpty() && extraction.namesNetwork()) {
            throw new CommandLine.ParameterException(spec.commandLine(), "--inception needs a --reference made with it");
        }
        Optional<Path> file = stored();
        Optional<Reference> stored = file.isPresent() ? Optional.of(Reference.read(file.get(), extraction.spatial())) : Optional.empty();
        List<ImageSource> sets = new ArrayList<>();
        try (NDManager manager = Devices.manager();
                ExtractionOptions.Session session = extraction.session(manager, Optional.empty(), usualFeatures(stored))) {
            for (Path path : images) {                            // all are opened before the first is worked on
                sets.add(extraction.open(path));
                extraction.choose(sets.get(sets.size() - 1));
            }
            Known known = reference(session, file, stored);
            Provenance provenance = known.provenance;
            Frechet frechet = frechet(known.moments);
            session.warn(spec, "reference", known.moments);
            List<Measurements.Row> rows = new ArrayList<>();
            for (ImageSource set : sets) {
                Moments.Gaussian moments = moments(session, set, extraction.choose(set));
                session.warn(spec, set.source(), moments);
                rows.add(new Measurements.Row(session.features().metric(), set.source(), frechet.to(moments)));
                provenance = extraction.record(provenance, "images" + (sets.size() > 1 ? " " + rows.size() : ""), set,
                        extraction.selection(set));
            }
            if (rows.size() > 1) {
                rows.add(summary(rows, "minimum", rows.stream().mapToDouble(Measurements.Row::value).min().orElseThrow()));
                rows.add(summary(rows, "mean", rows.stream().limit(sets.size()).mapToDouble(Measurements.Row::value).average()
                        .orElseThrow()));
            }
            output.write(spec, new Measurements(rows, provenance));
            session.finish();
        } finally {
            for (ImageSource set : sets) {
                set.close();
            }
        }
        return 0;
    }

    /**
     * Moments of some images, computed in this process.
     *
     * @param chosen their numbers
     * @throws IOException if an image cannot be read
     */
    protected Moments.Gaussian moments(ExtractionOptions.Session session, ImageSource set, int[] chosen) throws IOException {
        return session.moments(set, chosen);
    }

    private Frechet frechet(Moments.Gaussian known) {
        try {
            return new Frechet(known);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the reference " + reference.orElse(MODEL) + ": " + e.getMessage(), e);
        }
    }

    private Measurements.Row summary(List<Measurements.Row> rows, String name, double value) {
        return new Measurements.Row(rows.get(0).metric(), name + " of " + images.size() + " sets", value);
    }

    /** The file with the reference's moments; none if the reference is images. */
    private Optional<Path> stored() throws IOException {
        String name = reference.orElse(MODEL);
        Path path = Path.of(name);
        if (name.endsWith(".pkl")) {
            throw new BadFileException(name + " is a pickle: python3 src/main/python/unpickle.py moments " + name
                    + " --out FILE.npz makes the reference of it, if it is one of EDM2");
        }
        if (ImageSource.isNpzWith(path, "mu")) {
            return Optional.of(path);
        }
        return Files.exists(path) && !Files.exists(path.resolve("reference.npz")) ? Optional.empty()
                : Optional.of(Models.ofRepository().path(name).resolve("reference.npz"));
    }

    /** The mini features that stored moments were made with, if they say so. */
    private static String usualFeatures(Optional<Reference> stored) throws IOException {
        return stored.map(Reference::features).filter(Models.ofRepository().names()::contains).orElse(ExtractionOptions.MINI);
    }

    private Known reference(ExtractionOptions.Session session, Optional<Path> file, Optional<Reference> stored)
            throws IOException {
        Provenance provenance = session.record(Provenance.of(CommandText.of(spec)));
        String name = reference.orElse(MODEL);
        if (stored.isEmpty()) {
            Path path = Path.of(name);
            try (ImageSource set = extraction.open(path)) {
                int[] all = java.util.stream.IntStream.range(0, set.count()).toArray();
                return new Known(moments(session, set, all), extraction.record(provenance, "reference", set,
                        "all " + set.count() + ", " + set.width() + "x" + set.height()));
            }
        }
        Reference known = stored.get();
        known.require(session.features(), "the reference " + name);
        return new Known(known.moments(), provenance.file("reference", file.orElseThrow()).with("reference images",
                (known.moments().count() == 0 ? "unknown number" : known.moments().count())
                        + (known.data().isEmpty() ? "" : " of " + known.data())));
    }
}
