/**
 * Solvers as values.
 *
 * <p>A {@link s4s.solver.Solver} is a table of numbers: which network evaluations it makes and how it combines states and
 * outputs. A {@link s4s.solver.Method} is what a paper describes; given a grid it writes that table, by tracing the paper's
 * formulas once. {@link s4s.solver.Solvers} lists the methods by name.
 */
package s4s.solver;
