package s4s.model;

import ai.djl.ndarray.NDArray;
import java.util.concurrent.atomic.AtomicLong;

/** A denoiser that counts its evaluations. */
public final class CountingDenoiser extends DenoiserDecorator {

    private final AtomicLong calls = new AtomicLong();

    public CountingDenoiser(Denoiser denoiser) {
        super(denoiser);
    }

    /** Evaluations so far: NFE. A guided evaluation is one. */
    public long calls() {
        return calls.get();
    }

    /** Forward passes of the network so far. */
    public long forwards() {
        return calls.get() * forwardsPerCall();
    }

    @Override
    public NDArray predict(NDArray x, NDArray time) {
        calls.incrementAndGet();
        return inner.predict(x, time);
    }
}
