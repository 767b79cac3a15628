package s4s.learn;

/**
 * An estimate of an objective's Gauss-Newton matrix.
 *
 * @param matrix by parameter
 * @param unit in which the matrices of several steps can be averaged; 1 where they do not change with the losses
 * @param sampled whether it is that of few pairs, whose smallest eigenvalues say little
 */
record Curvature(double[][] matrix, double unit, boolean sampled) {}
