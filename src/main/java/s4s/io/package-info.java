/**
 * What long computations write for people: progress of loops, results on disk, and the recipe that made them. Nothing
 * here draws or knows a notebook.
 */
package s4s.io;
