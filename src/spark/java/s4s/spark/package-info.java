/**
 * The commands whose work falls into seeds, on Apache Spark: the library calls of {@link s4s.cli}, a range of seeds to a task.
 * Only Maven's profile {@code spark} compiles this package.
 */
package s4s.spark;
