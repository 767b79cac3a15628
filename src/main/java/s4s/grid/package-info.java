/** Time grids: the noise levels of a solver's nodes, by formula, by publication, or optimised for a schedule. */
package s4s.grid;
