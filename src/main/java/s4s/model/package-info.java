/** What a solver calls: networks behind one interface, preconditioning, conditions, guidance, and models with exact answers. */
package s4s.model;
