/**
 * Running solvers on networks: {@link s4s.sampling.Noise} makes the start, {@link s4s.sampling.Program} the numbers,
 * {@link s4s.sampling.Executor} the loop, and {@link s4s.sampling.Sampling} puts them together. Time grids that are searched
 * with a network ({@link s4s.sampling.Gits}) are here too.
 */
package s4s.sampling;
