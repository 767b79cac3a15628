/**
 * Sets of 8-bit images ({@link s4s.image.ImageSet}), read from folders, archives and arrays, and contact sheets
 * ({@link s4s.image.Pictures}).
 *
 * <p>Image files have the pixels that Pillow gives them, on which published numbers rest. JPEG and webp are therefore decoded
 * by libjpeg-turbo and libwebp, by way of the native library Leptonica: ImageIO's JPEG reader applies colour profiles, stops at
 * unusual metadata, and on some Javas smooths less than libjpeg-turbo does.
 */
package s4s.image;
