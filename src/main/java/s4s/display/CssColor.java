package s4s.display;

import java.awt.Color;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Colours as figures write them: #rgb, #rrggbb, rgb(r, g, b), rgba(r, g, b, a) and the common names. */
final class CssColor {

    private static final Pattern RGB =
            Pattern.compile("rgba?\\(\\s*(\\d+)\\s*,\\s*(\\d+)\\s*,\\s*(\\d+)\\s*(?:,\\s*([\\d.]+)\\s*)?\\)");
    private static final Map<String, Integer> NAMES = Map.ofEntries(
            Map.entry("black", 0x000000), Map.entry("white", 0xFFFFFF), Map.entry("gray", 0x808080),
            Map.entry("grey", 0x808080), Map.entry("red", 0xFF0000), Map.entry("green", 0x008000),
            Map.entry("blue", 0x0000FF), Map.entry("orange", 0xFFA500), Map.entry("purple", 0x800080),
            Map.entry("brown", 0xA52A2A), Map.entry("pink", 0xFFC0CB), Map.entry("cyan", 0x00FFFF),
            Map.entry("magenta", 0xFF00FF), Map.entry("yellow", 0xFFFF00), Map.entry("navy", 0x000080),
            Map.entry("teal", 0x008080), Map.entry("steelblue", 0x4682B4), Map.entry("firebrick", 0xB22222),
            Map.entry("lightgray", 0xD3D3D3), Map.entry("darkgray", 0xA9A9A9));

    private CssColor() {}

    static Optional<Color> parse(String css) {
        String text = css.trim().toLowerCase(Locale.ROOT);
        if (text.matches("#[0-9a-f]{6}")) {
            return Optional.of(new Color(Integer.parseInt(text.substring(1), 16)));
        }
        if (text.matches("#[0-9a-f]{3}")) {
            return parse(text.replaceAll("([0-9a-f])", "$1$1"));
        }
        Matcher rgb = RGB.matcher(text);
        if (rgb.matches()) {
            float alpha = rgb.group(4) == null ? 1 : Math.min(1, Float.parseFloat(rgb.group(4)));
            return Optional.of(new Color(channel(rgb.group(1)), channel(rgb.group(2)), channel(rgb.group(3)),
                    Math.round(255 * alpha)));
        }
        return Optional.ofNullable(NAMES.get(text)).map(Color::new);
    }

    private static int channel(String digits) {
        return Math.min(255, Integer.parseInt(digits));
    }
}
