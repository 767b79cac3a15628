package s4s.verify;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Guidance of a case.
 *
 * @param scale guidance scale w
 * @param condition name of the class
 */
record Guided(double scale, String condition) {

    private static final Pattern KEY = Pattern.compile("(?:D_|eps_)?cfg([0-9.]+)_class(\\w+)");

    /** Reads {@code cfg2_class0} at the end of a name. */
    static Optional<Guided> of(String key) {
        Matcher m = KEY.matcher(key.substring(key.lastIndexOf('/') + 1));
        return m.matches() ? Optional.of(new Guided(Double.parseDouble(m.group(1)), m.group(2))) : Optional.empty();
    }
}
