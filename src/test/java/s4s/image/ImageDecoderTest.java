package s4s.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.files.Resources.resource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import s4s.io.BadFileException;
import s4s.io.Hashes;

/** Image files of many kinds against Pillow; {@code src/test/python/make_pictures.py} made them and says how. */
class ImageDecoderTest {
    /** Pillow reads them; here they are refused rather than guessed at. */
    private static final Set<String> REFUSED = Set.of(
            // no end-of-image marker: Pillow is content with the bytes that follow, the missing part is made of them
            "jpeg/no-end-but-text.jpg", "jpeg/no-end-but-zeros.jpg",
            "webp/animated.webp", "gif/larger-screen.gif", "tif/cmyk.tif", "tif/float.tif", "tif/int32.tif", "tif/lab.tif",
            "tif/orientation-6.tif", "tif/premultiplied.tif", "tif/white-is-zero.tif", "tif/ycbcr.tif");
    /** Pillow refuses it for a marker that libjpeg passes over. */
    private static final String READ = "jpeg/adobe-short.jpg";

    @Test
    void everyKindOfFileIsAsInPillow() throws IOException {
        List<String> wrong = new ArrayList<>();
        Set<String> refused = new TreeSet<>();
        try (ZipFile zip = new ZipFile(resource("pictures.zip").toFile())) {
            String[] rows = new String(bytes(zip, "pictures.csv"), StandardCharsets.UTF_8).split("\n");
            assertTrue(rows.length > 360);
            for (String row : List.of(rows).subList(1, rows.length)) {
                String[] fields = row.split(",");
                String found = decoded(bytes(zip, fields[0]), fields[0]);
                if (found.equals("0,0,refused") && !fields[3].equals("refused")) {
                    refused.add(fields[0]);
                } else if (!(fields[0] + "," + found).equals(row) && !fields[0].equals(READ)) {
                    wrong.add(row + ": " + found);
                }
            }
        }
        assertEquals(List.of(), wrong);
        assertEquals(new TreeSet<>(REFUSED), refused);
    }

    private static byte[] bytes(ZipFile zip, String name) throws IOException {
        return zip.getInputStream(zip.getEntry(name)).readAllBytes();
    }

    private static String decoded(byte[] file, String name) {
        try (ImageDecoder decoder = new ImageDecoder(file, name)) {
            byte[] planes = new byte[3 * decoder.width() * decoder.height()];
            decoder.planes(planes, 0, Colours.CONVERTED);
            int area = planes.length / 3;
            byte[] rows = new byte[planes.length];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = planes[i % 3 * area + i / 3];
            }
            return decoder.width() + "," + decoder.height() + "," + Hashes.sha256(rows);
        } catch (BadFileException e) {
            assertEquals(1, e.getMessage().lines().count(), e.getMessage());
            assertTrue(e.getMessage().contains(name), e.getMessage());
            return "0,0,refused";
        }
    }
}
