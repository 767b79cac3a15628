package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.image.Colours;
import s4s.image.ImageSet;
import s4s.image.ImageSource;
import s4s.io.BadFileException;
import s4s.io.Progress;
import s4s.io.Provenance;

class ImageStoreTest {
    @TempDir
    private Path folder;

    private final List<Long> drawn = new ArrayList<>();

    /** Image of seed s: every sample is s, s + 1, ... modulo 251. */
    private ImageSet draw(long[] seeds, LongConsumer progress) {
        byte[] pixels = new byte[seeds.length * 3 * 2 * 4];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) ((seeds[i / 24] + i % 24) % 251);
        }
        Arrays.stream(seeds).forEach(drawn::add);
        progress.accept(seeds.length);
        return ImageSet.of(pixels, 2, 4, "test");
    }

    private ImageStore open(long first, int shard, String model) throws IOException {
        return ImageStore.open(folder.resolve("images"), Provenance.of("test").with("model", model), first, shard);
    }

    private void make(int count, List<String> notes) throws IOException {
        open(100, 4, "m").to(count, this::draw, Progress.none(), notes::add);
    }

    private void same(int count) throws IOException {
        byte[] all = new byte[count * 24];
        for (int i = 0; i < all.length; i++) {
            all[i] = (byte) ((100 + i / 24 + i % 24) % 251);
        }
        try (ImageSource images = ImageSource.open(folder.resolve("images"), Colours.RGB_ONLY)) {
            assertEquals(count, images.count());
            assertEquals(List.of(2, 4), List.of(images.height(), images.width()));
            int[] every = new int[count];
            Arrays.setAll(every, i -> i);
            assertArrayEquals(all, images.pixels(every));
            assertArrayEquals(Arrays.copyOfRange(all, 24 * (count - 1), 24 * count), images.pixels(new int[] {count - 1}));
            assertArrayEquals(Arrays.copyOf(all, 24), images.pixels(new int[] {0}));
            assertEquals(64, images.sha256().length());
        }
    }

    @Test
    void aStoppedRunGoesOnAndAFinishedOneGrows() throws IOException {
        List<String> notes = new ArrayList<>();
        assertThrows(IllegalStateException.class, () -> open(100, 4, "m").to(10, (seeds, done) -> {
            if (seeds[0] >= 108) {
                throw new IllegalStateException("stopped");
            }
            return draw(seeds, done);
        }, Progress.none(), notes::add));
        same(8);
        drawn.clear();
        make(10, notes);
        assertEquals(List.of(108L, 109L), drawn);
        same(10);
        drawn.clear();
        make(13, notes);
        assertEquals(List.of(108L, 109L, 110L, 111L, 112L), drawn);
        same(13);
        assertEquals(List.of(), notes);
        drawn.clear();
        make(5, notes);
        assertEquals(List.of(), drawn);
        same(13);
        assertEquals(0, open(100, 4, "m").bytes(13, 2, 4));
        assertEquals(2 * (24 + 8), open(100, 4, "m").bytes(15, 2, 4));
    }

    @Test
    void damagedFilesAreMadeAgain() throws IOException {
        List<String> notes = new ArrayList<>();
        make(9, notes);
        drawn.clear();
        Path first = folder.resolve("images/shard-00000.npz");
        byte[] bytes = Files.readAllBytes(first);
        bytes[bytes.length / 2] ^= 1;
        Files.write(first, bytes);
        try (ImageSource images = ImageSource.open(folder.resolve("images"), Colours.RGB_ONLY)) {
            assertTrue(assertThrows(BadFileException.class, images::sha256).getMessage().contains("shard-00000.npz is damaged"));
        }
        Files.delete(folder.resolve("images/shard-00002.npz"));
        make(9, notes);
        assertEquals(List.of(100L, 101L, 102L, 103L, 108L), drawn);
        assertTrue(notes.size() == 2 && notes.get(0).contains("damaged") && notes.get(1).contains("missing"), notes.toString());
        same(9);
    }

    @Test
    void otherPicturesAreRefused() throws IOException {
        make(3, new ArrayList<>());
        for (String[] other : new String[][] {{"n", "100", "4", "model was m, now it is n"}, {"m", "0", "4", "first seed was 100"},
            {"m", "100", "5", "images in a shard was 4"}}) {
            String message = assertThrows(IllegalArgumentException.class,
                    () -> open(Long.parseLong(other[1]), Integer.parseInt(other[2]), other[0])).getMessage();
            assertTrue(message.contains(other[3]) && message.contains("give another folder"), message);
        }
        Path manifest = folder.resolve("images/manifest.json");
        Files.writeString(manifest, Files.readString(manifest).replace("s4s-images", "s4s-teacher-pairs"));
        assertThrows(BadFileException.class, () -> open(100, 4, "m"));
        assertTrue(assertThrows(BadFileException.class, () -> ImageSource.open(folder.resolve("images"), Colours.RGB_ONLY))
                .getMessage().contains("there are no images in this folder"));
    }
}
