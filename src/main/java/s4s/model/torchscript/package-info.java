/** Networks as TorchScript files: any published checkpoint, exported once by {@code src/main/python}. */
package s4s.model.torchscript;
