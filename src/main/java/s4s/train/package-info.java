/** Trains the small networks: an objective, batches as a function of (seed, step), Adam, checkpoints. */
package s4s.train;
