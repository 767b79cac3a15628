package s4s.image;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Images of a set in another order.
 *
 * @param images the set; closed by who opened it
 * @param order for each place the number of the image there
 */
record Reordered(ImageSource images, int[] order) implements ImageSource {
    @Override
    public int count() {
        return order.length;
    }

    @Override
    public int height() {
        return images.height();
    }

    @Override
    public int width() {
        return images.width();
    }

    @Override
    public byte[] pixels(int[] chosen) throws IOException {
        return images.pixels(Arrays.stream(chosen).map(i -> order[i]).toArray());
    }

    @Override
    public String source() {
        return images.source();
    }

    @Override
    public String sha256() throws IOException {
        return images.sha256();
    }

    @Override
    public List<String> names() {
        return images.names().isEmpty() ? List.of() : Arrays.stream(order).mapToObj(images.names()::get).toList();
    }

    @Override
    public String leftOut() {
        return images.leftOut();
    }

    @Override
    public String decoders() {
        return images.decoders();
    }

    /** Nothing: the set itself is somebody else's. */
    @Override
    public void close() {}
}
