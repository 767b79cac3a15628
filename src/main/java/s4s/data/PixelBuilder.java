package s4s.data;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.IntStream;

/** Decodes many picture files of one size, in parallel, into one block of NCHW bytes. */
final class PixelBuilder {
    private PixelBuilder() {
    }

    /** Numbered picture files. */
    interface Files {
        int count();

        byte[] bytes(int i) throws IOException;

        String name(int i);
    }

    /** Decoded pixels [count, 3, height, width]. */
    record Pixels(int height, int width, byte[] nchw) {
    }

    static Pixels decode(Files files, String source) throws IOException {
        int height;
        int width;
        try (ImageDecoder first = new ImageDecoder(files.bytes(0), files.name(0))) {
            height = first.height();
            width = first.width();
        }
        int each = 3 * height * width;
        byte[] nchw = new byte[ImageSet.checkedLength(files.count(), height, width, source)];
        Optional<IOException> firstProblem = IntStream.range(0, files.count()).parallel()
                .mapToObj(i -> decode(files, i, height, width, nchw, i * each)).flatMap(Optional::stream).findFirst();
        if (firstProblem.isPresent()) {
            throw firstProblem.get();
        }
        return new Pixels(height, width, nchw);
    }

    private static Optional<IOException> decode(Files files, int i, int height, int width, byte[] out, int offset) {
        try (ImageDecoder decoder = new ImageDecoder(files.bytes(i), files.name(i))) {
            if (decoder.height() != height || decoder.width() != width) {
                throw new BadFileException(files.name(i) + " has " + decoder.width() + "x" + decoder.height()
                        + " pixels, but " + files.name(0) + " has " + width + "x" + height
                        + "; resize or remove one of them, all must have the same size");
            }
            decoder.planes(out, offset);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }
}
