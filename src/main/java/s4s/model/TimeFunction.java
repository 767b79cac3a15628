package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.apache.commons.math3.analysis.differentiation.DerivativeStructure;
import s4s.schedule.NoiseSchedule;

/** Functions of a schedule as arrays that backpropagation can go through. */
final class TimeFunction {

    private TimeFunction() {}

    /** {@code alpha_t} of each time, float64, shape (1 or batch). */
    static NDArray alpha(NDManager scope, NDArray time, NoiseSchedule schedule) {
        return of(scope, time, l -> schedule.alpha(schedule.sigma(l)));
    }

    /** The noise level {@code sigma_t / alpha_t} of each time, float64, shape (1 or batch). */
    static NDArray level(NDManager scope, NDArray time, NoiseSchedule schedule) {
        return of(scope, time, schedule::sigma);
    }

    /**
     * A function of each time. The slope carries the derivative past the function itself, which is not made of array
     * operations: f(l) + f'(l) (time - l) at l = time.
     */
    private static NDArray of(NDManager scope, NDArray time, UnaryOperator<DerivativeStructure> function) {
        double[] at = time.toType(DataType.FLOAT64, false).toDoubleArray();
        List<DerivativeStructure> f = new ArrayList<>();
        for (double l : at) {
            f.add(function.apply(new DerivativeStructure(1, 1, 0, l)));
        }
        NDArray value = scope.create(f.stream().mapToDouble(DerivativeStructure::getValue).toArray());
        NDArray slope = scope.create(f.stream().mapToDouble(d -> d.getPartialDerivative(1)).toArray()).duplicate();
        // a float64 operand lifts a float32 time without cutting the graph, as a conversion would
        return time.sub(scope.create(at)).mul(slope).add(value);
    }
}
