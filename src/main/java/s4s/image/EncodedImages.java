package s4s.image;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import s4s.io.BadFileException;

/** Image files as a source of pixels, decoded in parallel: of one size, or the middle squares of files of any size. */
final class EncodedImages implements ImageSource {
    private final ImageFiles files;
    private final Colours colours;
    private final boolean squares;
    private final int height;
    private final int width;

    /**
     * Takes over the files.
     *
     * @param side pixels of the squares
     */
    EncodedImages(ImageFiles files, int side) {
        this.files = files;
        this.colours = Colours.CONVERTED;
        this.squares = true;
        this.height = side;
        this.width = side;
    }

    /** Takes over the files; the first one decides the size. */
    EncodedImages(ImageFiles files, Colours colours) throws IOException {
        this.files = files;
        this.colours = colours;
        this.squares = false;
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
    public List<String> names() {
        return files.names();
    }

    @Override
    public String leftOut() {
        return files.leftOut();
    }

    @Override
    public String decoders() {
        return ImageDecoder.libraries();
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
            if (squares) {
                square(decoder, out, offset);
                return Optional.empty();
            }
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

    private void square(ImageDecoder decoder, byte[] out, int offset) throws BadFileException {
        int rows = decoder.height();
        int columns = decoder.width();
        int side = Math.min(rows, columns);
        byte[] whole = new byte[3 * rows * columns];
        decoder.planes(whole, 0, colours);
        byte[] middle = new byte[3 * side * side];
        for (int line = 0; line < 3 * side; line++) {
            int row = line / side * rows + (rows - side) / 2 + line % side;
            System.arraycopy(whole, row * columns + (columns - side) / 2, middle, line * side, side);
        }
        byte[] resized = Resampling.BICUBIC_ANTIALIASED.resizeInBytes(ImageSet.of(middle, side, side, ""), height, width).pixels();
        System.arraycopy(resized, 0, out, offset, resized.length);
    }

    @Override
    public void close() throws IOException {
        files.close();
    }

    /** All images. */
    byte[] all() throws IOException {
        return pixels(IntStream.range(0, files.count()).toArray());
    }
}
