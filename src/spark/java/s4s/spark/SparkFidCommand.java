package s4s.spark;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import s4s.cli.ExtractionOptions;
import s4s.cli.FidCommand;
import s4s.image.ImageSource;
import s4s.metric.Extraction;
import s4s.metric.Features;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.metric.ScriptFeatures;
import s4s.model.repository.Models;
import s4s.model.torchscript.ScriptCard;

/**
 * {@code s4s spark fid}: {@code s4s fid} with the images' features computed and summed by executors. The driver reads the
 * images, in the runs of which {@code --state} keeps the sums.
 */
@Command(name = "fid", aliases = "fd")
final class SparkFidCommand extends FidCommand {
    /** Bytes of images that go into a task; Spark's messages end at 128 MiB. */
    private static final long TASK = 32 << 20;
    private static final int DEPTH = 2;

    @Mixin
    private ClusterOptions options;

    private Optional<Worker> worker = Optional.empty();

    /** Executors that have the network. */
    private record Worker(Cluster cluster, Shared<Features> network) {}

    @Override
    public Integer call() throws IOException {
        try {
            return super.call();
        } finally {
            worker.ifPresent(w -> w.cluster.close());
        }
    }

    @Override
    protected Moments.Gaussian moments(ExtractionOptions.Session session, ImageSource set, int[] chosen) throws IOException {
        Worker all = worker(session);
        return session.moments(set, chosen, some -> {
            List<byte[]> batches = new ArrayList<>();
            for (int from = 0; from < some.length; from += session.batch()) {
                batches.add(set.pixels(Arrays.copyOfRange(some, from, Math.min(from + session.batch(), some.length))));
            }
            return sum(all.cluster, all.network, new Moments(session.features().size()), batches, set.height(), set.width());
        });
    }

    private Worker worker(ExtractionOptions.Session session) throws IOException {
        if (worker.isEmpty()) {
            Cluster cluster = options.open("s4s fid");
            worker = Optional.of(new Worker(cluster, share(cluster, session)));
        }
        return worker.get();
    }

    /**
     * The sums of batches of images, by tree aggregation.
     *
     * @param zero no sums yet
     */
    static Moments sum(Cluster cluster, Shared<Features> network, Moments zero, List<byte[]> batches, int height, int width) {
        long bytes = batches.stream().mapToLong(batch -> batch.length).sum();
        int partitions = (int) Math.min(batches.size(), Math.max(cluster.context().defaultParallelism(), bytes / TASK + 1));
        try {
            return cluster.context().parallelize(batches, partitions).treeAggregate(zero, (sums, pixels) -> {
                sums.add(network.use((features, scope) -> Extraction.vectors(features, scope, pixels, height, width)));
                return sums;
            }, (sums, others) -> {
                sums.merge(others);
                return sums;
            }, DEPTH);
        } catch (Exception e) {
            throw Cluster.cause(e);
        }
    }

    private static Shared<Features> share(Cluster cluster, ExtractionOptions.Session session) throws IOException {
        if (session.script().isEmpty()) {
            String name = session.mini();
            return cluster.share(new Parcel().withModel(Models.ofRepository(), name), "features of " + name,
                    (folder, manager) -> MiniFeatures.of(new Models(folder), name, manager));
        }
        Path file = session.script().get();
        boolean spatial = session.inSpace();
        String name = file.getFileName().toString();
        Parcel files = new Parcel().with(name, file).with(ScriptCard.file(Path.of(name)).toString(), ScriptCard.file(file));
        return cluster.share(files, (spatial ? "spatial features of " : "features of ") + name, (folder, manager) -> {
            ScriptFeatures whole = ScriptFeatures.load(folder.resolve(name));
            return spatial ? whole.inSpace() : whole;
        });
    }
}
