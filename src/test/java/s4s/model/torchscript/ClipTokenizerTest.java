package s4s.model.torchscript;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ClipTokenizerTest {

    private static long[] padded(int pad, long... ids) {
        long[] all = new long[77];
        Arrays.fill(all, pad);
        System.arraycopy(ids, 0, all, 0, ids.length);
        return all;
    }

    /** Tokens that CLIP's own code gives; the file holds the merges of these words under their true numbers. */
    @Test
    void tokensAreThoseOfClip() throws IOException {
        for (int pad : new int[] {0, 49407}) {
            try (ClipTokenizer clip = ClipTokenizer.load(Path.of("src/test/resources/nets/tokenizer.json"), 77, pad)) {
                assertArrayEquals(padded(pad, 49406, 320, 1125, 539, 320, 2368, 49407), clip.tokens(List.of("a photo of a cat")));
                assertArrayEquals(padded(pad, 49406, 518, 1449, 1929, 49407), clip.tokens(List.of("The  black\tDOG ")));
                assertArrayEquals(padded(pad, 49406, 49407), clip.tokens(List.of("")));
                long[] cut = clip.tokens(List.of("", String.join(" ", Collections.nCopies(100, "cat"))));
                assertEquals(2 * 77, cut.length);
                assertEquals(49407, cut[153]);
                assertEquals(2368, cut[152]);
            }
        }
    }
}
