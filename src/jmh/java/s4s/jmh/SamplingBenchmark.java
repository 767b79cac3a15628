package s4s.jmh;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
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
import s4s.model.Denoiser;
import s4s.model.DenoiserDecorator;
import s4s.model.Devices;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import s4s.sampling.Sampling;
import s4s.solver.Solvers;

/** A batch of images: the network calls alone, and everything else alone (noise, the solver's arithmetic, handing over). */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class SamplingBenchmark {

    /** Network calls of an image. */
    private static final int NFE = 6;

    /** A solver on the grid logsnr. */
    @Param({"ddim", "ipndm-4", "dpmpp-3m", "unipc-3-bh2"})
    public String solver;

    /** Images in a network call. */
    @Param("64")
    public int batch;

    private NDManager manager;
    private Denoiser network;
    private DiffusionModel instant;
    private Program program;
    private long[] seeds;
    private NDArray x;
    private NDArray label;

    /** Loads the model. */
    @Setup
    public void open() throws IOException {
        manager = Devices.manager();
        network = Models.ofRepository().load("cifar10-mini", manager).denoiser();
        program = Program.of(Solvers.named(solver).on(GridType.LOGSNR, network.schedule(), NFE), network);
        seeds = LongStream.range(0, batch).toArray();
        x = manager.randomNormal(new Shape(batch).addAll(network.sampleShape())).toType(network.dataType(), false);
        label = manager.create(new double[] {1}).toType(network.dataType(), false);
        NDArray answer = network.predict(x, label);
        answer.attach(manager);
        instant = DiffusionModel.of(new DenoiserDecorator(network) {
            @Override
            public NDArray predict(NDArray x, NDArray label) {
                NDArray copy = answer.duplicate();
                copy.attach(x.getManager());
                return copy;
            }
        });
    }

    /** The network calls of a batch. */
    @Benchmark
    public void network() {
        for (int i = 0; i < NFE; i++) {
            network.predict(x, label).close();
        }
    }

    /** A whole run with a network that answers at once. */
    @Benchmark
    public ByteBuffer rest() {
        try (NDArray images = Sampling.images(manager, instant, program, seeds, batch, done -> {})) {
            return images.toByteBuffer();
        }
    }

    /** Frees the model. */
    @TearDown(Level.Trial)
    public void close() {
        manager.close();
    }
}
