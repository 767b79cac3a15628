package s4s.metric;

import s4s.image.ImageSet;

/** Distances between pairs of 8-bit images. */
public final class Distances {
    private Distances() {}

    /**
     * Root mean square of the pixel difference, pixels scaled to [-1, 1], mean over pairs.
     *
     * @throws IllegalArgumentException if the sets differ in number or size
     */
    public static double rms(ImageSet a, ImageSet b) {
        if (a.pixels().length != b.pixels().length || a.count() != b.count()) {
            throw new IllegalArgumentException("distances need pairs of equal images, got " + a + " and " + b);
        }
        int size = a.pixels().length / a.count();
        double sum = 0;
        for (int i = 0; i < a.count(); i++) {
            double squares = 0;
            for (int k = i * size; k < (i + 1) * size; k++) {
                double d = ((a.pixels()[k] & 0xFF) - (b.pixels()[k] & 0xFF)) / 127.5;
                squares += d * d;
            }
            sum += Math.sqrt(squares / size);
        }
        return sum / a.count();
    }
}
