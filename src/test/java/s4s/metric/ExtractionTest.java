package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.image.ImageSet;

/** An extraction that was killed goes on and gives the same bits. */
class ExtractionTest {
    private final NDManager manager = NDManager.newBaseManager();

    @TempDir
    Path folder;

    @AfterEach
    void close() {
        manager.close();
    }

    /** Channel means of images; stops for good when it has seen {@code most} of them. */
    private static final class Means implements Features {
        private final String sha256;
        private final int most;
        private int seen;

        Means(String sha256, int most) {
            this.sha256 = sha256;
            this.most = most;
        }

        @Override
        public NDArray of(NDArray pictures) {
            seen += (int) pictures.getShape().get(0);
            if (seen > most) {
                throw new IllegalStateException("killed");
            }
            NDArray means = pictures.toType(DataType.FLOAT32, false).reshape(pictures.getShape().get(0), 3, -1)
                    .mean(new int[] {2});
            return sha256.equals("broken") ? means.div(means.sub(means)) : means;
        }

        @Override
        public int size() {
            return 3;
        }

        @Override
        public String metric() {
            return "FD (means)";
        }

        @Override
        public String network() {
            return "means";
        }

        @Override
        public String sha256() {
            return sha256;
        }

        @Override
        public String preprocessing() {
            return "none";
        }
    }

    private static ImageSet images() {
        byte[] pixels = new byte[23 * 3 * 4 * 5];
        for (int i = 0; i < pixels.length; i++) {
            pixels[i] = (byte) (31L * i * i % 253);
        }
        return ImageSet.of(pixels, 4, 5, "some");
    }

    private static Extraction of(Features features) {
        return new Extraction(features, images(), IntStream.range(0, 23).filter(i -> i != 7).toArray(), 4);
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    /** Moments with sums kept in the folder. */
    private Moments.Gaussian moments(Means features, LongConsumer progress) throws IOException {
        try (PartialSums partial = new PartialSums(folder, 8)) {
            return of(features).moments(manager, partial, progress);
        }
    }

    @Test
    void killedRunsGoOn() throws IOException {
        Moments.Gaussian once = of(new Means("a", 100)).moments(manager, PartialSums.none(), done -> {});
        assertEquals(22, once.count());
        assertThrows(IllegalStateException.class, () -> moments(new Means("a", 18), done -> {}));
        Means other = new Means("b", 100);
        moments(other, done -> {});
        assertEquals(22, other.seen);
        Means rest = new Means("a", 100);
        Moments.Gaussian resumed = moments(rest, done -> assertTrue(done > 16));
        assertEquals(22 - 16, rest.seen);
        assertArrayEquals(once.mean(), resumed.mean());
        assertEquals(once.covariance(), resumed.covariance());
        assertEquals(2, files());
        try (PartialSums partial = new PartialSums(folder, 8)) {
            Moments.Gaussian kept = of(new Means("a", 0)).moments(manager, partial, done -> {});
            assertArrayEquals(once.mean(), kept.mean());
            partial.delete();
        }
        assertEquals(1, files());
    }

    @Test
    void vectorsGoOnToo() throws IOException {
        FeatureSet once = of(new Means("a", 100)).vectors(manager, PartialSums.none(), done -> {});
        try (PartialSums partial = new PartialSums(folder, 8)) {
            assertThrows(IllegalStateException.class, () -> of(new Means("a", 18)).vectors(manager, partial, done -> {}));
        }
        Means rest = new Means("a", 100);
        try (PartialSums partial = new PartialSums(folder, 8)) {
            FeatureSet resumed = of(rest).vectors(manager, partial, done -> {});
            assertEquals(6, rest.seen);
            assertArrayEquals(once.values(), resumed.values());
        }
        Moments.Gaussian direct = of(new Means("a", 100)).moments(manager, PartialSums.none(), done -> {});
        assertArrayEquals(direct.mean(), once.moments().mean());
        assertEquals(direct.covariance(), once.moments().covariance());

        Reference.About about = Reference.About.of(rest, images());
        once.write(folder.resolve("features.npz"), about);
        FeatureSet.Stored stored = FeatureSet.read(folder.resolve("features.npz"));
        assertArrayEquals(once.values(), stored.vectors().values());
        assertEquals(about, stored.about());
        assertEquals(images().sha256(), stored.about().dataSha256());
    }

    @Test
    void numbersThatAreNotFiniteAreRefused() {
        String message = assertThrows(IllegalArgumentException.class, () -> of(new Means("broken", 100))
                .moments(manager, PartialSums.none(), done -> {})).getMessage();
        assertTrue(message.startsWith("some: feature 0 of vector 0 is "), message);
        assertThrows(IllegalArgumentException.class, () -> new Extraction(new Means("a", 1), images(), new int[0], 4));
    }
}
