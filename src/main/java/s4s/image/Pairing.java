package s4s.image;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/** Which images of two sets belong together. Names decide where there are some; what they leave open is refused. */
public enum Pairing {
    /**
     * Of two sets with names those whose names are the same, but for the ending of the file and zeros before numbers. A set
     * with names beside one without is in its order only if the names have one order: 10.png comes before 2.png as text, but
     * not as a number.
     */
    BY_NAME {
        @Override
        int[] partners(ImageSource a, ImageSource b) {
            List<String> left = a.names();
            List<String> right = b.names();
            if (left.isEmpty() || right.isEmpty()) {
                requireOneOrder(left.isEmpty() ? b : a, (left.isEmpty() ? a : b).source());
                return byPosition(a.count());
            }
            for (UnaryOperator<String> key : List.of(UnaryOperator.<String>identity(), Pairing::stem, Pairing::number)) {
                int[] partners = byKey(left, right, key);
                if (partners.length > 0) {
                    return partners;
                }
            }
            int first = IntStream.range(0, left.size()).filter(i -> !number(left.get(i)).equals(number(right.get(i))))
                    .findFirst().orElse(0);
            throw new IllegalArgumentException("the images' names are not the same in " + a.source() + " and " + b.source()
                    + " (number " + first + " in order: " + left.get(first) + " and " + right.get(first)
                    + "); rename them, or give --by-position to pair them in the order of their names");
        }
    },
    /** In the order of the sets, that of the names by code points where there are some. */
    BY_POSITION {
        @Override
        int[] partners(ImageSource a, ImageSource b) {
            return byPosition(a.count());
        }
    };

    private static final Pattern ZEROS = Pattern.compile("(?<![0-9])0+(?=[0-9])");

    /**
     * The second set in the order of the first, which must have as many images.
     *
     * @throws IllegalArgumentException if it is open which images belong together; the message says how to tell
     */
    public ImageSource align(ImageSource first, ImageSource second) {
        return new Reordered(second, partners(first, second));
    }

    abstract int[] partners(ImageSource a, ImageSource b);

    /**
     * Refuses a set whose names have another order as numbers than as text, where something without names follows it.
     *
     * @param other what has no names
     */
    public static void requireOneOrder(ImageSource images, String other) {
        List<String> keys = images.names().stream().map(Pairing::padded).toList();
        for (int i = 1; i < keys.size(); i++) {
            if (ImageFiles.ORDER.compare(keys.get(i - 1), keys.get(i)) > 0) {
                throw new IllegalArgumentException("the order of the images in " + images.source() + " is open: "
                        + images.names().get(i - 1) + " comes before " + images.names().get(i) + " as text, not as numbers, and "
                        + other + " has no names; rename them with zeros before the numbers, or give --by-position to take"
                        + " them as text");
            }
        }
    }

    private static int[] byPosition(int count) {
        return IntStream.range(0, count).toArray();
    }

    /** For each of the first its place in the second; empty if keys are missing or occur twice. */
    private static int[] byKey(List<String> left, List<String> right, UnaryOperator<String> key) {
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < right.size(); i++) {
            places.put(key.apply(right.get(i)), i);
        }
        List<Integer> partners = new ArrayList<>();
        left.stream().map(key).distinct().filter(places::containsKey).forEach(name -> partners.add(places.get(name)));
        return places.size() == right.size() && partners.size() == left.size() && left.size() == right.size()
                ? partners.stream().mapToInt(Integer::intValue).toArray() : new int[0];
    }

    private static String stem(String name) {
        return name.substring(0, name.length() - ImageFormat.ending(name).length());
    }

    private static String number(String name) {
        return ZEROS.matcher(stem(name)).replaceAll("");
    }

    /** The name with numbers of equal length, so that they sort as numbers. */
    private static String padded(String name) {
        return Pattern.compile("[0-9]+").matcher(number(name))
                .replaceAll(found -> "0".repeat(Math.max(0, 20 - found.group().length())) + found.group());
    }
}
