package s4s.benchmark;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import s4s.grid.GridType;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Solver;
import s4s.solver.data.SolverFile;

/**
 * A row of a comparison: any solver value with the names it is listed under. Learned solvers enter
 * the same tables through this type.
 *
 * @param solver name of the method
 * @param grid name of the time grid
 * @param value the numbers
 */
public record Entry(String solver, String grid, Solver value) {
    /** NFE of the value. */
    public int nfe() {
        return value.evaluations();
    }

    /**
     * A learned solver, listed by its family and start, for instance {@code s4s-lms dpmpp-3m}, and the grid that it started on.
     *
     * @throws IllegalArgumentException if the solver was made for another schedule
     */
    public static Entry of(SolverFile file, NoiseSchedule schedule) {
        Map<String, String> recipe = file.provenance().recipe();
        return new Entry(recipe.getOrDefault("family", file.solver().name()) + " " + recipe.getOrDefault("start", ""),
                recipe.getOrDefault("grid", ""), file.on(schedule));
    }

    /** Every method on one grid with {@code nfe} evaluations. */
    public static List<Entry> of(List<Method> methods, GridType grid, NoiseSchedule schedule, int nfe) {
        List<Entry> entries = new ArrayList<>();
        for (Method method : methods) {
            entries.add(new Entry(method.name(), grid.id(), method.on(grid, schedule, nfe)));
        }
        return entries;
    }
}
