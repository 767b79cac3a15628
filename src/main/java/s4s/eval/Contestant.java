package s4s.eval;

import java.util.ArrayList;
import java.util.List;
import s4s.schedule.GridType;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Solver;

/**
 * A row of a comparison: any solver value with the names it is listed under. Learned solvers enter
 * the same tables through this type.
 *
 * @param solver name of the method
 * @param grid name of the time grid
 * @param value the numbers
 */
public record Contestant(String solver, String grid, Solver value) {
    /** NFE of the value. */
    public int nfe() {
        return value.evaluations();
    }

    /** Every method on one grid with {@code nfe} evaluations. */
    public static List<Contestant> of(List<Method> methods, GridType grid, NoiseSchedule schedule, int nfe) {
        List<Contestant> contestants = new ArrayList<>();
        for (Method method : methods) {
            contestants.add(new Contestant(method.name(), grid.id(), method.on(grid, schedule, nfe)));
        }
        return contestants;
    }
}
