package s4s.jmh;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;
import s4s.metric.Features;
import s4s.metric.MiniFeatures;
import s4s.metric.Moments;
import s4s.model.Devices;
import s4s.model.repository.Models;

/** Images a second of the small feature network: pixels in, vectors out and added to the moments. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 2, time = 3)
@Measurement(iterations = 5, time = 3)
public class FeaturesBenchmark {

    private static final int BATCH = 50;
    private static final int SIDE = 32;

    private NDManager manager;
    private Features features;
    private Moments moments;
    private byte[] pixels;

    /** Loads the network. */
    @Setup
    public void open() throws IOException {
        manager = Devices.manager();
        features = MiniFeatures.of(Models.ofRepository(), "cifar10-features", manager);
        moments = new Moments(features.size());
        pixels = new byte[BATCH * 3 * SIDE * SIDE];
        new Random(1).nextBytes(pixels);
    }

    /** Images of 32 x 32. */
    @Benchmark
    @OperationsPerInvocation(BATCH)
    public Moments images() {
        try (NDManager scope = manager.newSubManager()) {
            NDArray images = scope.create(ByteBuffer.wrap(pixels), new Shape(BATCH, 3, SIDE, SIDE), DataType.UINT8);
            moments.add(features.of(images).toFloatArray());
        }
        return moments;
    }

    /** Frees the network. */
    @TearDown
    public void close() {
        manager.close();
    }
}
