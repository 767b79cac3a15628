/**
 * This library against vectors made by the official implementations.
 *
 * <p>{@link s4s.verify.Vectors} is a folder of them, a {@link s4s.verify.Check} turns one kind of file into cases,
 * {@link s4s.verify.OfficialVectorsTest} runs them. What the vectors call a solver or a grid is translated by
 * {@link s4s.verify.OfficialMethods} and {@link s4s.verify.OfficialGrids}.
 */
package s4s.verify;
