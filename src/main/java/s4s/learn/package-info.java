/**
 * Learning solvers: a {@link s4s.learn.Family} maps parameters to a solver, an objective compares its samples with a teacher's
 * ({@link s4s.learn.TeacherPairs}) by a {@link s4s.learn.Distance}, a {@link s4s.learn.Plan} says which
 * {@link s4s.learn.Optimizer} moves which parameters, and {@link s4s.learn.Learner} does it. {@link s4s.learn.Recipe} names it
 * all, {@link s4s.learn.Suite} lists what ships.
 */
package s4s.learn;
