package s4s.model;

import ai.djl.ndarray.NDArray;
import java.util.concurrent.atomic.AtomicLong;

/** A denoiser that measures the time spent in its evaluations. Meant for engines that compute before they return: CPUs. */
public final class TimingDenoiser extends DenoiserDecorator {

    private final AtomicLong nanoseconds = new AtomicLong();

    public TimingDenoiser(Denoiser denoiser) {
        super(denoiser);
    }

    /** Seconds in evaluations so far. */
    public double seconds() {
        return nanoseconds.get() * 1e-9;
    }

    @Override
    public NDArray predict(NDArray x, NDArray label) {
        long start = System.nanoTime();
        NDArray output = inner.predict(x, label);
        nanoseconds.addAndGet(System.nanoTime() - start);
        return output;
    }
}
