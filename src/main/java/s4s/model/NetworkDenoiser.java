package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** A trained {@link UNet} in EDM's preconditioning: data prediction, label sigma, float32. */
public final class NetworkDenoiser implements Denoiser {
    private final UNet network;
    private final EdmPreconditioning preconditioning;
    private final NoiseSchedule schedule = new Edm();

    /** The denoiser of {@code network}. */
    public NetworkDenoiser(UNet network, EdmPreconditioning preconditioning) {
        this.network = network;
        this.preconditioning = preconditioning;
    }

    @Override
    public NDArray predict(NDArray x, NDArray sigma) {
        NDManager caller = x.getManager();
        try (NDManager scope = caller.newSubManager()) {     // hundreds of arrays between the layers end with the call
            scope.tempAttachAll(x, sigma);
            NDArray level = sigma.reshape(-1, 1, 1, 1);
            NDArray raw = network.forward(x.mul(preconditioning.in(level)), preconditioning.noise(sigma));
            NDArray output = x.mul(preconditioning.skip(level)).add(raw.mul(preconditioning.out(level)));
            output.attach(caller);
            return output;
        }
    }

    @Override
    public Prediction prediction() {
        return Prediction.DATA;
    }

    @Override
    public NoiseSchedule schedule() {
        return schedule;
    }

    @Override
    public DataType dataType() {
        return DataType.FLOAT32;
    }

    @Override
    public Shape sampleShape() {
        return network.config().sampleShape();
    }
}
