/**
 * S4S for Java: few-step solvers of the diffusion ODE as values.
 *
 * <p>What the launcher {@code ./s4s} sets for its programs, a program that uses the library sets for itself: with glibc the
 * environment variables {@code MALLOC_ARENA_MAX=1}, {@code MALLOC_TRIM_THRESHOLD_=1073741824} and
 * {@code MALLOC_MMAP_THRESHOLD_=4294967296} keep the memory of freed tensors, which else is given back and asked for anew by every
 * operation. How long the engine's threads spin ({@code GOMP_SPINCOUNT}) is set by
 * {@code s4s.model.Devices.manager()} before it loads the engine: make the first manager there. The engine's
 * native library is unpacked into {@code ~/.djl.ai}, or the folder {@code DJL_CACHE_DIR}.
 *
 * <p>A TorchScript file is a program: load only those of a source that you trust.
 */
package s4s;
