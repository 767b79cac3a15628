package s4s.image;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.IntStream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * What JPEG leaves of images.
 *
 * @param percent the writer's quality, 1 to 100
 */
public record JpegQuality(int percent) {

    /** Checks the range. */
    public JpegQuality {
        if (percent < 1 || percent > 100) {
            throw new IllegalArgumentException("JPEG's quality goes from 1 to 100, not to " + percent);
        }
    }

    /** The images, each written as JPEG and read again, without labels. */
    public ImageSet of(ImageSet images) {
        int size = images.channels() * images.height() * images.width();
        byte[] result = new byte[images.count() * size];
        IntStream.range(0, images.count()).parallel().forEach(i -> {
            try (ImageDecoder decoder = new ImageDecoder(encoded(images, i), "image " + i)) {
                decoder.planes(result, i * size, Colours.RGB_ONLY);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
        return ImageSet.of(result, images.height(), images.width(), images.source());
    }

    private byte[] encoded(ImageSet images, int i) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        try (MemoryCacheImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            writer.setOutput(out);
            ImageWriteParam settings = writer.getDefaultWriteParam();
            settings.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
            settings.setCompressionQuality(percent / 100f);
            BufferedImage picture = Pictures.grid(images.part(i, 1), 1, 0, 1);
            writer.write(null, new IIOImage(picture, null, null), settings);
        } finally {
            writer.dispose();
        }
        return bytes.toByteArray();
    }
}
