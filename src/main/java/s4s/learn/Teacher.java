package s4s.learn;

import s4s.grid.GridType;
import s4s.model.DiffusionModel;
import s4s.solver.Method;
import s4s.solver.Solver;
import s4s.solver.Solvers;

/**
 * The many-step solver whose images students should reproduce.
 *
 * @param method its method
 * @param grid its time grid
 * @param nfe its evaluations
 */
public record Teacher(Method method, GridType grid, int nfe) {

    /**
     * Checks that the method can run.
     *
     * @throws IllegalArgumentException if it cannot with so many evaluations
     */
    public Teacher {
        method.layout(nfe);
    }

    /**
     * The teacher of LD3 and GAS, which draws CIFAR-10 at FID 2.03 with EDM's network: UniPC-3, logSNR, 20 NFE. Taken where
     * nothing else is said.
     */
    public static Teacher usual() {
        return new Teacher(Solvers.named("unipc-3-bh1"), GridType.LOGSNR, 20);
    }

    /**
     * The teacher of a text, see {@link #id()}.
     *
     * @param text SOLVER,GRID,NFE, for instance {@code unipc-3-bh1,logsnr,20}; a grid may have commas of its own
     * @throws IllegalArgumentException if it is none; one line
     */
    public static Teacher named(String text) {
        int first = text.indexOf(',');
        int last = text.lastIndexOf(',');
        if (first < 0 || first == last || !text.substring(last + 1).strip().matches("[0-9]{1,6}")) {
            throw new IllegalArgumentException("a teacher is SOLVER,GRID,NFE, for instance " + usual().id() + ", not '" + text
                    + "'");
        }
        return new Teacher(Solvers.named(text.substring(0, first).strip()), GridType.named(text.substring(first + 1, last).strip()),
                Integer.parseInt(text.substring(last + 1).strip()));
    }

    /** The teacher as options and files name it: {@code unipc-3-bh1,logsnr,20}. */
    public String id() {
        return method.name() + "," + grid.id() + "," + nfe;
    }

    /** The teacher as a value for {@code model}. */
    public Solver solver(DiffusionModel model) {
        return method.on(grid, model.schedule(), nfe);
    }

    /** Name for tables, for instance {@code unipc-3-bh1 logsnr 20}. */
    public String label() {
        return method.name() + " " + grid.id() + " " + nfe;
    }
}
