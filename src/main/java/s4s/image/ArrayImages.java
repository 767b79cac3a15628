package s4s.image;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.NpyArray;
import s4s.io.NpyHeader;
import s4s.io.NpyRows;

/** An array of images that is read from its file when asked for, forwards. */
final class ArrayImages implements ImageSource {
    private final Path file;
    private final ImageArrays.RowsOpener opener;
    private final String title;
    private final Closeable owner;
    private final ImageArrays.Layout layout;
    private NpyRows rows;

    ArrayImages(Path file, ImageArrays.RowsOpener opener, String title, Closeable owner) throws IOException {
        this.file = file;
        this.opener = opener;
        this.title = title;
        this.owner = owner;
        this.rows = opener.open();
        NpyHeader header = rows.header();
        try {
            this.layout = ImageArrays.Layout.of(header.dtype(), header.shape(), title,
                    header.dtype().name().toLowerCase(java.util.Locale.ROOT) + NpyArray.text(header.shape()));
        } catch (BadFileException e) {
            rows.close();
            throw e;
        }
        if (layout.real()) {
            requireRange();
        }
    }

    private void requireRange() throws IOException {
        FloatRange range = new FloatRange(title);
        try {
            for (int i = 0; i < layout.count(); i++) {
                range.add(rows.next(1));
            }
            range.check();
        } catch (BadFileException e) {
            rows.close();
            throw e;
        }
    }

    @Override
    public int count() {
        return layout.count();
    }

    @Override
    public int height() {
        return layout.height();
    }

    @Override
    public int width() {
        return layout.width();
    }

    @Override
    public String source() {
        return String.valueOf(file.getFileName());
    }

    @Override
    public String sha256() throws IOException {
        return Hashes.sha256(file);
    }

    @Override
    public byte[] pixels(int[] chosen) throws IOException {
        int each = 3 * layout.height() * layout.width();
        byte[] out = new byte[ImageSet.checkedLength(chosen.length, layout.height(), layout.width(), source())];
        int to;
        for (int from = 0; from < chosen.length; from = to) {
            to = from + 1;
            while (to < chosen.length && chosen[to] == chosen[to - 1] + 1) {
                to++;
            }
            System.arraycopy(run(chosen[from], to - from), 0, out, from * each, (to - from) * each);
        }
        return out;
    }

    /** Images that follow one another. */
    private byte[] run(int first, int count) throws IOException {
        if (first < rows.position()) {
            rows.close();
            rows = opener.open();
        }
        rows.skip(first - rows.position());
        return ImageArrays.bytes(rows.next(count), layout);
    }

    @Override
    public void close() throws IOException {
        try (owner) {
            rows.close();
        }
    }
}
