package s4s.image;

import java.awt.image.Raster;
import java.util.stream.IntStream;

/** Cyan, magenta, yellow and black as red, green and blue. */
final class Inks {
    private static final int CENTRE = 128;

    private Inks() {
    }

    /** The samples of four bands, row after row. */
    static int[][] of(Raster raster) {
        return IntStream.range(0, 4).mapToObj(band -> raster.getSamples(raster.getMinX(), raster.getMinY(), raster.getWidth(),
                raster.getHeight(), band, (int[]) null)).toArray(int[][]::new);
    }

    /**
     * From YCCK, three of whose bands are the luma and the chromas of inverted cyan, magenta and yellow; in libjpeg's whole
     * numbers, with 16 bits behind the point.
     */
    static int[][] ofYcck(int[][] ycck) {
        int[][] inks = {new int[ycck[0].length], new int[ycck[0].length], new int[ycck[0].length], ycck[3]};
        for (int i = 0; i < ycck[0].length; i++) {
            int blue = ycck[1][i] - CENTRE;
            int red = ycck[2][i] - CENTRE;
            inks[0][i] = clipped(255 - ycck[0][i] - (fixed(1.402) * red + fixed(0.5) >> 16));
            inks[1][i] = clipped(255 - ycck[0][i] - (-fixed(0.34414) * blue - fixed(0.71414) * red + fixed(0.5) >> 16));
            inks[2][i] = clipped(255 - ycck[0][i] - (fixed(1.772) * blue + fixed(0.5) >> 16));
        }
        return inks;
    }

    private static int fixed(double value) {
        return (int) (value * (1 << 16) + 0.5);
    }

    private static int clipped(int value) {
        return Math.max(0, Math.min(255, value));
    }

    /**
     * \[ r = c k / 255 \], rounded, as Pillow does it; so for the others.
     *
     * @param inks four bands, inverted: 0 is full ink, as JPEG files have it
     */
    static void planes(int[][] inks, byte[] out, int offset) {
        int area = inks[3].length;
        for (int c = 0; c < 3; c++) {
            for (int i = 0; i < area; i++) {
                out[offset + c * area + i] = (byte) ((inks[c][i] * inks[3][i] + 127) / 255);
            }
        }
    }
}
