/**
 * What a reader sees: tables, figures and images in a Java notebook, and the same as PNG files from a command line.
 *
 * <p>Values ({@link s4s.display.Plot}, {@link s4s.display.TableView}, {@link s4s.display.Picture}) know nothing of
 * Jupyter; {@link s4s.display.NotebookDisplay} teaches a kernel to show them.
 */
package s4s.display;
