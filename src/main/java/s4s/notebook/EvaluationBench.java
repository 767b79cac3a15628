package s4s.notebook;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import s4s.image.ImageSet;
import s4s.metric.Bootstrap;
import s4s.metric.Extraction;
import s4s.metric.FdInfinity;
import s4s.metric.FeatureSet;
import s4s.metric.Features;
import s4s.metric.Frechet;
import s4s.metric.Kid;
import s4s.metric.PartialSums;
import s4s.metric.Prdc;
import s4s.metric.Reference;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * Questions to a Frechet distance, answered as tables: what moves it, and how far it can be trusted. Feature vectors of a set are
 * computed once.
 */
public final class EvaluationBench {
    private static final int SEED = 0;

    private final NDManager manager;
    private final Features features;
    private final Reference reference;
    private final Frechet frechet;
    private final Map<ImageSet, FeatureSet> known = new LinkedHashMap<>();

    EvaluationBench(NDManager manager, Features features, Reference reference) {
        this.manager = manager;
        this.features = features;
        this.reference = reference;
        this.frechet = new Frechet(reference.moments());
    }

    /** The same with other features, against images instead of a stored reference. */
    public EvaluationBench with(Features other, ImageSet real) throws IOException {
        return new EvaluationBench(manager, other,
                new Reference(Extraction.moments(other, real, manager), Reference.About.of(other, real)));
    }

    /** What the distance is made of. */
    public Table about() {
        StringColumn key = StringColumn.create("part");
        StringColumn value = StringColumn.create(features.metric());
        Map<String, String> rows = new LinkedHashMap<>();
        rows.put("network", features.network());
        rows.put("sha256 of the network", features.sha256());
        rows.put("features", String.valueOf(features.size()));
        rows.put("before the network", features.preprocessing());
        rows.put("reference", String.format(Locale.ROOT, "%,d images of %s", reference.moments().count(),
                reference.about().data()));
        rows.forEach((name, text) -> {
            key.append(name);
            value.append(text);
        });
        return Table.create("about", key, value);
    }

    /** The distance of images to the reference. */
    public double distance(ImageSet images) throws IOException {
        return frechet.to(vectors(images).moments());
    }

    /** Mean distances of the equal parts that each set is cut into, 1 to {@code parts}; see {@link FdInfinity}. */
    public Table byCount(Map<String, ImageSet> sets, int parts) throws IOException {
        Table table = Table.create("by count", StringColumn.create("images of"), IntColumn.create("count"),
                DoubleColumn.create("FD"));
        for (Map.Entry<String, ImageSet> set : sets.entrySet()) {
            FdInfinity many = manyImages(set.getValue(), parts);
            for (int i = parts - 1; i >= 0; i--) {
                Row row = table.appendRow();
                row.setString("images of", set.getKey());
                row.setInt("count", many.counts()[i]);
                row.setDouble("FD", many.distances()[i]);
            }
        }
        return table;
    }

    /** Distance of each set, its limit for ever more images, and c in limit + c / n; see {@link FdInfinity}. */
    public Table limits(Map<String, ImageSet> sets, int parts) throws IOException {
        Table table = Table.create("limits", StringColumn.create("images of"), IntColumn.create("count"),
                DoubleColumn.create("FD"), DoubleColumn.create("limit"), DoubleColumn.create("c"));
        for (Map.Entry<String, ImageSet> set : sets.entrySet()) {
            FdInfinity many = manyImages(set.getValue(), parts);
            Row row = table.appendRow();
            row.setString("images of", set.getKey());
            row.setInt("count", many.counts()[0]);
            row.setDouble("FD", many.distances()[0]);
            row.setDouble("limit", many.limit());
            row.setDouble("c", many.slope());
        }
        return table;
    }

    private FdInfinity manyImages(ImageSet images, int parts) throws IOException {
        return FdInfinity.of(frechet, vectors(images), parts, SEED);
    }

    /** Bootstrap bands of each set: in 95 of 100 cases other images of the same kind would give a distance within. */
    public Table bands(Map<String, ImageSet> sets, int replicates) throws IOException {
        Table table = Table.create("bands", StringColumn.create("images of"), IntColumn.create("count"), DoubleColumn.create("FD"),
                DoubleColumn.create("low"), DoubleColumn.create("high"), DoubleColumn.create("bias"));
        for (Map.Entry<String, ImageSet> set : sets.entrySet()) {
            Bootstrap band = Bootstrap.of(frechet, vectors(set.getValue()), replicates, 0.95, SEED);
            Row row = table.appendRow();
            row.setString("images of", set.getKey());
            row.setInt("count", set.getValue().count());
            row.setDouble("FD", band.distance());
            row.setDouble("low", band.low());
            row.setDouble("high", band.high());
            row.setDouble("bias", band.bias());
        }
        return table;
    }

    /** Distances of images and of the same images after something was done to them. */
    public Table altered(ImageSet images, Map<String, ImageSet> alterations) throws IOException {
        Table table = Table.create("altered", StringColumn.create("alteration"), DoubleColumn.create("FD"),
                DoubleColumn.create("change"));
        double before = distance(images);
        for (Map.Entry<String, ImageSet> set : alterations.entrySet()) {
            Row row = table.appendRow();
            row.setString("alteration", set.getKey());
            row.setDouble("FD", distance(set.getValue()));
            row.setDouble("change", row.getDouble("FD") - before);
        }
        return table;
    }

    /**
     * Other distances between sets of images, against images that stand for real ones: 1000 KID, precision and recall (k = 3),
     * density and coverage (k = 5).
     */
    public Table companions(ImageSet real, Map<String, ImageSet> sets) throws IOException {
        Table table = Table.create("companions", StringColumn.create("images of"), DoubleColumn.create("1000 KID"),
                DoubleColumn.create("precision"), DoubleColumn.create("recall"), DoubleColumn.create("density"),
                DoubleColumn.create("coverage"));
        float[] genuine = vectors(real).values();
        for (Map.Entry<String, ImageSet> set : sets.entrySet()) {
            float[] drawn = vectors(set.getValue()).values();
            List<Prdc> neighbours = Prdc.of(genuine, drawn, features.size(), List.of(3, 5));
            Row row = table.appendRow();
            row.setString("images of", set.getKey());
            row.setDouble("1000 KID", 1000 * Kid.between(genuine, drawn, features.size()));
            row.setDouble("precision", neighbours.get(0).precision());
            row.setDouble("recall", neighbours.get(0).recall());
            row.setDouble("density", neighbours.get(1).density());
            row.setDouble("coverage", neighbours.get(1).coverage());
        }
        return table;
    }

    private FeatureSet vectors(ImageSet images) throws IOException {
        FeatureSet there = known.get(images);
        if (there == null) {
            there = Extraction.all(features, images).vectors(manager, PartialSums.none(), done -> {});
            known.put(images, there);
        }
        return there;
    }
}
