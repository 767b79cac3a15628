package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.function.BinaryOperator;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** A trained network in its preconditioning, float32. */
public final class NetworkDenoiser implements Denoiser {
    private final Network network;
    private final Preconditioning preconditioning;
    private final Condition condition;

    /** Rows of a condition: none, one for all samples, or one for each. */
    private record Condition(float[] values, int rows) {}

    /** The denoiser of a network without condition. */
    public NetworkDenoiser(Network network, Preconditioning preconditioning) {
        this(network, preconditioning, new float[0]);
    }

    /**
     * The denoiser of a network under a condition.
     *
     * @param condition one vector for all samples, or one for each sample of a batch, joined; none for a network without
     * @throws IllegalArgumentException if these are no whole vectors of the network's
     */
    public NetworkDenoiser(Network network, Preconditioning preconditioning, float[] condition) {
        int length = length(network);
        if (length == 0 ? condition.length > 0 : condition.length == 0 || condition.length % length != 0) {
            throw new IllegalArgumentException("the network's condition is a vector of " + length + " numbers, not of "
                    + condition.length);
        }
        this.network = network;
        this.preconditioning = preconditioning;
        this.condition = new Condition(condition.clone(), length == 0 ? 0 : condition.length / length);
    }

    /** Numbers of a row of a condition; 0 for a network without. */
    private static int length(Network network) {
        Shape shape = network.conditionShape();
        return shape.dimension() == 0 ? 0 : Math.toIntExact(shape.size());
    }

    @Override
    public NDArray predict(NDArray x, NDArray time) {
        NDManager caller = x.getManager();
        try (NDManager scope = caller.newSubManager()) {     // hundreds of arrays between the layers end with the call
            scope.tempAttachAll(x, time);
            NDArray output = preconditioning.predict(x, time, network(scope, Math.toIntExact(x.getShape().get(0))));
            output.attach(caller);
            return output;
        }
    }

    private BinaryOperator<NDArray> network(NDManager scope, int batch) {
        if (condition.rows == 0) {
            return network::forward;
        }
        if (condition.rows != 1 && condition.rows != batch) {
            throw new IllegalArgumentException(condition.rows + " conditions for " + batch + " samples: give one for each, or"
                    + " one for all");
        }
        Shape shape = new Shape(condition.rows).addAll(network.conditionShape());
        NDArray rows = scope.create(condition.values, shape).duplicate();
        return (input, noise) -> network.forward(input, noise, rows);
    }

    @Override
    public Prediction prediction() {
        return preconditioning.prediction();
    }

    @Override
    public NoiseSchedule schedule() {
        return preconditioning.schedule();
    }

    @Override
    public DataType dataType() {
        return DataType.FLOAT32;
    }

    @Override
    public Shape sampleShape() {
        return network.sampleShape();
    }
}
