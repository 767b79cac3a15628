/** The command line: one class a command, all work in the library. */
package s4s.cli;
