package s4s.jmh;

import java.util.Random;
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
import org.openjdk.jmh.annotations.Warmup;
import s4s.metric.Frechet;
import s4s.metric.Moments;

/** Seconds of the Frechet distance between statistics of random features. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.SingleShotTime)
@OutputTimeUnit(TimeUnit.SECONDS)
@Fork(1)
@Warmup(iterations = 1)
@Measurement(iterations = 3)
public class FrechetBenchmark {

    /** Numbers in a feature vector: of the small network, and of Inception. */
    @Param({"256", "2048"})
    public int size;

    private Moments.Gaussian a;
    private Moments.Gaussian b;

    /** Sums one and a half times as many vectors as they have numbers. */
    @Setup
    public void draw() {
        a = gaussian(1);
        b = gaussian(2);
    }

    private Moments.Gaussian gaussian(long seed) {
        Random random = new Random(seed);
        Moments moments = new Moments(size);
        float[] vectors = new float[size * 32];
        for (int n = 0; n < size + size / 2; n += 32) {
            for (int i = 0; i < vectors.length; i++) {
                vectors[i] = random.nextFloat();
            }
            moments.add(vectors);
        }
        return moments.gaussian();
    }

    /** Both factors, and the distance. */
    @Benchmark
    public double distance() {
        return Frechet.distance(a, b);
    }
}
