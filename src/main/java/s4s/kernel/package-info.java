/**
 * A small Jupyter kernel for Java: the protocol is jupyter-jvm-basekernel's, the evaluation is JShell's.
 *
 * <p>Notebooks written for the IJava kernel run on it unchanged: the same default imports, and {@code display},
 * {@code render}, {@code updateDisplay} and {@code getKernelInstance} without a qualifier.
 */
package s4s.kernel;
