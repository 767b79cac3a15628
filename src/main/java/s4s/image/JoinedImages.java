package s4s.image;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.io.JsonFields;
import s4s.io.Shards;

/**
 * Images of several files one after another, one file open at a time: what {@code s4s sample} writes into a folder, a manifest
 * and {@link Shards} of npz files with {@code images}.
 */
final class JoinedImages implements ImageSource {
    private final Path folder;
    private final List<Shards.Shard> shards;
    private final int[] starts;
    private int height;
    private int width;
    private int opened = -1;
    private ImageSource current;

    private JoinedImages(Path folder, List<Shards.Shard> shards) throws IOException {
        this.folder = folder;
        this.shards = shards;
        this.starts = new int[shards.size() + 1];
        for (int i = 0; i < shards.size(); i++) {
            starts[i + 1] = starts[i] + shards.get(i).count();
        }
        for (int i = 0; i < shards.size(); i++) {       // no count is believed before the file has it
            open(i);
        }
        open(0);
    }

    /** Opens a folder by its manifest. */
    static JoinedImages open(Path folder) throws IOException {
        JsonFields manifest = JsonFields.read(folder.resolve(Shards.MANIFEST));
        if (!manifest.text("format").equals(Shards.IMAGES)) {
            throw manifest.fault("format", "is \"" + manifest.text("format") + "\": there are no images in this folder");
        }
        List<Shards.Shard> shards = Shards.read(manifest, manifest.count("firstSeed"), Integer.MAX_VALUE, "picture").list();
        if (shards.isEmpty()) {
            throw new BadFileException(folder + " has no images yet; make them with s4s sample");
        }
        return new JoinedImages(folder, shards);
    }

    private void open(int number) throws IOException {
        if (number == opened) {
            return;
        }
        close();
        Shards.Shard shard = shards.get(number);
        Path file = folder.resolve(shard.file());
        ImageSource next = ImageArrays.openNpz(file, Colours.RGB_ONLY);
        if (next.count() != shard.count() || number > 0 && (next.height() != height || next.width() != width)) {
            next.close();
            throw new BadFileException(file + " holds " + next.count() + " images of " + next.width() + "x" + next.height()
                    + " where the manifest or the first file says otherwise; make it again with s4s sample");
        }
        current = next;
        opened = number;
        if (height == 0) {
            height = next.height();
            width = next.width();
        }
    }

    @Override
    public int count() {
        return starts[shards.size()];
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
    public byte[] pixels(int[] chosen) throws IOException {
        int each = 3 * height * width;
        byte[] all = new byte[ImageSet.checkedLength(chosen.length, height, width, source())];
        for (int from = 0; from < chosen.length;) {
            int shard = shardOf(chosen[from]);
            int to = from;
            while (to < chosen.length && shardOf(chosen[to]) == shard) {
                to++;
            }
            open(shard);
            byte[] some = current.pixels(Arrays.stream(chosen, from, to).map(i -> i - starts[shard]).toArray());
            System.arraycopy(some, 0, all, from * each, some.length);
            from = to;
        }
        return all;
    }

    private int shardOf(int picture) {
        int found = Arrays.binarySearch(starts, picture);
        return found >= 0 ? found : -found - 2;
    }

    @Override
    public String source() {
        return String.valueOf(folder.getFileName());
    }

    /** Of the list that {@code sha256sum} prints for the files; each is read and compared with the manifest. */
    @Override
    public String sha256() throws IOException {
        List<String> lines = new ArrayList<>();
        for (Shards.Shard shard : shards) {
            Path file = folder.resolve(shard.file());
            if (!Hashes.sha256(file).equals(shard.sha256())) {
                throw new BadFileException(file + " is damaged (its sha256 is not the manifest's); make it again with"
                        + " s4s sample");
            }
            lines.add(shard.sha256() + "  " + shard.file() + "\n");
        }
        return Hashes.sha256(String.join("", lines).getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public void close() throws IOException {
        if (current != null) {
            current.close();
            current = null;
            opened = -1;
        }
    }
}
