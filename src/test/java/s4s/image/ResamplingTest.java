package s4s.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.io.Hashes;

class ResamplingTest {
    /** 7 rows of 5. */
    private static final int[] PICTURE = {106, 152, 249, 131, 184, 200, 0, 21, 253, 147, 202, 107, 249, 169, 138, 149, 119, 166,
        224, 148, 172, 93, 167, 142, 248, 26, 81, 218, 150, 66, 2, 191, 60, 129, 179};

    /** torch.nn.functional.interpolate(x, size=(3, 4), mode=..., align_corners=False, antialias=...), torch 1.13, rounded. */
    @Test
    void equalsTorch() {
        assertResized(Resampling.BILINEAR, 3, 4, 154, 68, 169, 166, 145, 137, 202, 158, 30, 136, 151, 109);
        assertResized(Resampling.BILINEAR_ANTIALIASED, 3, 4, 144, 108, 175, 167, 147, 134, 185, 170, 67, 134, 145, 144);
        assertResized(Resampling.BICUBIC_ANTIALIASED, 3, 4, 146, 101, 182, 165, 154, 129, 194, 172, 56, 136, 143, 144);
    }

    /** First row of the enlarged image, by torch. */
    @Test
    void enlargesAsTorchDoes() {
        assertStart(Resampling.BILINEAR, 106, 114, 135, 161, 205, 249, 195, 142, 150, 174, 184);
        assertStart(Resampling.BILINEAR_ANTIALIASED, 106, 114, 135, 161, 205, 249, 195, 142, 150, 174, 184);
        assertStart(Resampling.BICUBIC_ANTIALIASED, 96, 108, 131, 168, 228, 255, 204, 131, 137, 176, 191);
    }

    @Test
    void nearestRepeatsAndKeeps() {
        ImageSet doubled = Resampling.NEAREST.resize(pictures(), 14, 10);
        assertEquals(106, doubled.pixels()[11] & 0xff);
        assertArrayEquals(pictures().pixels(), Resampling.NEAREST.resize(doubled, 7, 5).pixels());
        for (Resampling way : Resampling.values()) {
            assertArrayEquals(pictures().pixels(), way.resize(pictures(), 7, 5).pixels(), way.toString());
        }
    }

    /**
     * Pillow 13: {@code Image.fromarray(plane).resize((width, height), Image.BICUBIC)} of each plane, of numbers that a linear
     * congruential generator makes; black and white ones where its seed is odd.
     */
    @ParameterizedTest
    @CsvSource({"2, 37, 29, 12, 10, a1cdfd54ee0bb5cc12016dc592f30e9c234ec1cb6ca8877234fbfdca7c532a35",
        "3, 37, 29, 12, 10, fe51df12d9a165c7a022452e0d5d57a678f61b7fbdcd386a396798c3bae4e47e",
        "4, 16, 16, 33, 40, 0e6afbe01d26194bda689e8d59a266ec1870cef6135e4cebe73d7ed14e02e8d3",
        "5, 16, 16, 33, 40, b6840d4efa3960ff2ee5b4ea6a338b1ce60a15169ef44f50c5a10cbea394dd8b",
        "6, 64, 64, 64, 21, 17972d2cf68694d18a5fd20b919de7916844a30a545aa3b84353649ce7dd2ddd"})
    void bytesAreThoseOfPillow(int seed, int height, int width, int newHeight, int newWidth, String sha256) {
        byte[] pixels = new byte[3 * height * width];
        long state = seed;
        for (int i = 0; i < pixels.length; i++) {
            state = (state * 1103515245 + 12345) % (1L << 31);
            pixels[i] = (byte) (seed % 2 == 0 ? state >> 16 & 255 : (state >> 16 & 1) * 255);
        }
        ImageSet resized = Resampling.BICUBIC_ANTIALIASED.resizeInBytes(ImageSet.of(pixels, height, width, ""), newHeight,
                newWidth);
        assertEquals(sha256, Hashes.sha256(resized.pixels()));
    }

    @Test
    void refusesNoPixels() {
        assertTrue(assertThrows(IllegalArgumentException.class, () -> Resampling.BILINEAR.resize(pictures(), 0, 5))
                .getMessage().contains("5x0"));
    }

    /** The flat image survives, detail suffers with falling quality, and the size stays. */
    @Test
    void jpegLosesMoreAtLowerQuality() {
        byte[] flat = new byte[3 * 16 * 16];
        Arrays.fill(flat, (byte) 100);
        for (byte sample : new JpegQuality(75).of(ImageSet.of(flat, 16, 16, "flat")).pixels()) {
            assertEquals(100, sample, 1);
        }
        double fine = error(new JpegQuality(95).of(pictures()));
        double coarse = error(new JpegQuality(20).of(pictures()));
        assertTrue(fine > 0 && fine < coarse, fine + " and " + coarse);
        assertThrows(IllegalArgumentException.class, () -> new JpegQuality(0));
    }

    private static double error(ImageSet changed) {
        assertEquals(7, changed.height());
        assertEquals(2, changed.count());
        double sum = 0;
        for (int i = 0; i < changed.pixels().length; i++) {
            sum += Math.abs((changed.pixels()[i] & 0xff) - (pictures().pixels()[i] & 0xff));
        }
        return sum;
    }

    private static void assertResized(Resampling way, int height, int width, int... expected) {
        byte[] plane = new byte[expected.length];
        for (int i = 0; i < plane.length; i++) {
            plane[i] = (byte) expected[i];
        }
        byte[] actual = way.resize(pictures(), height, width).pixels();
        assertEquals(6 * plane.length, actual.length);
        for (int p = 0; p < 6; p++) {
            assertArrayEquals(plane, Arrays.copyOfRange(actual, p * plane.length, (p + 1) * plane.length), way + " " + p);
        }
    }

    private static void assertStart(Resampling way, int... expected) {
        byte[] actual = way.resize(pictures(), 9, 11).pixels();
        for (int x = 0; x < expected.length; x++) {
            assertEquals(expected[x], actual[x] & 0xff, way + " column " + x);
        }
    }

    /** Two images, all three channels alike. */
    private static ImageSet pictures() {
        byte[] pixels = new byte[6 * PICTURE.length];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) PICTURE[i % PICTURE.length];
        }
        return ImageSet.of(pixels, 7, 5, "two");
    }
}
