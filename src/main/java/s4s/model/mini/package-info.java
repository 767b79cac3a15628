/** The small networks that this project trains and ships: denoisers, autoencoders, classifiers, in the engine's operations. */
package s4s.model.mini;
