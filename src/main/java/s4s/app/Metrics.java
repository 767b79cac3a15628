package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import s4s.image.ImageSource;
import s4s.image.Pairing;
import s4s.io.Measurements;
import s4s.io.Progress;
import s4s.io.Provenance;
import s4s.metric.FeatureSet;
import s4s.metric.Frechet;
import s4s.metric.Kid;
import s4s.metric.Lpips;
import s4s.metric.Moments;
import s4s.metric.Prdc;
import s4s.metric.Similarity;

/**
 * Distances of two sets of images that need all feature vectors, or the pixels.
 *
 * @param images a set, or features
 * @param reference likewise
 * @param kinds what is measured
 * @param lpips a TorchScript file of LPIPS, if that is measured
 * @param kid subsets of KID
 * @param neighbours of precision and recall, and of density and coverage
 * @param pairing which images belong together
 * @param viewing the network, and which images of a set
 */
public record Metrics(Path images, Path reference, Set<Kind> kinds, Optional<Path> lpips, KidSubsets kid,
        Neighbours neighbours, Pairing pairing, Viewing viewing) {

    /** What can be measured. */
    public enum Kind { FD, KID, PRDC, PAIRS }

    /**
     * Subsets of KID.
     *
     * @param count how many
     * @param size images of one
     * @param seed that chooses them
     */
    public record KidSubsets(int count, int size, int seed) {}

    /** How many neighbours make a manifold. */
    public record Neighbours(int precision, int density) {}

    /**
     * Measures.
     *
     * @param command what measures, for provenance
     * @param manager parent of everything
     * @throws IOException if something cannot be read or written
     */
    public void run(String command, NDManager manager, Output output, Fid.Taker taker) throws IOException {
        Run run = new Run(manager, output, Provenance.of(command));
        if (kinds.contains(Kind.PAIRS) || lpips.isPresent()) {
            run.pairs();
        }
        if (kinds.equals(EnumSet.of(Kind.PAIRS))) {
            taker.take(run.measured());
        } else {
            run.inFeatures(taker);
        }
    }

    /** The numbers so far. */
    private final class Run {
        private final NDManager manager;
        private final Output output;
        private final List<Measurements.Row> rows = new ArrayList<>();
        private Provenance provenance;

        Run(NDManager manager, Output output, Provenance provenance) {
            this.manager = manager;
            this.output = output;
            this.provenance = provenance;
        }

        Measurements measured() {
            return new Measurements(rows, provenance);
        }

        private void add(String metric, String of, double value) {
            rows.add(new Measurements.Row(metric, of, value));
        }

        private void pairs() throws IOException {
            try (ImageSource a = viewing.open(images); ImageSource all = viewing.open(reference);
                    Progress progress = output.progress("pairs")) {
                Similarity.requirePairs(a, all);
                ImageSource b = pairing.align(a, all);
                int[] chosen = viewing.choose(a);
                if (kinds.equals(EnumSet.of(Kind.PAIRS))) {
                    provenance = viewing.record(provenance, "images", a, viewing.selection(a));
                    provenance = viewing.record(provenance, "reference", b, viewing.selection(b));
                }
                String of = chosen.length + " pairs";
                if (kinds.contains(Kind.PAIRS)) {
                    Similarity.Mean mean = Similarity.between(a, b, chosen, done -> progress.update(done, chosen.length));
                    add("RMSE", of, mean.rmse());
                    String without = mean.equal() > 0 ? ", without " + mean.equal() + " equal" : "";
                    add("PSNR", mean.pairs() - mean.equal() + " pairs" + without, mean.psnr());
                    add("SSIM", of, mean.ssim());
                }
                if (lpips.isPresent()) {
                    try (Lpips distance = Lpips.load(lpips.get(), manager.getDevice())) {
                        add(distance.metric(), of, distance.between(a, b, chosen, manager,
                                done -> progress.update(done, chosen.length)));
                        provenance = provenance.file("lpips", lpips.get()).with("lpips preprocessing", distance.preprocessing());
                    }
                }
            }
        }

        private void inFeatures(Fid.Taker taker) throws IOException {
            try (Viewing.Session session = viewing.session(manager, Optional.empty(), output)) {
                provenance = session.record(provenance);
                FeatureSet fake = vectors(session, images, "images");
                FeatureSet real = vectors(session, reference, "reference");
                String metric = session.features().metric();
                String in = metric.contains("(") ? " " + metric.substring(metric.indexOf('(')) : "";
                String of = fake.count() + " and " + real.count() + " images";
                int size = fake.size();
                if (kinds.contains(Kind.FD)) {
                    Moments.Gaussian moments = fake.moments();
                    session.warn("images", moments);
                    session.warn("reference", real.moments());
                    add(metric, of, Frechet.distance(real.moments(), moments));
                }
                if (kinds.contains(Kind.KID)) {
                    add("KID" + in, of, Kid.between(fake.values(), real.values(), size));
                    if (kid.count > 0 && Math.min(fake.count(), real.count()) >= kid.size) {
                        Kid.Subsets some = Kid.ofSubsets(fake.values(), real.values(), size, kid.count, kid.size, kid.seed);
                        String which = kid.count + " subsets of " + kid.size + ", seed " + kid.seed;
                        add("KID mean" + in, which, some.mean());
                        add("KID std" + in, which, some.std());
                    }
                }
                if (kinds.contains(Kind.PRDC)) {
                    List<Prdc> prdc = Prdc.of(real.values(), fake.values(), size, List.of(neighbours.precision, neighbours.density));
                    add("precision" + in, of + ", k = " + neighbours.precision, prdc.get(0).precision());
                    add("recall" + in, of + ", k = " + neighbours.precision, prdc.get(0).recall());
                    add("density" + in, of + ", k = " + neighbours.density, prdc.get(1).density());
                    add("coverage" + in, of + ", k = " + neighbours.density, prdc.get(1).coverage());
                }
                taker.take(measured());
                session.finish();
            }
        }

        private FeatureSet vectors(Viewing.Session session, Path path, String name) throws IOException {
            if (ImageSource.isNpzWith(path, "features")) {
                FeatureSet.Stored stored = FeatureSet.read(path);
                stored.about().require(session.features(), path.toString());
                if (stored.vectors().size() != session.features().size()) {
                    throw new IllegalArgumentException(path + " holds features of length " + stored.vectors().size() + ", those of "
                            + session.features().network() + " have " + session.features().size());
                }
                provenance = provenance.file(name, path).with(name + " used", stored.vectors().count() + " vectors"
                        + (stored.about().data().isEmpty() ? "" : " of " + stored.about().data()));
                return stored.vectors();
            }
            try (ImageSource set = viewing.open(path)) {
                provenance = viewing.record(provenance, name, set, viewing.selection(set));
                return session.vectors(set, viewing.choose(set));
            }
        }
    }
}
