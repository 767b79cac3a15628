package s4s.spark;

import ai.djl.ndarray.NDManager;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import s4s.cli.SampleCommand;
import s4s.image.ImageSet;
import s4s.io.Hashes;
import s4s.model.repository.Models;
import s4s.sampling.LoadedModel;
import s4s.sampling.SamplingJob;

/** {@code s4s spark sample}: {@code s4s sample}, a batch to a task. */
@Command(name = "sample")
final class SparkSampleCommand extends SampleCommand {
    @Mixin
    private ClusterOptions options;

    private Optional<Parts> parts = Optional.empty();
    private Optional<Cluster> cluster = Optional.empty();

    /** Images as they travel. */
    record Pixels(byte[] nchw, int height, int width) implements Serializable {
        static Pixels of(ImageSet set) {
            return new Pixels(set.pixels(), set.height(), set.width());
        }
    }

    /** Into a file too. */
    @Override
    public boolean goesOn() {
        return super.goesOn() || file().isPresent();
    }

    @Override
    public Integer call() throws IOException {
        try {
            int code = super.call();
            if (parts.isPresent()) {
                parts.get().delete();
            }
            return code;
        } finally {
            if (parts.isPresent()) {
                parts.get().close();
            }
            cluster.ifPresent(Cluster::close);
        }
    }

    @Override
    protected ImageSet draw(SamplingJob order, Path folder, LoadedModel loaded, NDManager manager, LongConsumer progress)
            throws IOException {
        List<SamplingJob> pieces = order.batches();
        if (file().isPresent()) {
            parts = Optional.of(new Parts(file().get(), recipe(order, folder)));
        }
        SortedMap<Integer, ImageSet> drawn = new TreeMap<>();
        for (int i = 0; i < pieces.size() && parts.isPresent(); i++) {
            if (parts.get().has(i)) {
                drawn.put(i, parts.get().get(i));
            }
        }
        List<Integer> due = IntStream.range(0, pieces.size()).filter(i -> !drawn.containsKey(i)).boxed().toList();
        if (!due.isEmpty()) {
            if (cluster.isEmpty()) {
                cluster = Optional.of(options.open("s4s sample"));
            }
            Shared<LoadedModel> model = share(cluster.get(), folder);
            cluster.get().run(due.stream().map(pieces::get).toList(),
                    piece -> model.use((network, scope) -> Pixels.of(piece.draw(scope, network, n -> {}))),
                    (i, pixels) -> {
                        ImageSet some = ImageSet.of(pixels.nchw, pixels.height, pixels.width, order.source());
                        requireRoom(some, order);
                        if (parts.isPresent()) {
                            parts.get().put(due.get(i), some, pieces.get(due.get(i)).seeds());
                        }
                        drawn.put(due.get(i), some);
                        progress.accept(drawn.values().stream().mapToLong(ImageSet::count).sum());
                    });
        }
        return joined(drawn.values().stream().toList(), order.source());
    }

    /** A model for images, on all executors. */
    static Shared<LoadedModel> share(Cluster cluster, Path folder) throws IOException {
        String name = folder.getFileName().toString();
        Parcel parcel = new Parcel().withModel(new Models(folder.toAbsolutePath().getParent()), name);
        return cluster.share(parcel, "images of " + name,
                (files, manager) -> LoadedModel.load(new Models(files), name, manager));
    }

    /** Told at the first part rather than at the end. */
    private static void requireRoom(ImageSet some, SamplingJob order) {
        if ((long) some.pixels().length / some.count() * order.seeds().length > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(order.seeds().length + " images of " + some.width() + "x" + some.height()
                    + " are more than a file of 2 GiB; give a folder, --out FOLDER");
        }
    }

    private static ImageSet joined(List<ImageSet> sets, String source) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        sets.forEach(set -> all.writeBytes(set.pixels()));
        return ImageSet.of(all.toByteArray(), sets.get(0).height(), sets.get(0).width(), source);
    }

    /** Everything that the images depend on. */
    private static String recipe(SamplingJob order, Path folder) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ObjectOutputStream out = new ObjectOutputStream(bytes)) {
            out.writeObject(order);
        }
        Models models = new Models(folder.toAbsolutePath().getParent());
        return "weights " + models.card(folder.getFileName().toString()).weightsSha256() + "\norder "
                + Hashes.sha256(bytes.toByteArray()) + "\n";
    }
}
