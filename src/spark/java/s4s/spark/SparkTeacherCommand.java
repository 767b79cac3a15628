package s4s.spark;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import s4s.benchmark.Condition;
import s4s.cli.TeacherCommand;
import s4s.io.Progress;
import s4s.learn.SeedRange;
import s4s.learn.TeacherPairs;
import s4s.learn.TeacherStore;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.solver.Solver;

/** {@code s4s spark teacher}: {@code s4s teacher}, a file of pairs to a task. */
@Command(name = "teacher")
final class SparkTeacherCommand extends TeacherCommand {
    @Mixin
    private ClusterOptions options;

    @Override
    protected void fill(Order order, NDManager manager, DiffusionModel model, Progress progress, Consumer<String> notes)
            throws IOException {
        try (Cluster cluster = options.open("s4s teacher")) {
            Shared<DiffusionModel> network = share(cluster, new Models(order.folder().toAbsolutePath().getParent()),
                    order.folder().getFileName().toString(), order.condition());
            order.store().to(order.pairs(), drawing(cluster, network, order.store(), order.batch(), progress), notes);
        }
    }

    /** A model under the conditions of its seeds, on all executors. */
    static Shared<DiffusionModel> share(Cluster cluster, Models models, String name, Condition condition) throws IOException {
        Parcel parcel = new Parcel().withModel(models, name);
        Optional<Path> list = condition.file();
        String asked = list.map(file -> file.getFileName().toString()).orElse(condition.id());
        double guidance = condition.guidance();
        return cluster.share(list.isPresent() ? parcel.with(asked, list.get()) : parcel, name + ", conditions " + asked
                + ", guidance " + guidance, (folder, manager) -> {
                    Condition here = Condition.named(asked, guidance).in(folder);
                    Models there = new Models(folder);
                    return there.diffusion(name, here.of(there, name), guidance, manager);
                });
    }

    /** Draws the shards of a store, each in a task. */
    static TeacherStore.Drawing drawing(Cluster cluster, Shared<DiffusionModel> network, TeacherStore store, int batch,
            Progress progress) {
        Solver teacher = store.teacher().solver();
        SeedRange role = store.role();
        return (seeds, taker) -> {
            long work = seeds.stream().mapToLong(some -> some.length).sum();
            long[] done = {0};
            cluster.run(seeds, some -> network.use((model, scope) -> {
                TeacherPairs drawn = TeacherPairs.draw(scope, model, teacher, role, some, batch, n -> {});
                return drawn.samples(0, drawn.count());
            }), (i, samples) -> {
                taker.take(i, samples);
                done[0] += seeds.get(i).length;
                progress.update(done[0], work, "pairs");
            });
        };
    }
}
