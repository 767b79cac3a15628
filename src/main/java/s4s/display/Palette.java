package s4s.display;

import java.util.List;

/**
 * Colours, markers and dashes of series, in order. The colours are those of Okabe and Ito, told apart with every
 * common kind of colour blindness; the yellow is left out (too pale on white). Each of the first seven series has a
 * colour and a marker of its own; the next seven repeat the colours with other markers and a dashed line.
 *
 * @see <a href="https://jfly.uni-koeln.de/color/">Okabe and Ito, Color Universal Design</a>
 */
final class Palette {

    static final List<String> COLORS =
            List.of("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000");
    private static final List<String> SYMBOLS =
            List.of("circle", "square", "diamond", "triangle-up", "triangle-down", "x", "cross");
    private static final List<String> DASHES = List.of("solid", "dash", "dot", "dashdot");

    private Palette() {}

    static String color(int series) {
        return COLORS.get(series % COLORS.size());
    }

    static String symbol(int series) {
        return SYMBOLS.get((series + series / COLORS.size()) % SYMBOLS.size());
    }

    static String dash(int series) {
        return DASHES.get(series / COLORS.size() % DASHES.size());
    }
}
