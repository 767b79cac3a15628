package s4s.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.plugins.tiff.BaselineTIFFTagSet;
import javax.imageio.plugins.tiff.TIFFDirectory;
import javax.imageio.plugins.tiff.TIFFField;
import javax.imageio.stream.MemoryCacheImageInputStream;

/** An image of a kind that ImageIO reads in Java itself, the same on every system: png, bmp, gif, tiff. */
final class JavaImage implements ImageDecoder.Picture {
    private static final int ORIENTATION = BaselineTIFFTagSet.TAG_ORIENTATION;
    private static final int PNG_START = 8;

    private final ImageFormat format;
    private final byte[] file;
    private final ImageReader reader;
    private final int width;
    private final int height;

    JavaImage(ImageFormat format, byte[] file) throws IOException {
        this.format = format;
        this.file = file;
        // Held in memory: ImageIO's own streams would make a temporary file for each image.
        MemoryCacheImageInputStream stream = new MemoryCacheImageInputStream(new ByteArrayInputStream(file));
        reader = ImageIO.getImageReadersByFormatName(format.name()).next();
        reader.setInput(stream, true, format != ImageFormat.TIFF);
        width = reader.getWidth(0);
        height = reader.getHeight(0);
        ByteBuffer bytes = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        if (format == ImageFormat.GIF && (bytes.getShort(6) != width || bytes.getShort(8) != height)) {
            throw new IOException("a gif whose first frame does not fill its screen");
        }
    }

    /** Java's reader doesn't look at them. A file without its end chunk is whole, as it is to Pillow. */
    private void requireChecksums() throws IOException {
        ByteBuffer chunks = ByteBuffer.wrap(file, PNG_START, file.length - PNG_START);
        while (chunks.remaining() >= 12) {
            int length = chunks.getInt();
            if (length < 0 || length > chunks.remaining() - 8) {
                return;                                     // the reader will find the end missing
            }
            CRC32 crc = new CRC32();
            crc.update(file, chunks.position(), length + 4);
            boolean last = chunks.getInt(chunks.position()) == 0x49454e44;
            chunks.position(chunks.position() + length + 4);
            if (chunks.getInt() != (int) crc.getValue()) {
                throw new IOException("a checksum is wrong");
            }
            if (last) {
                return;
            }
        }
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public ImageDecoder.Rgb rgb() throws IOException {
        if (format == ImageFormat.PNG) {
            requireChecksums();
        }
        return format == ImageFormat.TIFF ? tiff() : of(reader.read(0));
    }

    private ImageDecoder.Rgb of(BufferedImage image) {
        boolean palette = image.getColorModel() instanceof IndexColorModel;
        int bits = image.getSampleModel().getSampleSize(0);
        String kind = image.getColorModel().hasAlpha() ? "has an alpha channel"
                : !palette && image.getRaster().getNumBands() < 3 ? "is grey"
                : !palette && bits > 8 ? "has " + bits + " bits a sample" : "";
        return new ImageDecoder.Rgb(kind, (out, offset) -> copy(image, out, offset));
    }

    /** Of TIFF's many kinds those whose samples mean to Pillow what they are. */
    private ImageDecoder.Rgb tiff() throws IOException {
        TIFFDirectory tags = TIFFDirectory.createFromMetadata(reader.getImageMetadata(0));
        int meaning = tag(tags, BaselineTIFFTagSet.TAG_PHOTOMETRIC_INTERPRETATION, -1);
        int numbers = tag(tags, BaselineTIFFTagSet.TAG_SAMPLE_FORMAT, BaselineTIFFTagSet.SAMPLE_FORMAT_UNSIGNED_INTEGER);
        int bits = tag(tags, BaselineTIFFTagSet.TAG_BITS_PER_SAMPLE, 1);
        boolean known = meaning == BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_BLACK_IS_ZERO
                || meaning == BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_RGB
                || meaning == BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_PALETTE_COLOR
                || meaning == BaselineTIFFTagSet.PHOTOMETRIC_INTERPRETATION_Y_CB_CR
                && tag(tags, BaselineTIFFTagSet.TAG_COMPRESSION, 0) == BaselineTIFFTagSet.COMPRESSION_JPEG;
        if (!known || numbers != BaselineTIFFTagSet.SAMPLE_FORMAT_UNSIGNED_INTEGER || bits > 16) {
            throw new IOException("a tiff of photometric interpretation " + meaning + ", sample format " + numbers + ", " + bits
                    + " bits");
        }
        if (tag(tags, ORIENTATION, 1) != 1) {
            throw new IOException("a tiff that is to be turned (orientation " + tag(tags, ORIENTATION, 1) + ")");
        }
        if (tag(tags, BaselineTIFFTagSet.TAG_EXTRA_SAMPLES, 0) == BaselineTIFFTagSet.EXTRA_SAMPLES_ASSOCIATED_ALPHA) {
            throw new IOException("a tiff whose colours are multiplied by alpha");
        }
        BufferedImage image = reader.read(0);
        if (image.getColorModel() instanceof IndexColorModel && tags.containsTIFFField(BaselineTIFFTagSet.TAG_COLOR_MAP)) {
            TIFFField colours = tags.getTIFFField(BaselineTIFFTagSet.TAG_COLOR_MAP);
            return new ImageDecoder.Rgb("", (out, offset) -> palette(image.getRaster(), colours, out, offset));
        }
        return of(image);
    }

    private static int tag(TIFFDirectory tags, int number, int otherwise) {
        return tags.containsTIFFField(number) ? tags.getTIFFField(number).getAsInt(0) : otherwise;
    }

    private void copy(BufferedImage image, byte[] out, int offset) {
        // Not BufferedImage.getRGB: it would brighten grey images, which Java takes for linear light.
        Raster raster = image.getRaster();
        int[] samples = new int[width * height];
        for (int c = 0; c < 3; c++) {
            int band = raster.getNumBands() < 3 ? 0 : c;
            raster.getSamples(0, 0, width, height, band, samples);
            if (image.getColorModel() instanceof IndexColorModel colours) {
                for (int i = 0; i < samples.length; i++) {
                    out[offset + c * samples.length + i] = (byte) (colours.getRGB(samples[i]) >> 16 - 8 * c);
                }
            } else {
                int bits = raster.getSampleModel().getSampleSize(band);
                boolean deepGrey = bits > 8 && raster.getNumBands() == 1;
                for (int i = 0; i < samples.length; i++) {
                    out[offset + c * samples.length + i] = (byte) (bits == 8 ? samples[i] : deepGrey ? Math.min(255, samples[i])
                            : bits > 8 ? samples[i] >> bits - 8 : samples[i] * 255 / ((1 << bits) - 1));
                }
            }
        }
    }

    /** The upper eight of the palette's sixteen bits. */
    private void palette(Raster raster, TIFFField colours, byte[] out, int offset) {
        int[] samples = raster.getSamples(0, 0, width, height, 0, (int[]) null);
        int size = colours.getCount() / 3;
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < samples.length; i++) {
                out[offset + c * samples.length + i] = (byte) (colours.getAsInt(c * size + samples[i]) >> 8);
            }
        }
    }

    @Override
    public void close() {
        reader.dispose();
    }
}
