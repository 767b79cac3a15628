package s4s.model;

import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** A denoiser that does something around another one's predictions and is like it in everything else. */
public abstract class DenoiserDecorator implements Denoiser {
    /** The decorated denoiser. */
    protected final Denoiser inner;

    /** Decorates {@code inner}. */
    protected DenoiserDecorator(Denoiser inner) {
        this.inner = inner;
    }

    @Override
    public Prediction prediction() {
        return inner.prediction();
    }

    @Override
    public NoiseSchedule schedule() {
        return inner.schedule();
    }

    @Override
    public DataType dataType() {
        return inner.dataType();
    }

    @Override
    public Shape sampleShape() {
        return inner.sampleShape();
    }

    @Override
    public int forwardsPerCall() {
        return inner.forwardsPerCall();
    }
}
