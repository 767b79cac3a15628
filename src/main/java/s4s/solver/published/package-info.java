/**
 * Learned solvers that others published, turned into solver files. The originals are pickles and torch files;
 * {@code src/main/python/unpickle.py} turns those into JSON without running anything that is in them, and the classes here read
 * that JSON.
 */
package s4s.solver.published;
