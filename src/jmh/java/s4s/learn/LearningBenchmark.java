package s4s.learn;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import s4s.grid.GridType;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.sampling.Adjoint;
import s4s.solver.Solvers;

/** A gradient of a batch by all parameters of s4s-joint: the graph of one network call at a time, and all graphs kept. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
public class LearningBenchmark {

    /** Network calls of an image. */
    @Param({"4", "10", "20"})
    public int nfe;

    /** Pairs. */
    @Param("32")
    public int batch;

    private NDManager manager;
    private DiffusionModel model;
    private Distance distance;
    private Family family;
    private Objective.Batch pairs;

    /** Loads the model and draws targets. */
    @Setup
    public void open() throws IOException {
        manager = Devices.manager();
        Models models = Models.ofRepository();
        model = models.load("cifar10-mini", manager);
        distance = Distance.perceptual(models.features("cifar10-features", manager)).decoded(model.decoder());
        family = Families.S4S_JOINT.on(model.schedule(), Solvers.named(Families.S4S_JOINT.init()), GridType.LOGSNR, nfe,
                OptionalInt.empty());
        TeacherPairs drawn = TeacherPairs.draw(manager, model, family.solver(family.start()), SeedRange.TRAINING, batch, batch,
                done -> {});
        pairs = new Objective.Batch(drawn.seeds(), drawn.noise(manager, 0, batch), drawn.samples(manager, 0, batch));
    }

    /** Recomputes the graph of each network call in the sweep. */
    @Benchmark
    public Object recomputed() {
        return linearize(Adjoint.Graphs.RECOMPUTED);
    }

    /** Keeps the graphs of all network calls. */
    @Benchmark
    public Object kept() {
        return linearize(Adjoint.Graphs.KEPT);
    }

    private Linearization linearize(Adjoint.Graphs graphs) {
        return new Objective(family, model, distance, graphs, batch).linearize(family.start(), pairs, Optional.empty());
    }

    /** Frees the model. */
    @TearDown
    public void close() {
        manager.close();
    }
}
