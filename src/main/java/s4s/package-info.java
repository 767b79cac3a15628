/** S4S for Java: few-step solvers of the diffusion ODE as values. */
package s4s;
