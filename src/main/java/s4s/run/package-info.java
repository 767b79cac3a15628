/**
 * Running solvers on networks: {@link s4s.run.Noise} makes the start, {@link s4s.run.Program} the numbers,
 * {@link s4s.run.Executor} the loop, and {@link s4s.run.Sampling} puts them together.
 */
package s4s.run;
