package s4s.learn;

import s4s.model.DiffusionModel;
import s4s.schedule.GridType;
import s4s.solver.Method;
import s4s.solver.Solver;

/**
 * The many-step solver whose images students should reproduce.
 *
 * @param method its method
 * @param grid its time grid
 * @param nfe its evaluations
 */
public record Teacher(Method method, GridType grid, int nfe) {
    /** The teacher as a value for {@code model}. */
    public Solver solver(DiffusionModel model) {
        return method.on(grid, model.schedule(), nfe);
    }

    /** Name for tables, for instance {@code unipc-3-bh1 logsnr 20}. */
    public String label() {
        return method.name() + " " + grid.id() + " " + nfe;
    }
}
