package s4s.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static s4s.files.Resources.assertIllegal;

import java.util.List;
import org.junit.jupiter.api.Test;

class PairingTest {
    private static ImageSource set(String source, String... names) {
        return new Named(source, names.length, List.of(names));
    }

    /** Images that are never looked at. */
    private record Named(String source, int count, List<String> names) implements ImageSource {
        @Override
        public int height() {
            return 1;
        }

        @Override
        public int width() {
            return 1;
        }

        @Override
        public byte[] pixels(int[] chosen) {
            return new byte[3 * chosen.length];
        }

        @Override
        public String sha256() {
            return "";
        }

        @Override
        public void close() {}
    }

    private static int[] byName(ImageSource a, ImageSource b) {
        return Pairing.BY_NAME.partners(a, b);
    }

    @Test
    void namesDecide() {
        ImageSource text = set("a", "0.png", "1.png", "10.png", "2.png");
        assertArrayEquals(new int[] {0, 1, 2, 3}, byName(text, text));
        assertArrayEquals(new int[] {0, 1, 3, 2}, byName(text, set("b", "00000.jpg", "00001.jpg", "00002.jpg", "00010.jpg")));
        assertArrayEquals(new int[] {0, 1, 3, 2}, byName(text, set("b", "0.webp", "1.webp", "2.webp", "10.webp")));
        assertArrayEquals(new int[] {1, 0}, byName(set("a", "x/b.png", "y/a.png"), set("b", "y/a.png", "x/b.png")));
        assertIllegal(() -> byName(set("a", "a.png", "b.png", "c.png"), set("b", "a.png", "c.png", "d.png")), "number 1",
                "b.png and c.png", "--by-position");
        // 1.png and 01.png are two images
        assertIllegal(() -> byName(set("a", "01.png", "1.png"), set("b", "1.png", "2.png")), "not the same");
        assertArrayEquals(new int[] {0, 1, 2},
                Pairing.BY_POSITION.partners(set("a", "a.png", "b.png", "c.png"), set("b", "a.png", "c.png", "d.png")));
    }

    @Test
    void anOrderThatIsOpenIsRefused() {
        ImageSource array = new Named("b.npz", 3, List.of());
        assertArrayEquals(new int[] {0, 1, 2}, byName(array, array));
        assertArrayEquals(new int[] {0, 1, 2}, byName(array, set("a", "08.png", "09.png", "10.png")));
        assertArrayEquals(new int[] {0, 1, 2}, byName(set("a", "cat.png", "dog 2.png", "dog 3.png"), array));
        assertIllegal(() -> byName(set("a", "1.png", "10.png", "2.png"), array), "10.png comes before 2.png",
                "b.npz has no names");
        assertIllegal(() -> byName(array, set("a", "1.png", "10.png", "2.png")), "10.png comes before 2.png", "--by-position");
        assertArrayEquals(new int[] {0, 1, 2}, Pairing.BY_POSITION.partners(array, set("a", "1.png", "10.png", "2.png")));
    }
}
