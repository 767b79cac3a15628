/** What a solver evaluates: diffusion models behind one interface. */
package s4s.model;
