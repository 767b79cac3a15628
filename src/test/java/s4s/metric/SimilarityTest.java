package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import s4s.image.ImageSet;

/** RMSE, PSNR and SSIM against their definitions in numpy, src/test/python/similarity.py. */
class SimilarityTest {
    private static final int HEIGHT = 14;
    private static final int WIDTH = 17;

    private static byte[] first() {
        byte[] x = new byte[3 * HEIGHT * WIDTH];
        for (int n = 0; n < x.length; n++) {
            x[n] = (byte) ((37L * n + 11L * n * n) % 251);
        }
        return x;
    }

    private static byte[] second() {
        byte[] y = first();
        for (int n = 0; n < y.length; n++) {
            y[n] = (byte) Math.max(0, Math.min(255, (y[n] & 0xff) + n * 29 % 41 - 20));
        }
        return y;
    }

    @Test
    void equalsNumpy() {
        Similarity actual = Similarity.of(first(), second(), HEIGHT, WIDTH);
        assertEquals(0.09124428823222402, actual.rmse(), 1e-14);
        assertEquals(26.81648615851566, actual.psnr(), 1e-11);
        assertEquals(0.9858326781661526, actual.ssim(), 1e-12);
    }

    /** Constant images have no variance: SSIM = (2 a b + C1) / (a^2 + b^2 + C1). */
    @Test
    void flatPictures() {
        byte[] a = new byte[3 * 11 * 11];
        byte[] b = new byte[a.length];
        Arrays.fill(a, (byte) 200);
        Arrays.fill(b, (byte) 73);
        double c1 = 2.55 * 2.55;
        Similarity actual = Similarity.of(a, b, 11, 11);
        assertEquals((2 * 200 * 73 + c1) / (200 * 200 + 73 * 73 + c1), actual.ssim(), 1e-11);
        assertEquals(20 * Math.log10(255 / 127.0), actual.psnr(), 1e-12);
        assertEquals(127 / 127.5, actual.rmse(), 1e-15);
        assertTrue(Double.isNaN(Similarity.of(new byte[300], new byte[300], 10, 10).ssim()));
    }

    @Test
    void meansOverPairs() throws IOException {
        int size = 3 * HEIGHT * WIDTH;
        byte[] a = Arrays.copyOf(first(), 2 * size);
        byte[] b = Arrays.copyOf(second(), 2 * size);
        Similarity one = Similarity.of(first(), second(), HEIGHT, WIDTH);
        Similarity.Mean mean = Similarity.between(ImageSet.of(a, HEIGHT, WIDTH, "a"), ImageSet.of(b, HEIGHT, WIDTH, "b"),
                new int[] {0, 1}, done -> {});
        assertEquals(one.rmse() / 2, mean.rmse(), 1e-15);
        assertEquals(one.psnr(), mean.psnr(), 1e-12);
        assertEquals((one.ssim() + 1) / 2, mean.ssim(), 1e-12);
        assertEquals(1, mean.equal());
        assertEquals(2, mean.pairs());
        String message = assertThrows(IllegalArgumentException.class, () -> Similarity.between(
                ImageSet.of(a, HEIGHT, WIDTH, "a"), ImageSet.of(first(), HEIGHT, WIDTH, "b"), new int[] {0}, done -> {}))
                .getMessage();
        assertTrue(message.contains("b has 1 of 17x14"), message);
    }
}
