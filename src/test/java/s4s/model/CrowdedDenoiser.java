package s4s.model;

import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;

/** A network on a device with memory for so many samples at a time; what it throws is what a module throws on CUDA. */
public final class CrowdedDenoiser extends DenoiserDecorator {
    private final int most;

    public CrowdedDenoiser(Denoiser network, int most) {
        super(network);
        this.most = most;
    }

    @Override
    public NDArray predict(NDArray x, NDArray time) {
        if (x.getShape().get(0) > most) {
            throw new EngineException("a sentence", new EngineException("CUDA out of memory. Tried to allocate"));
        }
        return inner.predict(x, time);
    }
}
