package s4s.data;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.IntStream;

/** Picture files of one size as a source of pixels, decoded in parallel. */
final class EncodedImages implements ImageSource {
    private final PictureFiles files;
    private final Colours colours;
    private final int height;
    private final int width;

    /** Takes over the files; the first one decides the size. */
    EncodedImages(PictureFiles files, Colours colours) throws IOException {
        this.files = files;
        this.colours = colours;
        try (ImageDecoder first = new ImageDecoder(files.bytes(0), files.name(0))) {
            height = first.height();
            width = first.width();
        } catch (IOException e) {
            files.close();
            throw e;
        }
    }

    @Override
    public int count() {
        return files.count();
    }

    @Override
    public int height() {
        return height;
    }

    @Override
    public int width() {
        return width;
    }

    @Override
    public String source() {
        return files.source();
    }

    @Override
    public String sha256() throws IOException {
        return files.sha256();
    }

    @Override
    public byte[] pixels(int[] chosen) throws IOException {
        int each = 3 * height * width;
        byte[] nchw = new byte[ImageSet.checkedLength(chosen.length, height, width, files.source())];
        Optional<IOException> firstProblem = IntStream.range(0, chosen.length).parallel()
                .mapToObj(i -> decode(chosen[i], nchw, i * each)).flatMap(Optional::stream).findFirst();
        if (firstProblem.isPresent()) {
            throw firstProblem.get();
        }
        return nchw;
    }

    private Optional<IOException> decode(int i, byte[] out, int offset) {
        try (ImageDecoder decoder = new ImageDecoder(files.bytes(i), files.name(i))) {
            if (decoder.height() != height || decoder.width() != width) {
                throw new BadFileException(files.name(i) + " has " + decoder.width() + "x" + decoder.height()
                        + " pixels, but " + files.name(0) + " has " + width + "x" + height
                        + "; resize or remove one of them, all must have the same size");
            }
            decoder.planes(out, offset, colours);
            return Optional.empty();
        } catch (IOException e) {
            return Optional.of(e);
        }
    }

    @Override
    public void close() throws IOException {
        files.close();
    }

    /** All pictures. */
    byte[] all() throws IOException {
        return pixels(IntStream.range(0, files.count()).toArray());
    }
}
