package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import s4s.image.ImageSource;
import s4s.io.BadFileException;
import s4s.io.Measurements;
import s4s.io.Provenance;
import s4s.metric.Frechet;
import s4s.metric.Moments;
import s4s.metric.Reference;
import s4s.model.repository.Models;

/**
 * Frechet distances of sets of images to a reference.
 *
 * @param images the sets
 * @param reference moments, images, or the model whose reference it is; empty: that of {@value #MODEL}
 * @param viewing the network, and which images of a set
 * @param command what measures, for provenance
 */
public record Fid(List<Path> images, Optional<String> reference, Viewing viewing, String command) {
    /** The model whose reference is taken where none is named. */
    public static final String MODEL = "cifar10-mini";

    /** The reference's moments and what they are. */
    private record Known(Moments.Gaussian moments, Provenance provenance) {}

    /** Where the sets are looked at. */
    private record Work(Viewing.Session session, Backend backend) {
        Moments.Gaussian moments(ImageSource set, int[] chosen) throws IOException {
            return session.moments(set, chosen, backend);
        }
    }

    /**
     * Takes what has been measured. Partial sums are removed afterwards.
     */
    @FunctionalInterface
    public interface Taker {
        /** @throws IOException if it cannot be written */
        void take(Measurements measured) throws IOException;
    }

    /**
     * Measures.
     *
     * @param manager parent of everything
     * @throws IOException if something cannot be read or written
     */
    public void run(NDManager manager, Backend.Opening opening, Output output, Taker taker) throws IOException {
        Optional<Path> file = stored();
        Optional<Reference> stored = file.isPresent() ? Optional.of(Reference.read(file.get(), viewing.spatial())) : Optional.empty();
        List<ImageSource> sets = new ArrayList<>();
        try (Viewing.Session session = viewing.session(manager, Optional.empty(), usualFeatures(stored), output);
                Backend backend = opening.open("s4s fid", manager, output)) {
            Work work = new Work(session, backend);
            for (Path path : images) {                            // all are opened before the first is worked on
                sets.add(viewing.open(path));
                viewing.choose(sets.get(sets.size() - 1));
            }
            Known known = reference(work, file, stored);
            Provenance provenance = known.provenance;
            Frechet frechet = frechet(known.moments);
            session.warn("reference", known.moments);
            List<Measurements.Row> rows = new ArrayList<>();
            for (ImageSource set : sets) {
                Moments.Gaussian moments = work.moments(set, viewing.choose(set));
                session.warn(set.source(), moments);
                rows.add(new Measurements.Row(session.features().metric(), set.source(), frechet.to(moments)));
                provenance = viewing.record(provenance, "images" + (sets.size() > 1 ? " " + rows.size() : ""), set,
                        viewing.selection(set));
            }
            if (rows.size() > 1) {
                rows.add(summary(rows, "minimum", rows.stream().mapToDouble(Measurements.Row::value).min().orElseThrow()));
                rows.add(summary(rows, "mean", rows.stream().limit(sets.size()).mapToDouble(Measurements.Row::value).average()
                        .orElseThrow()));
            }
            taker.take(new Measurements(rows, provenance));
            session.finish();
        } finally {
            for (ImageSource set : sets) {
                set.close();
            }
        }
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
        return stored.map(Reference::features).filter(Models.ofRepository().names()::contains).orElse(Viewing.MINI);
    }

    private Known reference(Work work, Optional<Path> file, Optional<Reference> stored)
            throws IOException {
        Provenance provenance = work.session.record(Provenance.of(command));
        String name = reference.orElse(MODEL);
        if (stored.isEmpty()) {
            Path path = Path.of(name);
            try (ImageSource set = viewing.open(path)) {
                int[] all = IntStream.range(0, set.count()).toArray();
                return new Known(work.moments(set, all), viewing.record(provenance, "reference", set,
                        "all " + set.count() + ", " + set.width() + "x" + set.height()));
            }
        }
        Reference known = stored.get();
        known.require(work.session.features(), "the reference " + name);
        return new Known(known.moments(), provenance.file("reference", file.orElseThrow()).with("reference images",
                (known.moments().count() == 0 ? "unknown number" : known.moments().count())
                        + (known.data().isEmpty() ? "" : " of " + known.data())));
    }
}
