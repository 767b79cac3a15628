package s4s.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static s4s.files.Resources.assertIllegal;
import static s4s.files.Resources.assertRefused;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PicturesTest {
    /** Three images of 1 row, 2 columns. */
    private static final ImageSet THREE = ImageSet.of(new byte[] {
        1, 2, 3, 4, 5, 6,
        11, 12, 13, 14, 15, 16,
        21, 22, 23, 24, 25, (byte) 200}, 1, 2, "three");

    @TempDir
    Path folder;

    private static int rgb(int r, int g, int b) {
        return 0xff000000 | r << 16 | g << 8 | b;
    }

    @Test
    void laysOutInRows() {
        BufferedImage sheet = Pictures.grid(THREE, 2, 1, 1);
        assertEquals(1 + 2 + 1 + 2 + 1, sheet.getWidth());
        assertEquals(1 + 1 + 1 + 1 + 1, sheet.getHeight());
        int white = rgb(255, 255, 255);
        int[] expected = {
            white, white, white, white, white, white, white,
            white, rgb(1, 3, 5), rgb(2, 4, 6), white, rgb(11, 13, 15), rgb(12, 14, 16), white,
            white, white, white, white, white, white, white,
            white, rgb(21, 23, 25), rgb(22, 24, 200), white, white, white, white,
            white, white, white, white, white, white, white};
        assertArrayEquals(expected, sheet.getRGB(0, 0, 7, 5, null, 0, 7));
    }

    @Test
    void repeatsPixels() {
        BufferedImage sheet = Pictures.grid(THREE.head(1), 1, 0, 3);
        int a = rgb(1, 3, 5);
        int b = rgb(2, 4, 6);
        int[] row = {a, a, a, b, b, b};
        for (int y = 0; y < 3; y++) {
            assertArrayEquals(row, sheet.getRGB(0, y, 6, 1, null, 0, 6));
        }
        assertEquals(3, sheet.getHeight());
    }

    /** Small images as they are, large ones at most 128 pixels a side. */
    @Test
    void sheetsShrinkLargePictures() {
        BufferedImage small = Pictures.sheet(THREE, 2);
        assertArrayEquals(Pictures.grid(THREE, 2, 2, 1).getRGB(0, 0, 10, 8, null, 0, 10), small.getRGB(0, 0, 10, 8, null, 0, 10));
        byte[] grey = new byte[2 * 3 * 200 * 400];
        Arrays.fill(grey, (byte) 90);
        BufferedImage large = Pictures.sheet(ImageSet.of(grey, 200, 400, "large"), 1);
        assertEquals(2 + 128 + 2, large.getWidth());
        assertEquals(2 + 64 + 2 + 64 + 2, large.getHeight());
        assertEquals(rgb(90, 90, 90), large.getRGB(100, 100));
    }

    @Test
    void writesPngThatReadsBack() throws IOException {
        Pictures.writePng(folder.resolve("sub/sheet.png"), Pictures.grid(THREE.head(1), 1, 0, 1));
        assertArrayEquals(new byte[] {1, 2, 3, 4, 5, 6}, ImageSet.read(folder.resolve("sub")).pixels());
        assertRefused(() -> Pictures.writePng(folder.resolve("sub"), Pictures.grid(THREE, 1, 0, 1)), "is a folder");
    }

    @Test
    void refusesSheetsThatCannotBe() {
        assertIllegal(() -> Pictures.grid(THREE, 0, 1, 1), "columns 0");
        assertIllegal(() -> Pictures.grid(THREE, 1, -1, 1), "padding -1");
        assertIllegal(() -> Pictures.grid(THREE, 1, 0, 0), "scale 0");
        assertIllegal(() -> Pictures.grid(THREE, 1, 0, Integer.MAX_VALUE), "a side of 4294967294 pixels");
        assertIllegal(() -> Pictures.grid(THREE, Integer.MAX_VALUE, 0, 1), "a side of");
    }
}
