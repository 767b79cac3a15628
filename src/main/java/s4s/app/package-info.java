/**
 * What the program does, as plain methods on records: sample, teach, learn, measure. The command line parses into these and
 * prints what they say; a {@link s4s.app.Backend} decides whether their work is done here or on a cluster.
 */
package s4s.app;
