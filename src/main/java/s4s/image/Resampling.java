package s4s.image;

import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * Ways to change the size of images, which libraries call by the same names and do differently.
 *
 * <p>Pixel i of n covers [i, i + 1) of n; output pixel j of m has its centre at (j + 1/2) n/m. It is the mean of the pixels around,
 * with the weights of a kernel k at distances measured in input pixels, or, where a filter against aliasing is on and the image
 * shrinks, in units of n/m of them:
 *
 * <pre>
 *   out_j = sum_i k((i + 1/2 - c_j) / s) in_i / sum_i k((i + 1/2 - c_j) / s),   c_j = (j + 1/2) n/m,   s = max(1, n/m) or 1
 * </pre>
 *
 * Rows and columns are taken in turn; beyond the border the sum has no pixels. Results are rounded to 8 bits.
 *
 * @see <a href="https://arxiv.org/abs/2104.11222">Parmar et al. 2022</a>, on what this does to FID
 */
public enum Resampling {
    /** The nearest pixel. */
    NEAREST(false, 0.5) {
        @Override
        double kernel(double x) {
            return x >= -0.5 && x < 0.5 ? 1 : 0;
        }
    },
    /** The two pixels around the centre: PyTorch's interpolate, OpenCV. */
    BILINEAR(false, 1) {
        @Override
        double kernel(double x) {
            return Math.max(0, 1 - Math.abs(x));
        }
    },
    /** A triangle as wide as the output pixels: Pillow's bilinear, PyTorch's with antialias. */
    BILINEAR_ANTIALIASED(true, 1) {
        @Override
        double kernel(double x) {
            return Math.max(0, 1 - Math.abs(x));
        }
    },
    /** A cubic with a = -1/2 as wide as four output pixels: Pillow's bicubic, but for the rounding between rows and columns. */
    BICUBIC_ANTIALIASED(true, 2) {
        @Override
        double kernel(double x) {
            double d = Math.abs(x);
            return d < 1 ? (1.5 * d - 2.5) * d * d + 1 : d < 2 ? ((-0.5 * d + 2.5) * d - 4) * d + 2 : 0;
        }
    };

    /** Behind the point, of Pillow's weights. */
    private static final int BITS = 22;

    private final boolean antialiased;
    private final double radius;

    Resampling(boolean antialiased, double radius) {
        this.antialiased = antialiased;
        this.radius = radius;
    }

    abstract double kernel(double x);

    /**
     * Images of another size, without labels.
     *
     * @param images what to resize
     * @param height rows of the result, at least 1
     * @param width columns of the result, at least 1
     * @throws IllegalArgumentException if a side is less than 1
     */
    public ImageSet resize(ImageSet images, int height, int width) {
        if (height < 1 || width < 1) {
            throw new IllegalArgumentException("images of " + width + "x" + height + " pixels do not exist");
        }
        Taps rows = taps(images.height(), height);
        Taps columns = taps(images.width(), width);
        byte[] from = images.pixels();
        int planes = images.count() * images.channels();
        byte[] to = new byte[Math.multiplyExact(planes, Math.multiplyExact(height, width))];
        IntStream.range(0, planes).parallel().forEach(p -> {
            double[] plane = new double[images.height() * images.width()];
            for (int i = 0; i < plane.length; i++) {
                plane[i] = from[p * plane.length + i] & 0xff;
            }
            double[] wide = columns.apply(plane, images.height(), images.width(), 1);
            double[] result = rows.apply(wide, width, 1, width);
            // the second pass leaves columns one after another
            for (int x = 0; x < width; x++) {
                for (int y = 0; y < height; y++) {
                    to[(p * height + y) * width + x] =
                            (byte) (int) Math.max(0, Math.min(255, Math.rint(result[x * height + y])));
                }
            }
        });
        return ImageSet.of(to, height, width, images.source());
    }

    /**
     * Images of another size, to the bit as Pillow resizes 8-bit ones: weights are whole multiples of 2^-22, and columns are
     * rounded and held within 0..255 before rows are taken.
     */
    ImageSet resizeInBytes(ImageSet images, int height, int width) {
        byte[] wide = bytePass(images.pixels(), images.width(), taps(images.width(), width), 1, width);
        byte[] turned = bytePass(wide, images.height(), taps(images.height(), height), width, height);
        return ImageSet.of(turned, height, width, images.source());
    }

    /**
     * Lines of {@code in} pixels, {@code step} apart, become lines of {@code out} pixels; planes and what lies between stay in
     * order.
     */
    private static byte[] bytePass(byte[] from, int in, Taps taps, int step, int out) {
        int blocks = from.length / (in * step);
        byte[] to = new byte[Math.multiplyExact(blocks, out * step)];
        int[][] fixed = Arrays.stream(taps.weights).map(w -> Arrays.stream(w)
                .mapToInt(x -> (int) (x * (1 << BITS) + Math.copySign(0.5, x))).toArray()).toArray(int[][]::new);
        for (int block = 0; block < blocks; block++) {
            for (int j = 0; j < out; j++) {
                for (int between = 0; between < step; between++) {
                    int sum = 1 << BITS - 1;
                    for (int k = 0; k < fixed[j].length; k++) {
                        sum += fixed[j][k] * (from[(block * in + taps.first[j] + k) * step + between] & 0xff);
                    }
                    to[(block * out + j) * step + between] = (byte) Math.max(0, Math.min(255, sum >> BITS));
                }
            }
        }
        return to;
    }

    /** For every output pixel the first input pixel that counts, and the weights from there on. */
    private record Taps(int[] first, double[][] weights) {

        /** Lines that begin {@code lineStep} apart, their numbers {@code step} apart, become new lines, one after another. */
        double[] apply(double[] in, int lines, int lineStep, int step) {
            double[] out = new double[lines * first.length];
            for (int line = 0; line < lines; line++) {
                for (int j = 0; j < first.length; j++) {
                    double sum = 0;
                    for (int k = 0; k < weights[j].length; k++) {
                        sum += weights[j][k] * in[line * lineStep + (first[j] + k) * step];
                    }
                    out[line * first.length + j] = sum;
                }
            }
            return out;
        }
    }

    private Taps taps(int in, int out) {
        double ratio = (double) in / out;
        double scale = antialiased ? Math.max(1, ratio) : 1;
        int[] first = new int[out];
        double[][] weights = new double[out][];
        for (int j = 0; j < out; j++) {
            double centre = (j + 0.5) * ratio;
            int from = (int) Math.max(0, Math.ceil(centre - radius * scale - 0.5));
            int to = (int) Math.min(in - 1, Math.floor(centre + radius * scale - 0.5));
            weights[j] = IntStream.rangeClosed(from, to).mapToDouble(i -> kernel((i + 0.5 - centre) / scale)).toArray();
            double sum = Arrays.stream(weights[j]).sum();
            for (int k = 0; k < weights[j].length; k++) {
                weights[j][k] /= sum;
            }
            first[j] = from;
        }
        return new Taps(first, weights);
    }
}
