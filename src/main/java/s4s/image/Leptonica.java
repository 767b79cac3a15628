package s4s.image;

import com.sun.jna.IntegerType;
import com.sun.jna.Library;
import com.sun.jna.Native;
import com.sun.jna.Platform;
import com.sun.jna.Pointer;
import com.sun.jna.ptr.IntByReference;
import com.sun.jna.ptr.PointerByReference;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * libjpeg-turbo and libwebp, by way of the C functions of Leptonica, a native library that has both inside. They decode to the
 * same bits as Pillow, whatever the Java; ImageIO does not: of the 191 kinds of JPEG that
 * {@code src/test/python/make_pictures.py} makes, Temurin 25 decodes 38 to other pixels and refuses 9 sound ones; Debian's
 * Java 17, with the system's libjpeg-turbo, 13 and 5.
 *
 * @see <a href="http://www.leptonica.org">Leptonica</a>
 */
final class Leptonica {
    /** Bits of a sample before the red, green and blue one in a word. */
    private static final int[] SHIFTS = {24, 16, 8};
    private static final int NO_MESSAGES = 6;
    private static final int GO_ON_AFTER_WARNINGS = 2;

    private Leptonica() {
    }

    /** C's size_t. */
    public static final class Size extends IntegerType {
        private static final long serialVersionUID = 1L;

        /** Zero, for JNA. */
        public Size() {
            this(0);
        }

        /** @param value number of bytes */
        public Size(long value) {
            super(Native.SIZE_T_SIZE, value, true);
        }
    }

    /** The functions, by their C names. */
    interface Functions extends Library {
        Pointer pixReadMemJpeg(byte[] data, Size size, int colourMap, int reduction, IntByReference warnings, int hint);

        int readHeaderMemWebP(byte[] data, Size size, IntByReference width, IntByReference height, IntByReference samples);

        Pointer pixReadMemWebP(byte[] data, Size size);

        Pointer pixConvertTo32(Pointer pix);

        int pixGetWidth(Pointer pix);

        int pixGetHeight(Pointer pix);

        int pixGetWpl(Pointer pix);

        Pointer pixGetData(Pointer pix);

        void pixDestroy(PointerByReference pix);

        Pointer getImagelibVersions();

        void lept_free(Pointer memory);

        int setMsgSeverity(int severity);
    }

    /** Loaded at the first use. */
    private static final class Loaded {
        static final Functions FUNCTIONS = load();

        private static Functions load() {
            String system = Platform.isMac() ? "macosx" : Platform.isWindows() ? "windows" : "linux";
            // what a library needs comes before it; Windows finds those by their names, so they keep them
            List<String> files = Platform.isMac() ? List.of("libleptonica.6.dylib")
                    : Platform.isWindows() ? List.of("libwinpthread-1.dll", "libgcc_s_seh-1.dll", "libleptonica-6.dll")
                    : List.of("libleptonica.so.6");
            String resources = "/org/bytedeco/leptonica/" + system + "-" + (Platform.isARM() ? "arm64" : "x86_64") + "/";
            try {
                Path folder = Files.createTempDirectory("leptonica");
                folder.toFile().deleteOnExit();
                for (String file : files) {
                    extract(resources + file, folder.resolve(file));
                }
                for (String needed : files.subList(0, files.size() - 1)) {
                    System.load(folder.resolve(needed).toString());
                }
                // not for other libraries to see: Java's own libjpeg has functions of the same names
                Map<String, ?> options = Platform.isWindows() ? Map.of() : Map.of(Library.OPTION_OPEN_FLAGS, 1);
                Functions functions = Native.load(folder.resolve(files.get(files.size() - 1)).toString(), Functions.class,
                        options);
                functions.setMsgSeverity(NO_MESSAGES);
                return functions;
            } catch (IOException e) {
                throw new UncheckedIOException("no library for jpeg and webp files on this system (" + resources + ")", e);
            }
        }

        private static void extract(String resource, Path file) throws IOException {
            file.toFile().deleteOnExit();
            try (InputStream in = Leptonica.class.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IOException(resource + " is not on the class path");
                }
                Files.copy(in, file);
            }
        }
    }

    /** Whether, and as what size, libwebp reads a file. */
    record WebpHeader(int width, int height, boolean alpha) {
        static WebpHeader of(byte[] file) throws IOException {
            IntByReference width = new IntByReference();
            IntByReference height = new IntByReference();
            IntByReference samples = new IntByReference();
            if (Loaded.FUNCTIONS.readHeaderMemWebP(file, new Size(file.length), width, height, samples) != 0) {
                throw new IOException("no whole webp header");
            }
            return new WebpHeader(width.getValue(), height.getValue(), samples.getValue() == 4);
        }
    }

    /** A JPEG of any kind but for its end, for which nobody looks here, as planes R, G, B. */
    static void jpeg(byte[] file, int width, int height, byte[] out, int offset) throws IOException {
        planes(Loaded.FUNCTIONS.pixReadMemJpeg(file, new Size(file.length), 0, 1, new IntByReference(), GO_ON_AFTER_WARNINGS),
                width, height, out, offset);
    }

    /** A webp of one frame, as planes R, G, B. */
    static void webp(byte[] file, int width, int height, byte[] out, int offset) throws IOException {
        planes(Loaded.FUNCTIONS.pixReadMemWebP(file, new Size(file.length)), width, height, out, offset);
    }

    /** The libraries inside and their versions, for example "libjpeg-turbo 3.0.1". */
    static Map<String, String> versions() {
        Pointer text = Loaded.FUNCTIONS.getImagelibVersions();
        try {
            String all = text.getString(0);
            return Map.of("libjpeg-turbo", after(all, "libjpeg-turbo "), "libwebp", after(all, "libwebp "));
        } finally {
            Loaded.FUNCTIONS.lept_free(text);
        }
    }

    private static String after(String text, String name) {
        int at = text.indexOf(name);
        return at < 0 ? "of unknown version" : text.substring(at + name.length()).split("[ )]", 2)[0];
    }

    private static void planes(Pointer pix, int width, int height, byte[] out, int offset) throws IOException {
        if (pix == null) {
            throw new IOException("not decodable");
        }
        Functions functions = Loaded.FUNCTIONS;
        Pointer rgb = functions.pixConvertTo32(pix);
        functions.pixDestroy(new PointerByReference(pix));
        if (rgb == null) {
            throw new IOException("not decodable");
        }
        try {
            if (functions.pixGetWidth(rgb) != width || functions.pixGetHeight(rgb) != height) {
                throw new IOException("of another size than its header says");
            }
            int line = functions.pixGetWpl(rgb);
            int[] words = functions.pixGetData(rgb).getIntArray(0, line * height);
            for (int c = 0; c < SHIFTS.length; c++) {
                for (int y = 0; y < height; y++) {
                    for (int x = 0; x < width; x++) {
                        out[offset + (c * height + y) * width + x] = (byte) (words[y * line + x] >>> SHIFTS[c]);
                    }
                }
            }
        } finally {
            functions.pixDestroy(new PointerByReference(rgb));
        }
    }
}
