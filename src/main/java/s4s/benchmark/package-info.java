/** Benchmarks: what decides their numbers, the tables of solvers that they make, and the published numbers beside them. */
package s4s.benchmark;
