package s4s.image;

import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import s4s.io.AtomicFiles;
import s4s.io.BadFileException;

/** Contact sheets. */
public final class Pictures {
    private static final int TILE = 128;
    private static final int LONGEST_SIDE = 1 << 15;
    /** 256 million pixels, one GiB in memory. */
    private static final long LARGEST_AREA = 1 << 28;

    private Pictures() {
    }

    /**
     * Images in rows on white, from left to right and top to bottom.
     *
     * @param images what to show
     * @param columns images in a row, at least 1
     * @param padding white pixels around each image (shared between neighbours), at least 0
     * @param scale side of the square that each pixel becomes, at least 1
     * @return columns * (width * scale + padding) + padding pixels wide
     * @throws IllegalArgumentException if a number is too small, or the sheet would be unreasonably large
     */
    public static BufferedImage grid(ImageSet images, int columns, int padding, int scale) {
        if (columns < 1 || padding < 0 || scale < 1) {
            throw new IllegalArgumentException("columns " + columns + ", padding " + padding + ", scale " + scale
                    + "; columns and scale must be at least 1, padding at least 0");
        }
        int rows = (images.count() - 1) / columns + 1;
        long stepX = (long) images.width() * scale + padding;
        long stepY = (long) images.height() * scale + padding;
        int width = side(columns, stepX, padding);
        int height = side(rows, stepY, padding);
        if ((long) width * height > LARGEST_AREA) {
            throw tooLarge(width + "x" + height + " pixels");
        }
        BufferedImage sheet = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        // Not createGraphics: where a display is announced but cannot be reached, it fails.
        int[] canvas = ((DataBufferInt) sheet.getRaster().getDataBuffer()).getData();
        Arrays.fill(canvas, 0xffffff);
        for (int i = 0; i < images.count(); i++) {
            int left = padding + (int) (i % columns * stepX);
            int top = padding + (int) (i / columns * stepY);
            draw(images, i, canvas, top * width + left, width, scale);
        }
        return sheet;
    }

    /**
     * {@link #grid} of a notebook: two pixels between images, which are shown as they are up to 128 pixels a side, and smaller than
     * they are beyond ({@link Resampling#BICUBIC_ANTIALIASED}), so that sheets of large images fit on a page and into a file.
     */
    public static BufferedImage sheet(ImageSet images, int columns) {
        int side = Math.max(images.height(), images.width());
        return grid(side <= TILE ? images : Resampling.BICUBIC_ANTIALIASED.resize(images,
                Math.max(1, images.height() * TILE / side), Math.max(1, images.width() * TILE / side)), columns, 2, 1);
    }

    /**
     * Writes an image as png.
     *
     * @param file where to; replaced atomically
     * @param image what to write
     * @throws IOException if the file cannot be written
     */
    public static void writePng(Path file, BufferedImage image) throws IOException {
        AtomicFiles.write(file, out -> {
            try (MemoryCacheImageOutputStream png = new MemoryCacheImageOutputStream(out)) {
                if (!ImageIO.write(image, "png", png)) {
                    throw new BadFileException("cannot write " + file + ": this Java has no png writer for the image");
                }
            }
        });
    }

    /** Fills the image's lines into the canvas, which is {@code width} pixels wide, from {@code corner} on. */
    private static void draw(ImageSet images, int index, int[] canvas, int corner, int width, int scale) {
        byte[] pixels = images.pixels();
        int area = images.width() * images.height();
        int start = index * images.channels() * area;
        for (int y = 0; y < images.height() * scale; y++) {
            for (int x = 0; x < images.width() * scale; x++) {
                int at = start + y / scale * images.width() + x / scale;
                canvas[corner + y * width + x] =
                        (pixels[at] & 0xff) << 16 | (pixels[at + area] & 0xff) << 8 | pixels[at + 2 * area] & 0xff;
            }
        }
    }

    private static int side(int count, long step, int padding) {
        long side = step > LONGEST_SIDE ? step : count * step + padding;
        if (side > LONGEST_SIDE) {
            throw tooLarge("a side of " + side + " pixels");
        }
        return (int) side;
    }

    private static IllegalArgumentException tooLarge(String what) {
        return new IllegalArgumentException("the sheet would have " + what
                + "; show fewer images, or use another number of columns or a smaller scale");
    }
}
