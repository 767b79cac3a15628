package s4s.display;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;

class PictureTest {

    private static BufferedImage plain(int width, int height, int rgb) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, rgb);
            }
        }
        return image;
    }

    @Test
    void sheetPutsImagesInRows() {
        Picture sheet = Picture.sheet(
                List.of(plain(8, 8, 0xFF0000), plain(8, 8, 0x00FF00), plain(8, 8, 0x0000FF)), 2, 3);
        BufferedImage image = sheet.image();
        assertEquals(24 + 2 + 24, image.getWidth());
        assertEquals(24 + 2 + 24, image.getHeight());
        assertEquals(0xFFFF0000, image.getRGB(23, 23));
        assertEquals(0xFFFFFFFF, image.getRGB(24, 23), "a white gap");
        assertEquals(0xFF00FF00, image.getRGB(26, 0));
        assertEquals(0xFF0000FF, image.getRGB(0, 26));
        assertEquals(0xFFFFFFFF, image.getRGB(26, 26), "no fourth image");
        assertEquals("Image: 3 images, 8x8 each", sheet.toString());
        assertEquals("Image: 8x8 images, 32x32 each",
                Picture.sheet(Collections.nCopies(64, plain(32, 32, 0)), 8, 1).toString());
    }

    @Test
    void galleryTitlesItsPanels() {
        Map<String, BufferedImage> panels = new LinkedHashMap<>();
        panels.put("DDIM, 5 NFE", plain(120, 60, 0xFF0000));
        panels.put("a title that is far too long for the width of its panel", plain(120, 60, 0x0000FF));
        BufferedImage image = Picture.gallery(panels, 2).image();
        int top = 0;
        while (image.getRGB(image.getWidth() / 4, top) != 0xFFFF0000) {
            top++;
        }
        assertTrue(top > 30, "room for titles");
        boolean ink = false;
        for (int y = 0; y < top; y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                ink |= (image.getRGB(x, y) & 0xFF) < 100;
            }
            assertEquals(0xFFFFFFFF, image.getRGB(0, y), "titles stay inside");
            assertEquals(0xFFFFFFFF, image.getRGB(image.getWidth() - 1, y), "titles stay inside");
        }
        assertTrue(ink);
        assertEquals(0xFF0000FF, image.getRGB(image.getWidth() * 3 / 4, top), "panels in order");
    }

    @Test
    void captionStandsBelow() {
        Picture picture = Picture.of(plain(300, 50, 0xFF0000), "red").caption("all red");
        assertEquals(300, picture.image().getWidth());
        assertTrue(picture.image().getHeight() > 60);
        assertEquals("Image: red: all red", picture.toString());
    }

    @Test
    void pngIsOpaqueAndSmall() throws Exception {
        Picture picture = Picture.of(new BufferedImage(500, 500, BufferedImage.TYPE_INT_ARGB), "clear");
        BufferedImage read = ImageIO.read(new ByteArrayInputStream(picture.png()));
        assertFalse(read.getColorModel().hasAlpha());
        assertEquals(0xFFFFFFFF, read.getRGB(1, 1));
        assertTrue(picture.png().length < 3000);
    }

    @Test
    void badInputIsRefused() {
        assertEquals("image 1 of the sheet is 2x2, the first is 3x3", assertThrows(IllegalArgumentException.class,
                () -> Picture.sheet(List.of(plain(3, 3, 0), plain(2, 2, 0)), 2, 1)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> Picture.sheet(List.of(), 2, 1));
        assertThrows(IllegalArgumentException.class, () -> Picture.gallery(Map.of(), 2));
    }
}
