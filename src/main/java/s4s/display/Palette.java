package s4s.display;

import java.util.List;
import tech.tablesaw.plotly.components.Line;
import tech.tablesaw.plotly.components.Symbol;

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
    private static final List<Symbol> SYMBOLS = List.of(Symbol.CIRCLE, Symbol.SQUARE, Symbol.DIAMOND,
            Symbol.TRIANGLE_UP, Symbol.TRIANGLE_DOWN, Symbol.X, Symbol.CROSS);
    private static final List<Line.Dash> DASHES =
            List.of(Line.Dash.SOLID, Line.Dash.DASH, Line.Dash.DOT, Line.Dash.DASH_DOT);

    private Palette() {}

    static String color(int series) {
        return COLORS.get(series % COLORS.size());
    }

    static Symbol symbol(int series) {
        return SYMBOLS.get((series + series / COLORS.size()) % SYMBOLS.size());
    }

    static Line.Dash dash(int series) {
        return DASHES.get(series / COLORS.size() % DASHES.size());
    }
}
