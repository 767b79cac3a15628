package s4s.solver;

import java.util.List;
import java.util.ServiceLoader;

/**
 * Methods of one's own, for all that names a solver: the command line, notebooks, starts of learned families. A jar on the class
 * path (of {@code ./s4s}: in {@code S4S_CLASSPATH}) that names its implementation in
 * {@code META-INF/services/s4s.solver.MethodProvider} is found by {@link ServiceLoader}.
 *
 * <pre>{@code
 * public final class MyMethods implements MethodProvider {
 *     @Override
 *     public List<Method> methods() {
 *         return List.of(Method.of("mine-2", Prediction.NOISE, Multistep.steps((t, i, y, e) -> {
 *             Row slope = i == 0 ? e.get(0)
 *                     : e.get(0).plus(e.get(0).minus(e.get(1)).times(t.step(i).divide(t.step(i - 1)).multiply(0.5)));
 *             return y.plus(slope.times(t.step(i)));
 *         })).withOrder(2));
 *     }
 * }
 * }</pre>
 */
public interface MethodProvider {

    /** The methods; their names are none that {@link Solvers} knows already. */
    List<Method> methods();
}
