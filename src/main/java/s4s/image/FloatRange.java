package s4s.image;

import s4s.io.BadFileException;
import s4s.io.NpyArray;

/**
 * Tells float images in [-1, 1] from other numbers: those in [0, 1] or 0..255, of which none is negative, and latents, which
 * lie beyond. A sampler may overshoot: up to 2 is taken, and clipped.
 */
final class FloatRange {
    private static final double MOST = 2;

    private final String title;
    private double least = Double.POSITIVE_INFINITY;
    private double most = Double.NEGATIVE_INFINITY;
    private long count;

    /** @param title the array, for messages */
    FloatRange(String title) {
        this.title = title;
    }

    /** Looks at the next numbers. */
    void add(NpyArray some) throws BadFileException {
        for (int i = 0; i < some.size(); i++) {
            double value = some.real(i);
            if (!Double.isFinite(value)) {
                throw new BadFileException(title + " has " + (Double.isNaN(value) ? "NaN" : "an infinite number")
                        + " at element " + (count + i) + "; make it again");
            }
            least = Math.min(least, value);
            most = Math.max(most, value);
        }
        count += some.size();
    }

    /** Judges them all. */
    void check() throws BadFileException {
        if (least >= 0 || least < -MOST || most > MOST) {
            String advice = least < 0 ? "save images" : most <= 1 ? "save 2 x - 1, or 255 x as uint8" : "save 0..255 as uint8";
            throw new BadFileException(title + " has numbers from " + text(least) + " to " + text(most)
                    + ", but float images are in [-1,1]; " + advice);
        }
    }

    private static String text(double value) {
        return value == 0 ? "0" : Double.toString(value);
    }
}
