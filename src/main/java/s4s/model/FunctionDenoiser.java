package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.BinaryOperator;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** The denoiser of {@link Denoiser#of}. */
record FunctionDenoiser(BinaryOperator<NDArray> function, Prediction prediction, NoiseSchedule schedule, DataType dataType,
        Shape sampleShape) implements Denoiser {

    @Override
    public NDArray predict(NDArray x, NDArray time) {
        return function.apply(x, time);
    }
}
