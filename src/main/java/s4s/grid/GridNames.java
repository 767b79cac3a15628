package s4s.grid;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.DoubleFunction;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The names of grid types: of {@link GridType#all()}, of {@link PublishedGrids#all()}, and forms with parameters. */
public final class GridNames {

    private static final long LARGEST_FILE = 1 << 20;
    /** Some editors begin a file with it. */
    private static final String BYTE_ORDER_MARK = "\uFEFF";
    /** Not the exponent of a number, as in {@code list:2,1e+0}. */
    private static final Pattern TO_ZERO = Pattern.compile("(?<![eE])\\+0$");
    private static final Pattern BETWEEN_NUMBERS = Pattern.compile("[\\s,\\[\\]]+");
    private static final Pattern WHOLE = Pattern.compile("\\.0$");

    private static final Pattern GITS = Pattern.compile("gits(?::(.*))?");
    /** As many as the paper takes. */
    private static final String GITS_SAMPLES = "256";

    private static final Map<String, DoubleFunction<GridType>> POLYNOMIALS = Map.of(
            "edm", GridType::edm,
            "time-edm", GridType::timeEdm,
            "sigma-poly", GridType::sigmaPoly,
            "time-poly", GridType::timePoly);
    private static final Map<String, Function<double[], GridType>> LISTS = Map.of(
            "list", GridType::of,
            "times", GridType::ofTimes);

    private GridNames() {}

    /** The forms with parameters and what they mean, for help texts. */
    public static Map<String, String> forms() {
        Map<String, String> forms = new LinkedHashMap<>();
        forms.put("edm:RHO", "edm with another exponent; edm:2 is DPM-Solver's \"time_quadratic\" on EDM networks");
        forms.put("time-edm:RHO", "time-edm with another exponent");
        forms.put("sigma-poly:RHO", "noise level = b + (a - b)(1 - i/N)^RHO");
        forms.put("time-poly:RHO", "VP time = b + (a - b)(1 - i/N)^RHO (LD3's \"poly\")");
        forms.put("list:80,5,0.002", "noise levels of your own; list:@FILE reads them from a text or JSON file");
        forms.put("times:1,0.4,.001", "times of your own, in the label of the network's schedule; also times:@FILE");
        forms.put("gits, gits:N", "searched on N (256) samples of the model, once, where there is one (GITS, arXiv:2405.11326)");
        forms.put("...+0", "any of these with a last step to noise level 0, for instance edm+0 (EDM's sampler)");
        return forms;
    }

    /**
     * The samples that a grid of GITS is searched on, {@code gits} or {@code gits:N}; empty for other names.
     *
     * @throws IllegalArgumentException if N is not from 1 to 100,000
     */
    public static OptionalInt gitsSamples(String id) {
        Matcher gits = GITS.matcher(id);
        if (!gits.matches()) {
            return OptionalInt.empty();
        }
        String number = gits.group(1) == null ? GITS_SAMPLES : gits.group(1);
        if (!number.matches("0*[1-9][0-9]{0,4}|0*100000")) {
            throw new IllegalArgumentException("Grid " + id + " is searched on 1 to 100000 samples.");
        }
        return OptionalInt.of(Integer.parseInt(number));
    }

    /** A name without its grid, which only a model gives. */
    private static GridType gits(String id) {
        return new GridType(id, "least misses of a teacher's trajectory (GITS, arXiv:2405.11326)", (schedule, from, to, steps) -> {
            throw new IllegalArgumentException("Grid " + id + " is searched on a model's samples: it is for s4s sample and s4s cost,"
                    + " which have one (in Java: SearchedGrids).");
        });
    }

    static GridType parse(String id) {
        if (gitsSamples(id).isPresent()) {
            return gits(id);
        }
        if (TO_ZERO.matcher(id).find()) {
            return parse(id.substring(0, id.length() - 2)).toZero();
        }
        List<GridType> plain = Stream.concat(GridType.all().stream(), PublishedGrids.all().stream()).toList();
        for (GridType type : plain) {
            if (type.id().equals(id)) {
                return type;
            }
        }
        int colon = id.indexOf(':');
        String family = colon < 0 ? id : id.substring(0, colon);
        String parameter = id.substring(colon + 1);
        if (colon >= 0 && POLYNOMIALS.containsKey(family)) {
            return POLYNOMIALS.get(family).apply(number(id, parameter));
        }
        if (colon >= 0 && LISTS.containsKey(family)) {
            String text = parameter.startsWith("@") ? read(parameter.substring(1)) : parameter;
            double[] numbers = BETWEEN_NUMBERS.splitAsStream(text).filter(part -> !part.isEmpty())
                    .mapToDouble(part -> number(id, part)).toArray();
            try {
                return LISTS.get(family).apply(numbers);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException("Grid " + id + ": " + e.getMessage(), e);
            }
        }
        throw new IllegalArgumentException("There is no grid \"" + id + "\"; known are "
                + plain.stream().map(GridType::id).collect(Collectors.joining(", ")) + ", "
                + String.join(", ", forms().keySet()) + ".");
    }

    /** Numbers in the form in which names hold them: {@code 80,5,0.002}. Reading it gives the same numbers. */
    public static String numbers(double... values) {
        return Arrays.stream(values).mapToObj(value -> WHOLE.matcher(Double.toString(value)).replaceFirst(""))
                .collect(Collectors.joining(","));
    }

    private static double number(String id, String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("\"" + text + "\" in grid \"" + id + "\" is not a number.", e);
        }
    }

    private static String read(String file) {
        try {
            Path path = Path.of(file);
            if (Files.size(path) > LARGEST_FILE) {
                throw new IllegalArgumentException("Grid file " + file + " is larger than a list of numbers can be.");
            }
            String text = Files.readString(path);
            return text.startsWith(BYTE_ORDER_MARK) ? text.substring(1) : text;
        } catch (NoSuchFileException | InvalidPathException e) {
            throw new IllegalArgumentException("There is no grid file " + file + ".", e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    new IOException("Grid file " + file + " cannot be read as text: " + e.getMessage(), e));
        }
    }
}
