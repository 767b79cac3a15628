/**
 * Files in and out, on the JVM alone: numpy arrays ({@link s4s.data.Npy}, {@link s4s.data.Npz}), sets of 8-bit
 * pictures ({@link s4s.data.ImageSet}), contact sheets ({@link s4s.data.Pictures}).
 *
 * <p>Picture files have the pixels that Pillow gives them, on which published numbers rest. JPEG and webp are therefore decoded
 * by libjpeg-turbo and libwebp, by way of the native library Leptonica: ImageIO's JPEG reader applies colour profiles, stops at
 * unusual metadata, and on some Javas smooths less than libjpeg-turbo does.
 *
 * <p>What is read is distrusted: a declared size is compared with the bytes that are really there before memory is
 * taken, and every refusal is a {@link s4s.data.BadFileException} whose message is one line for the user. What is
 * written appears whole or not at all ({@link s4s.data.AtomicFiles}).
 */
package s4s.data;
