package s4s.cli;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
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
import s4s.model.Devices;

/** {@code s4s metrics}: distances of two sets of images that need all feature vectors, or the pixels. */
@Command(name = "metrics", mixinStandardHelpOptions = true, sortOptions = false,
        description = {"Distances of two sets of images: Frechet distance, KID, precision, recall, density, coverage; and for"
            + " sets whose images belong together in pairs, as samples and the teacher's of the same seeds, RMSE (samples in"
            + " [-1, 1]), PSNR and SSIM.",
            "Instead of images an npz with features [n, d] will do, which s4s stats --features-out writes."})
final class MetricsCommand implements Callable<Integer>, Resumable {
    /** What can be measured. */
    enum Kind { FD, KID, PRDC, PAIRS }

    @Option(names = "--images", required = true, paramLabel = "PATH",
            description = "Folder or zip of png or jpeg files, npz or npy of images, or npz of features.")
    private Path images;

    @Option(names = "--reference", required = true, paramLabel = "PATH", description = "The same of real images, or of the"
            + " teacher's.")
    private Path reference;

    @Option(names = "--only", split = ",", paramLabel = "WHAT", defaultValue = "fd,kid,prdc",
            description = "What to measure: ${COMPLETION-CANDIDATES} (default ${DEFAULT-VALUE}).")
    private List<Kind> only;

    @Option(names = "--lpips", paramLabel = "FILE.pt",
            description = "LPIPS of pairs too, by a file of src/main/python/export_lpips.py. Such files are"
                + " programs: load only those you trust.")
    private Optional<Path> lpips;

    @Option(names = "--kid-subsets", defaultValue = "100", description = "Subsets of KID (default ${DEFAULT-VALUE}).")
    private int subsets;

    @Option(names = "--kid-subset-size", defaultValue = "1000", description = "Images of a subset (default"
            + " ${DEFAULT-VALUE}); without subsets where there are fewer.")
    private int subsetSize;

    @Option(names = "--kid-seed", defaultValue = "2020", description = "Chooses the subsets, torch-fidelity's (default"
            + " ${DEFAULT-VALUE}).")
    private int kidSeed;

    @Option(names = "--k-pr", defaultValue = "3",
            description = "Neighbours of precision and recall (default ${DEFAULT-VALUE}).")
    private int manifold;

    @Option(names = "--k-dc", defaultValue = "5",
            description = "Neighbours of density and coverage (default ${DEFAULT-VALUE}).")
    private int density;

    @Option(names = "--by-position", description = "Pair images in the order of the sets, whatever their names. Without it"
            + " those of one name are a pair.")
    private boolean byPosition;

    @Mixin
    private ExtractionOptions extraction;

    @Mixin
    private OutputOptions output;

    @Spec
    private CommandSpec spec;

    private final List<Measurements.Row> rows = new ArrayList<>();
    private Provenance provenance;

    @Override
    public boolean goesOn() {
        return extraction.keepsState();
    }

    @Override
    public Integer call() throws IOException {
        Set<Kind> kinds = EnumSet.copyOf(only);
        provenance = Provenance.of(CommandText.of(spec));
        if (kinds.contains(Kind.PAIRS) || lpips.isPresent()) {
            pairs(kinds);
        }
        if (kinds.equals(EnumSet.of(Kind.PAIRS))) {
            output.write(spec, new Measurements(rows, provenance));
        } else {
            inFeatures(kinds);
        }
        return 0;
    }

    private void add(String metric, String of, double value) {
        rows.add(new Measurements.Row(metric, of, value));
    }

    private void pairs(Set<Kind> kinds) throws IOException {
        try (ImageSource a = extraction.open(images); ImageSource all = extraction.open(reference);
                Progress progress = Progress.terminal(System.err, "pairs")) {
            Similarity.requirePairs(a, all);
            ImageSource b = (byPosition ? Pairing.BY_POSITION : Pairing.BY_NAME).align(a, all);
            int[] chosen = extraction.choose(a);
            if (kinds.equals(EnumSet.of(Kind.PAIRS))) {
                provenance = extraction.record(provenance, "images", a, extraction.selection(a));
                provenance = extraction.record(provenance, "reference", b, extraction.selection(b));
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
                try (Lpips distance = Lpips.load(lpips.get()); NDManager manager = Devices.manager()) {
                    add(distance.metric(), of, distance.between(a, b, chosen, manager,
                            done -> progress.update(done, chosen.length)));
                    provenance = provenance.file("lpips", lpips.get()).with("lpips preprocessing", distance.preprocessing());
                }
            }
        }
    }

    private void inFeatures(Set<Kind> kinds) throws IOException {
        try (NDManager manager = Devices.manager();
                ExtractionOptions.Session session = extraction.session(manager, Optional.empty())) {
            provenance = session.record(provenance);
            FeatureSet fake = vectors(session, images, "images");
            FeatureSet real = vectors(session, reference, "reference");
            String metric = session.features().metric();
            String in = metric.contains("(") ? " " + metric.substring(metric.indexOf('(')) : "";
            String of = fake.count() + " and " + real.count() + " images";
            int size = fake.size();
            if (kinds.contains(Kind.FD)) {
                Moments.Gaussian moments = fake.moments();
                session.warn(spec, "images", moments);
                session.warn(spec, "reference", real.moments());
                add(metric, of, Frechet.distance(real.moments(), moments));
            }
            if (kinds.contains(Kind.KID)) {
                add("KID" + in, of, Kid.between(fake.values(), real.values(), size));
                if (subsets > 0 && Math.min(fake.count(), real.count()) >= subsetSize) {
                    Kid.Subsets kid = Kid.ofSubsets(fake.values(), real.values(), size, subsets, subsetSize, kidSeed);
                    String which = subsets + " subsets of " + subsetSize + ", seed " + kidSeed;
                    add("KID mean" + in, which, kid.mean());
                    add("KID std" + in, which, kid.std());
                }
            }
            if (kinds.contains(Kind.PRDC)) {
                List<Prdc> prdc = Prdc.of(real.values(), fake.values(), size, List.of(manifold, density));
                add("precision" + in, of + ", k = " + manifold, prdc.get(0).precision());
                add("recall" + in, of + ", k = " + manifold, prdc.get(0).recall());
                add("density" + in, of + ", k = " + density, prdc.get(1).density());
                add("coverage" + in, of + ", k = " + density, prdc.get(1).coverage());
            }
            output.write(spec, new Measurements(rows, provenance));
            session.finish();
        }
    }

    private FeatureSet vectors(ExtractionOptions.Session session, Path path, String name) throws IOException {
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
        try (ImageSource set = extraction.open(path)) {
            provenance = extraction.record(provenance, name, set, extraction.selection(set));
            return session.vectors(set, extraction.choose(set));
        }
    }
}
