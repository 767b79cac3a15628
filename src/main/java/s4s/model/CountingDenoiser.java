package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.concurrent.atomic.AtomicLong;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** A denoiser that counts its evaluations. */
public final class CountingDenoiser implements Denoiser {

    private final Denoiser denoiser;
    private final AtomicLong calls = new AtomicLong();

    public CountingDenoiser(Denoiser denoiser) {
        this.denoiser = denoiser;
    }

    /** Evaluations so far. */
    public long calls() {
        return calls.get();
    }

    @Override
    public NDArray predict(NDArray x, NDArray label) {
        calls.incrementAndGet();
        return denoiser.predict(x, label);
    }

    @Override
    public Prediction prediction() {
        return denoiser.prediction();
    }

    @Override
    public NoiseSchedule schedule() {
        return denoiser.schedule();
    }

    @Override
    public DataType dataType() {
        return denoiser.dataType();
    }

    @Override
    public Shape sampleShape() {
        return denoiser.sampleShape();
    }
}
