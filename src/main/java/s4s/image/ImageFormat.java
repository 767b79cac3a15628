package s4s.image;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;

/** The kinds of image files that are read, those of pytorch-fid and gif. */
enum ImageFormat {
    PNG("png"), JPEG("jpg", "jpeg", "jpe", "jfif"), WEBP("webp"), BMP("bmp"), TIFF("tif", "tiff"),
    NETPBM("ppm", "pgm", "pbm", "pnm"), GIF("gif");

    /** Bytes of a file by which it is known. */
    static final int START = 16;

    /** Endings of other images, which are not read. */
    private static final List<String> OTHERS = List.of("avif", "heic", "heif", "hif", "jxl", "jp2", "j2k", "jpx", "tga",
            "pcx", "ico", "svg", "psd", "exr", "hdr", "dng", "cr2", "nef", "arw", "pfm", "apng", "dib", "sgi", "rgb", "ras",
            "xbm", "xpm", "qoi");

    private final List<String> endings;

    ImageFormat(String... endings) {
        this.endings = List.of(endings);
    }

    /** The kind of a file, by its first {@link #START} bytes. */
    static Optional<ImageFormat> of(byte[] start) {
        String text = new String(start, 0, Math.min(start.length, START), StandardCharsets.ISO_8859_1);
        return text.startsWith("\u0089PNG\r\n\u001a\n") ? Optional.of(PNG)
                : text.startsWith("\u00ff\u00d8\u00ff") ? Optional.of(JPEG)
                : text.startsWith("RIFF") && text.startsWith("WEBP", 8) ? Optional.of(WEBP)
                : text.startsWith("BM") ? Optional.of(BMP)
                : text.startsWith("II*\0") || text.startsWith("MM\0*") ? Optional.of(TIFF)
                : text.matches("(?s)P[1-6][\\s#].*") ? Optional.of(NETPBM)
                : text.startsWith("GIF8") ? Optional.of(GIF) : Optional.empty();
    }

    /** Whether a file of this name is read as an image. */
    static boolean isNamed(String name) {
        return Arrays.stream(values()).anyMatch(format -> format.endings.contains(ending(name)));
    }

    /** Whether a file that is not read for its name is an image after all, by name or content. */
    static boolean isOther(String name, byte[] start) {
        String text = new String(start, StandardCharsets.ISO_8859_1);
        return OTHERS.contains(ending(name))
                || text.matches("(?s)BM.{4}\0{4}.*|P[1-6]\\s+[#0-9].*|8BPS.*|\u00ff\n.*")
                || text.matches("(?s).{4}ftyp(avif|avis|hei.|hev.|mif1|msf1).*")
                || text.startsWith("\0\0\0\u000cjP  ") || text.startsWith("\0\0\0\u000cJXL ")
                || of(start).filter(format -> format != BMP && format != NETPBM).isPresent();
    }

    /** What follows the last dot, in small letters; empty without one. */
    static String ending(String name) {
        String file = name.substring(name.lastIndexOf('/') + 1);
        return file.substring(file.lastIndexOf('.') + 1).equals(file) ? ""
                : file.substring(file.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    }

    /** All endings in words. */
    static String list() {
        String all = Arrays.stream(values()).flatMap(f -> f.endings.stream()).collect(Collectors.joining(", "));
        int last = all.lastIndexOf(", ");
        return all.substring(0, last) + " or " + all.substring(last + 2);
    }
}
