/** Measures samples: moments, Frechet distance, comparisons of solvers on shared noise, benchmarks and their published numbers. */
package s4s.eval;
