package s4s.image;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.MemoryCacheImageInputStream;
import s4s.io.BadFileException;

/**
 * One image file to 8-bit RGB planes, the bytes of Pillow's {@code Image.open(file).convert("RGB")}. Sample values are taken
 * as they are stored: no colour profile, gamma or orientation is applied, alpha is dropped, grey is repeated, the first frame
 * of a gif is used. JPEG and webp are decoded by libjpeg-turbo and libwebp ({@link Leptonica}), the others by Java.
 */
final class ImageDecoder implements AutoCloseable {
    /** Larger images are refused before memory is taken for them: 60 bytes can declare any size. */
    private static final int LONGEST_SIDE = 1 << 12;
    private final String name;
    private final Picture picture;

    /** A file of one kind. */
    interface Picture extends AutoCloseable {
        int width();

        int height();

        /** Decodes. */
        Rgb rgb() throws IOException;

        @Override
        default void close() {}
    }

    /**
     * A decoded image.
     *
     * @param kind why it isn't 8-bit RGB as it is, after its name; empty if it is
     * @param planes puts it there
     */
    record Rgb(String kind, Planes planes) {
    }

    /** Writes planes R, G, B of height x width bytes each, the first one at {@code offset}. */
    @FunctionalInterface
    interface Planes {
        void put(byte[] out, int offset) throws IOException;
    }

    /**
     * Reads the image's size.
     *
     * @param file the file's content
     * @param name what it is, for messages
     */
    ImageDecoder(byte[] file, String name) throws BadFileException {
        this.name = name;
        ImageFormat format = ImageFormat.of(file).orElseThrow(() -> new BadFileException(name + (file.length == 0
                ? " is empty" : " is not a " + ImageFormat.list() + " image") + "; remove or convert it"));
        try {
            picture = open(format, file);
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
        if (width() < 1 || height() < 1 || width() > LONGEST_SIDE || height() > LONGEST_SIDE) {
            picture.close();
            throw new BadFileException(name + " declares " + height() + " rows of " + width()
                    + " pixels; sides up to " + LONGEST_SIDE + " are read: make it smaller");
        }
    }

    private static Picture open(ImageFormat format, byte[] file) throws IOException {
        return switch (format) {
            case JPEG -> new Jpeg(file, JpegHeader.of(file).checked());
            case WEBP -> new Webp(file, Leptonica.WebpHeader.of(file));
            case NETPBM -> new Bitmap(file, Netpbm.of(file));
            case PNG, BMP, GIF, TIFF -> new JavaImage(format, file);
        };
    }

    /** What decodes, with versions, for the record. */
    static String libraries() {
        Map<String, String> versions = Leptonica.versions();
        return "jpeg by libjpeg-turbo " + versions.get("libjpeg-turbo") + ", webp by libwebp " + versions.get("libwebp")
                + ", others by Java";
    }

    int width() {
        return picture.width();
    }

    int height() {
        return picture.height();
    }

    /** Decodes into planes R, G, B of height x width bytes each, the first one at {@code offset}. */
    void planes(byte[] out, int offset, Colours allowed) throws BadFileException {
        try {
            Rgb rgb = picture.rgb();
            if (allowed == Colours.RGB_ONLY && !rgb.kind.isEmpty()) {
                throw new BadFileException(name + " " + rgb.kind + " where 8-bit RGB is expected; give --convert-rgb to have it"
                        + " converted, or save it as RGB");
            }
            rgb.planes.put(out, offset);
        } catch (BadFileException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    @Override
    public void close() {
        picture.close();
    }

    private BadFileException damaged(Exception cause) {
        String reason = cause instanceof IOException && cause.getMessage() != null && cause.getMessage().lines().count() == 1
                ? " (" + cause.getMessage() + ")" : "";
        return new BadFileException(name + " is a truncated, damaged or unusual image" + reason
                + "; remove it or save it again as an RGB png", cause);
    }

    private record Jpeg(byte[] file, JpegHeader header) implements Picture {
        @Override
        public int width() {
            return header.width();
        }

        @Override
        public int height() {
            return header.height();
        }

        @Override
        public Rgb rgb() throws IOException {
            if (header.factors().size() == 4) {
                return inks();
            }
            return new Rgb(header.factors().size() == 1 ? "is grey" : "",
                    (out, offset) -> Leptonica.jpeg(file, width(), height(), out, offset));
        }

        /** Inks are decoded by Java: Leptonica gives colours alone, and rounds them otherwise than Pillow. */
        private Rgb inks() throws IOException {
            if (header.isTallSampled()) {
                throw new IOException("CMYK with fewer rows of some inks");
            }
            ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
            try {
                byte[] plain = JpegHeader.withoutMetadata(file);
                reader.setInput(new MemoryCacheImageInputStream(new ByteArrayInputStream(plain)), true, true);
                int[][] bands = Inks.of(reader.readRaster(0, null));
                int[][] inverted = header.isYcck() ? Inks.ofYcck(bands) : bands;
                return new Rgb("is CMYK", (out, offset) -> Inks.planes(inverted, out, offset));
            } finally {
                reader.dispose();
            }
        }
    }

    private record Webp(byte[] file, Leptonica.WebpHeader header) implements Picture {
        @Override
        public int width() {
            return header.width();
        }

        @Override
        public int height() {
            return header.height();
        }

        @Override
        public Rgb rgb() throws IOException {
            boolean extended = file.length > 20 && file[12] == 'V' && file[13] == 'P' && file[14] == '8' && file[15] == 'X';
            if (extended && (file[20] & 2) != 0) {
                throw new IOException("an animation");
            }
            return new Rgb(header.alpha() ? "has an alpha channel" : "",
                    (out, offset) -> Leptonica.webp(file, width(), height(), out, offset));
        }
    }

    private record Bitmap(byte[] file, Netpbm header) implements Picture {
        @Override
        public int width() {
            return header.width();
        }

        @Override
        public int height() {
            return header.height();
        }

        @Override
        public Rgb rgb() {
            String kind = header.grey() ? "is grey" : header.maximum() > 255 ? "has 16 bits a sample" : "";
            return new Rgb(kind, (out, offset) -> header.planes(file, out, offset));
        }
    }
}
