package s4s.metric;

import java.io.IOException;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;
import s4s.image.ImageSource;

/**
 * How alike two images are, pixel by pixel; 8-bit RGB, in float64.
 *
 * <pre>
 *   RMSE = root of the mean squared difference of samples in [-1, 1] (p / 127.5 - 1), as in the tables of this project
 *   PSNR = 10 log10(255^2 / MSE), MSE over all pixels and channels of samples in 0..255; infinite for equal pictures
 *   SSIM = mean over positions and channels of
 *          (2 m_x m_y + C_1)(2 c_xy + C_2) / ((m_x^2 + m_y^2 + C_1)(v_x + v_y + C_2)),  C_1 = (0.01 255)^2, C_2 = (0.03 255)^2,
 *          with weighted means m, variances v and covariance c in a Gaussian window of 11 x 11, sigma 1.5, weights of sum 1,
 *          where the whole window lies inside the picture
 * </pre>
 *
 * SSIM was stated for grey images; here each channel counts as one and the three are averaged, as scikit-image does with
 * {@code channel_axis}, {@code gaussian_weights=True, sigma=1.5, use_sample_covariance=False, data_range=255}.
 *
 * @param rmse 0 to 2
 * @param psnr in dB
 * @param ssim at most 1; NaN where a side is shorter than 11 pixels
 * @see <a href="https://doi.org/10.1109/TIP.2003.819861">Wang, Bovik, Sheikh, Simoncelli 2004</a>
 */
public record Similarity(double rmse, double psnr, double ssim) {
    private static final int WINDOW = 11;
    private static final double[] WEIGHTS = weights();
    private static final double C1 = Math.pow(0.01 * 255, 2);
    private static final double C2 = Math.pow(0.03 * 255, 2);
    private static final int BATCH = 64;

    /**
     * Means over pairs of images.
     *
     * @param rmse mean of the pairs' RMSE
     * @param psnr mean of the PSNR of the pairs that differ; infinite if none does
     * @param ssim mean of the pairs' SSIM
     * @param pairs how many
     * @param equal how many of them are equal to the bit
     */
    public record Mean(double rmse, double psnr, double ssim, long pairs, long equal) {}

    /**
     * Compares two sets pair by pair, in the order of the sets.
     *
     * @param chosen numbers of the images, the same in both sets
     * @param progress told the number of pairs done
     * @throws IllegalArgumentException if the sets differ in size or number
     * @throws IOException if an image cannot be read
     */
    public static Mean between(ImageSource a, ImageSource b, int[] chosen, LongConsumer progress) throws IOException {
        requirePairs(a, b);
        int size = 3 * a.height() * a.width();
        Similarity[] all = new Similarity[chosen.length];
        for (int from = 0; from < chosen.length; from += BATCH) {
            int start = from;
            int[] some = Arrays.copyOfRange(chosen, from, Math.min(from + BATCH, chosen.length));
            byte[] x = a.pixels(some);
            byte[] y = b.pixels(some);
            IntStream.range(0, some.length).parallel().forEach(i -> all[start + i] = of(Arrays.copyOfRange(x, i * size,
                    (i + 1) * size), Arrays.copyOfRange(y, i * size, (i + 1) * size), a.height(), a.width()));
            progress.accept(from + some.length);
        }
        long equal = Arrays.stream(all).filter(s -> s.rmse == 0).count();
        return new Mean(Arrays.stream(all).mapToDouble(Similarity::rmse).average().orElseThrow(),
                Arrays.stream(all).mapToDouble(Similarity::psnr).filter(Double::isFinite).average()
                        .orElse(Double.POSITIVE_INFINITY),
                Arrays.stream(all).mapToDouble(Similarity::ssim).average().orElseThrow(), all.length, equal);
    }

    /**
     * Refuses sets of other sizes.
     *
     * @throws IllegalArgumentException if they differ in number or size of the images
     */
    public static void requirePairs(ImageSource a, ImageSource b) {
        if (a.height() != b.height() || a.width() != b.width() || a.count() != b.count()) {
            throw new IllegalArgumentException("pairs need sets of one kind: " + a.source() + " has " + a.count()
                    + " images of " + a.width() + "x" + a.height() + ", " + b.source() + " has " + b.count() + " of "
                    + b.width() + "x" + b.height());
        }
    }

    /**
     * Of two images.
     *
     * @param x samples [3, height, width], each {@code b & 0xff}
     * @param y samples of the other
     */
    public static Similarity of(byte[] x, byte[] y, int height, int width) {
        double squares = 0;
        for (int i = 0; i < x.length; i++) {
            double d = (x[i] & 0xff) - (y[i] & 0xff);
            squares += d * d;
        }
        double mse = squares / x.length;
        double ssim = height < WINDOW || width < WINDOW ? Double.NaN : IntStream.range(0, 3)
                .mapToDouble(c -> ssim(x, y, c * height * width, height, width)).average().orElseThrow();
        return new Similarity(Math.sqrt(mse) / 127.5, 10 * Math.log10(255 * 255 / mse), ssim);
    }

    private static double ssim(byte[] x, byte[] y, int offset, int height, int width) {
        double[][] a = new double[height][width];
        double[][] b = new double[height][width];
        double[][] aa = new double[height][width];
        double[][] bb = new double[height][width];
        double[][] ab = new double[height][width];
        for (int i = 0; i < height; i++) {
            for (int j = 0; j < width; j++) {
                a[i][j] = x[offset + i * width + j] & 0xff;
                b[i][j] = y[offset + i * width + j] & 0xff;
                aa[i][j] = a[i][j] * a[i][j];
                bb[i][j] = b[i][j] * b[i][j];
                ab[i][j] = a[i][j] * b[i][j];
            }
        }
        double[][] ma = filtered(a);
        double[][] mb = filtered(b);
        double[][] maa = filtered(aa);
        double[][] mbb = filtered(bb);
        double[][] mab = filtered(ab);
        double sum = 0;
        for (int i = 0; i < ma.length; i++) {
            for (int j = 0; j < ma[i].length; j++) {
                double m = ma[i][j] * mb[i][j];
                double squares = ma[i][j] * ma[i][j] + mb[i][j] * mb[i][j];
                sum += (2 * m + C1) * (2 * (mab[i][j] - m) + C2)
                        / ((squares + C1) * (maa[i][j] + mbb[i][j] - squares + C2));
            }
        }
        return sum / ma.length / ma[0].length;
    }

    /** Weighted means of all windows inside: along rows, then along columns. */
    private static double[][] filtered(double[][] x) {
        int rows = x.length - WINDOW + 1;
        int columns = x[0].length - WINDOW + 1;
        double[][] out = new double[rows][columns];
        for (int i = 0; i < x.length; i++) {
            for (int j = 0; j < columns; j++) {
                double sum = 0;
                for (int k = 0; k < WINDOW; k++) {
                    sum += WEIGHTS[k] * x[i][j + k];
                }
                for (int k = Math.max(0, i - rows + 1); k < WINDOW && k <= i; k++) {
                    out[i - k][j] += WEIGHTS[k] * sum;
                }
            }
        }
        return out;
    }

    private static double[] weights() {
        double[] weights = new double[WINDOW];
        Arrays.setAll(weights, i -> Math.exp(-Math.pow((i - WINDOW / 2) / 1.5, 2) / 2));
        double sum = Arrays.stream(weights).sum();
        return Arrays.stream(weights).map(w -> w / sum).toArray();
    }
}
