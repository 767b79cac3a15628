/** What notebooks stand on: an opened benchmark, views of solvers, and the check of committed notebooks. */
package s4s.notebook;
