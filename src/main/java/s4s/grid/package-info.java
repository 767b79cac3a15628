/** Time grids searched with a network; grids that need only a schedule are in {@link s4s.schedule}. */
package s4s.grid;
