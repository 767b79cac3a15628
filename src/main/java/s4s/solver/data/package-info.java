/**
 * Solvers as data: files ({@link s4s.solver.data.SolverFile}), where a solver comes from
 * ({@link s4s.solver.data.SolverSource}), its numbers as a table ({@link s4s.solver.data.SolverTable}) and two solvers number
 * by number ({@link s4s.solver.data.SolverDiff}).
 */
package s4s.solver.data;
