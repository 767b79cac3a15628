/**
 * The ground floor: files in and out, and what is known of their making. numpy arrays ({@link s4s.io.Npy}, {@link s4s.io.Npz}),
 * JSON ({@link s4s.io.JsonFields}), results with the recipe that made them ({@link s4s.io.ResultsFile},
 * {@link s4s.io.Provenance}), checkpoints, and the progress of long loops.
 *
 * <p>What is read is distrusted: a declared size is compared with the bytes that are really there before memory is
 * taken, and every refusal is a {@link s4s.io.BadFileException} whose message is one line for the user. What is
 * written appears whole or not at all ({@link s4s.io.AtomicFiles}).
 */
package s4s.io;
