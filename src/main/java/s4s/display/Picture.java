package s4s.display;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import s4s.io.AtomicFiles;

/** An image to look at, with words for where it cannot be shown. Held as opaque 8-bit RGB. */
public final class Picture {

    private static final int GAP = 2; // between the images of a sheet
    private static final int SPACE = 16; // between the panels of a gallery
    private static final Color PAPER = Color.WHITE;
    private static final Color INK = new Color(0x333333);

    private final BufferedImage image;
    private final String description;

    private Picture(BufferedImage image, String description) {
        this.image = image;
        this.description = description;
    }

    /**
     * @param image copied; transparent parts become white
     * @param description words for where the image cannot be shown
     */
    public static Picture of(BufferedImage image, String description) {
        return new Picture(copy(image), description);
    }

    /**
     * Equal images in rows, on white: the usual sheet of samples.
     *
     * @param images at least one, all of one size
     * @param columns images in a row, at least 1
     * @param scale each pixel becomes a square of this side, 1 to 16
     */
    public static Picture sheet(List<BufferedImage> images, int columns, int scale) {
        if (images.isEmpty() || columns < 1 || scale < 1 || scale > 16) {
            throw new IllegalArgumentException("a sheet needs images, at least one column and a scale of 1 to 16; got "
                    + images.size() + " images, " + columns + " columns, scale " + scale);
        }
        int width = images.get(0).getWidth();
        int height = images.get(0).getHeight();
        int across = Math.min(columns, images.size());
        int rows = (images.size() + columns - 1) / columns;
        BufferedImage sheet = paper(across * (width * scale + GAP) - GAP, rows * (height * scale + GAP) - GAP);
        Graphics2D g = sheet.createGraphics(); // its default interpolation keeps hard pixels
        for (int i = 0; i < images.size(); i++) {
            BufferedImage image = images.get(i);
            if (image.getWidth() != width || image.getHeight() != height) {
                throw new IllegalArgumentException("image " + i + " of the sheet is " + image.getWidth() + "x"
                        + image.getHeight() + ", the first is " + width + "x" + height);
            }
            g.drawImage(image, i % columns * (width * scale + GAP), i / columns * (height * scale + GAP),
                    width * scale, height * scale, PAPER, null);
        }
        g.dispose();
        String count = images.size() == 1 ? "1 image" : images.size() == across * rows && rows > 1
                ? rows + "x" + across + " images" : images.size() + " images";
        return new Picture(sheet, count + ", " + width + "x" + height + (images.size() == 1 ? "" : " each"));
    }

    /**
     * Panels with a title above each, for comparing.
     *
     * @param panels title to image, in drawing order
     * @param columns panels in a row, at least 1
     */
    public static Picture gallery(Map<String, BufferedImage> panels, int columns) {
        if (panels.isEmpty() || columns < 1) {
            throw new IllegalArgumentException("a gallery needs panels and at least one column; got " + panels.size()
                    + " panels, " + columns + " columns");
        }
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 14);
        FontMetrics metrics = metrics(font);
        List<String> titles = new ArrayList<>(panels.keySet());
        List<BufferedImage> images = new ArrayList<>(panels.values());
        int across = Math.min(columns, images.size());
        int rows = (images.size() + columns - 1) / columns;
        int cellWidth = images.stream().mapToInt(BufferedImage::getWidth).max().orElseThrow();
        int cellHeight = images.stream().mapToInt(BufferedImage::getHeight).max().orElseThrow();
        List<List<String>> wrapped = titles.stream().map(t -> wrap(t, metrics, cellWidth)).toList();
        int band = wrapped.stream().mapToInt(List::size).max().orElseThrow() * metrics.getHeight() + 6;
        BufferedImage out = paper(SPACE + across * (cellWidth + SPACE), SPACE + rows * (band + cellHeight + SPACE));
        Graphics2D g = pen(out, font);
        for (int i = 0; i < images.size(); i++) {
            int left = SPACE + i % columns * (cellWidth + SPACE);
            int top = SPACE + i / columns * (band + cellHeight + SPACE);
            BufferedImage image = images.get(i);
            int indent = (cellWidth - image.getWidth()) / 2;
            List<String> lines = wrapped.get(i);
            for (int line = 0; line < lines.size(); line++) { // the last line stands right above its panel
                int base = top + band - 6 - metrics.getDescent() - (lines.size() - 1 - line) * metrics.getHeight();
                g.drawString(lines.get(line), left + (cellWidth - metrics.stringWidth(lines.get(line))) / 2, base);
            }
            g.drawImage(image, left + indent, top + band, PAPER, null);
        }
        g.dispose();
        return new Picture(out, String.join(" | ", titles));
    }

    /** The copy with a line of text below the image (wrapped to its width). */
    public Picture caption(String text) {
        Font font = new Font(Font.SANS_SERIF, Font.PLAIN, 13);
        FontMetrics metrics = metrics(font);
        int width = Math.max(image.getWidth(), 200);
        List<String> lines = wrap(text, metrics, width - 8);
        BufferedImage out = paper(width, image.getHeight() + 10 + lines.size() * metrics.getHeight());
        Graphics2D g = pen(out, font);
        g.drawImage(image, 0, 0, null);
        for (int i = 0; i < lines.size(); i++) {
            g.drawString(lines.get(i), 4, image.getHeight() + 6 + metrics.getAscent() + i * metrics.getHeight());
        }
        g.dispose();
        return new Picture(out, description + ": " + text);
    }

    /** The pixels: a copy, without alpha. */
    public BufferedImage image() {
        return copy(image);
    }

    /** A PNG file's bytes, 8-bit RGB. */
    public byte[] png() {
        return Png.encode(image);
    }

    /**
     * Writes a PNG file.
     *
     * @throws UncheckedIOException if the file cannot be written
     */
    public void savePng(Path file) {
        try {
            AtomicFiles.write(file, png());
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write the image to " + file + ": " + e.getMessage(), e);
        }
    }

    /** The description. */
    @Override
    public String toString() {
        return "Image: " + description;
    }

    private static BufferedImage copy(BufferedImage image) {
        BufferedImage copy = paper(image.getWidth(), image.getHeight());
        Graphics2D g = copy.createGraphics();
        g.drawImage(image, 0, 0, PAPER, null);
        g.dispose();
        return copy;
    }

    private static BufferedImage paper(int width, int height) {
        BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D g = image.createGraphics();
        g.setColor(PAPER);
        g.fillRect(0, 0, width, height);
        g.dispose();
        return image;
    }

    private static Graphics2D pen(BufferedImage image, Font font) {
        Graphics2D g = image.createGraphics();
        g.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        g.setColor(INK);
        g.setFont(font);
        return g;
    }

    private static FontMetrics metrics(Font font) {
        Graphics2D g = pen(new BufferedImage(1, 1, BufferedImage.TYPE_INT_RGB), font);
        FontMetrics metrics = g.getFontMetrics();
        g.dispose();
        return metrics;
    }

    private static List<String> wrap(String text, FontMetrics metrics, int width) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (String word : text.split("\\s+")) {
            if (line.length() > 0 && metrics.stringWidth(line + " " + word) > width) {
                lines.add(line.toString());
                line.setLength(0);
            }
            line.append(line.length() > 0 ? " " : "").append(word);
        }
        lines.add(line.toString());
        return lines;
    }
}
