package s4s.data;

import java.awt.color.ColorSpace;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import javax.imageio.IIOException;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * One picture file (png, jpeg, bmp, gif) to 8-bit RGB planes. Sample values are taken as they are stored: no colour
 * profile, gamma or orientation is applied, alpha is dropped, grey is repeated, the first frame of a gif is used.
 */
final class ImageDecoder implements AutoCloseable {
    /** Larger pictures are refused before memory is taken for them: 60 bytes can declare any size. */
    private static final int LONGEST_SIDE = 1 << 12;

    private final byte[] file;
    private final String name;
    private final MemoryCacheImageInputStream stream;
    private final ImageReader reader;
    private final int width;
    private final int height;

    /**
     * Reads the picture's size.
     *
     * @param file the file's content
     * @param name what it is, for messages
     */
    ImageDecoder(byte[] file, String name) throws BadFileException {
        this.file = file;
        this.name = name;
        // Held in memory: ImageIO's own streams would make a temporary file for each picture.
        stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file));
        Iterator<ImageReader> readers = ImageIO.getImageReaders(stream);
        if (!readers.hasNext()) {
            throw new BadFileException(name + " is not a png, jpeg, bmp or gif picture; remove or convert it");
        }
        reader = readers.next();
        reader.setInput(stream, true, true);
        try {
            width = reader.getWidth(0);
            height = reader.getHeight(0);
        } catch (IOException | RuntimeException e) {
            reader.dispose();
            throw damaged(e);
        }
        if (width < 1 || height < 1 || width > LONGEST_SIDE || height > LONGEST_SIDE) {
            reader.dispose();
            throw new BadFileException(name + " declares " + height + " rows of " + width
                    + " pixels; sides up to " + LONGEST_SIDE + " are read: make it smaller");
        }
    }

    int width() {
        return width;
    }

    int height() {
        return height;
    }

    /** Decodes into planes R, G, B of height x width bytes each, the first one at {@code offset}. */
    void planes(byte[] out, int offset, Colours allowed) throws BadFileException {
        // Java's jpeg reader fills the missing part with grey and does not complain.
        if (isJpeg() && !hasJpegEnd()) {
            throw damaged(new IIOException("no end-of-image marker"));
        }
        try {
            BufferedImage image = reader.read(0);
            int colours = image.getColorModel().getColorSpace().getType();
            if (colours != ColorSpace.TYPE_RGB && colours != ColorSpace.TYPE_GRAY) {
                throw new IIOException("colour space of type " + colours + " (CMYK is 9)");
            }
            if (allowed == Colours.RGB_ONLY) {
                requireRgb(image);
            }
            copy(image, out, offset);
        } catch (BadFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    @Override
    public void close() {
        reader.dispose();
    }

    private void requireRgb(BufferedImage image) throws BadFileException {
        boolean palette = image.getColorModel() instanceof IndexColorModel;
        String kind = image.getColorModel().hasAlpha() ? "has an alpha channel"
                : !palette && image.getRaster().getNumBands() < 3 ? "is grey"
                : !palette && image.getSampleModel().getSampleSize(0) != 8
                        ? "has " + image.getSampleModel().getSampleSize(0) + " bits a sample" : "";
        if (!kind.isEmpty()) {
            throw new BadFileException(name + " " + kind + " where 8-bit RGB is expected; give --convert-rgb to have it"
                    + " converted, or save it as RGB");
        }
    }

    private void copy(BufferedImage image, byte[] out, int offset) {
        // Not BufferedImage.getRGB: it would brighten grey pictures, which Java takes for linear light.
        Raster raster = image.getRaster();
        int pixels = width * height;
        int[] samples = new int[pixels];
        for (int c = 0; c < 3; c++) {
            int band = raster.getNumBands() < 3 ? 0 : c;
            raster.getSamples(0, 0, width, height, band, samples);
            if (image.getColorModel() instanceof IndexColorModel palette) {
                for (int i = 0; i < pixels; i++) {
                    out[offset + c * pixels + i] = (byte) (palette.getRGB(samples[i]) >> 16 - 8 * c);
                }
            } else {
                int max = (1 << raster.getSampleModel().getSampleSize(band)) - 1;
                for (int i = 0; i < pixels; i++) {
                    out[offset + c * pixels + i] =
                            (byte) (max == 255 ? samples[i] : (samples[i] * 255L + max / 2) / max);
                }
            }
        }
    }

    private boolean isJpeg() {
        return file.length > 2 && (file[0] & 0xff) == 0xff && (file[1] & 0xff) == 0xd8;
    }

    private boolean hasJpegEnd() {
        for (int i = file.length - 2; i > 1; i--) {
            if ((file[i] & 0xff) == 0xff && (file[i + 1] & 0xff) == 0xd9) {
                return true;
            }
        }
        return false;
    }

    private BadFileException damaged(Exception cause) {
        return new BadFileException(name + " is a truncated, damaged or unusual (CMYK?) picture;"
                + " remove it or save it again as an RGB png", cause);
    }
}
