/**
 * What a reader sees: tables, figures and pictures in a Java notebook, the same as PNG files from a command line,
 * progress of long loops, and results on disk with the recipe that made them.
 *
 * <p>Values ({@link s4s.report.Plot}, {@link s4s.report.TableView}, {@link s4s.report.Picture}) know nothing of
 * Jupyter; {@link s4s.report.NotebookDisplay} teaches a kernel to show them.
 */
package s4s.report;
