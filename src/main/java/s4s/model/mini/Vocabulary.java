package s4s.model.mini;

import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import s4s.model.ConditionEncoder;

/**
 * What a conditional network can be asked for, and how a request becomes numbers: a vector with one entry for each class or
 * word and one, the first, for no request at all. A request's entries are equal and of length one together:
 * {@code n^-1/2} for each of n words, so that a class is a one alone.
 *
 * @param unit what the entries are
 * @param entries the names of the classes, or the words, in the order of the vector after its first number
 */
public record Vocabulary(Unit unit, List<String> entries) implements ConditionEncoder {

    /** What an entry is. */
    public enum Unit {
        /** A class; a request names one. Names may be lists, {@code goldfish, Carassius auratus}: a part will do. */
        CLASS,
        /** A word in lower case; a request is a text, of which the known words count, in whatever order. */
        WORD
    }

    private static final Pattern NO_LETTERS = Pattern.compile("[^\\p{L}]+");

    /** Copies the list. */
    public Vocabulary {
        entries = List.copyOf(entries);
    }

    /**
     * The words of texts, the most frequent first.
     *
     * @param texts for example captions
     * @param least how often a word must occur
     */
    public static Vocabulary ofTexts(List<String> texts, int least) {
        Map<String, Integer> counts = new TreeMap<>();
        texts.forEach(text -> words(text).forEach(word -> counts.merge(word, 1, Integer::sum)));
        return new Vocabulary(Unit.WORD, counts.entrySet().stream().filter(e -> e.getValue() >= least)
                .sorted(Map.Entry.<String, Integer>comparingByValue().reversed().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey).toList());
    }

    /** Length of a vector: one more than the entries. */
    public int size() {
        return entries.size() + 1;
    }

    @Override
    public Shape shape() {
        return new Shape(size());
    }

    @Override
    public float[] none() {
        return vector();
    }

    @Override
    public int classes() {
        return unit == Unit.CLASS ? entries.size() : 0;
    }

    /**
     * Places in the vector of what a request names, each once.
     *
     * @throws IllegalArgumentException if it names nothing that is known
     */
    public int[] places(String request) {
        int[] places = unit == Unit.CLASS ? new int[] {place(request)} : known(request);
        if (places.length == 0) {
            throw new IllegalArgumentException("the model knows no word of \"" + request + "\"; it knows "
                    + String.join(", ", entries.subList(0, Math.min(12, entries.size()))) + ", ...");
        }
        return places;
    }

    /** Places of the known words of a text, each once; none if it has none. */
    public int[] known(String text) {
        return words(text).stream().distinct().mapToInt(word -> entries.indexOf(word) + 1).filter(p -> p > 0).toArray();
    }

    private int place(String request) {
        String wanted = request.strip().toLowerCase(Locale.ROOT);
        int number = wanted.matches("[0-9]{1,6}") ? Integer.parseInt(wanted) : -1;
        if (number >= 0 && number < entries.size()) {
            return number + 1;
        }
        for (int i = 0; i < entries.size(); i++) {
            String name = entries.get(i).toLowerCase(Locale.ROOT);
            if (name.equals(wanted) || Arrays.asList(name.split(", *")).contains(wanted)) {
                return i + 1;
            }
        }
        throw new IllegalArgumentException("there is no class \"" + request + "\"; give a number from 0 to "
                + (entries.size() - 1) + " or a name such as " + entries.get(0));
    }

    /** The vector of a request, or of none where there are no places. */
    public float[] vector(int... places) {
        float[] vector = new float[size()];
        vector[0] = places.length == 0 ? 1 : 0;
        for (int place : places) {
            vector[place] = (float) (1 / Math.sqrt(places.length));
        }
        return vector;
    }

    private static List<String> words(String text) {
        return Arrays.stream(NO_LETTERS.split(text.toLowerCase(Locale.ROOT))).filter(word -> !word.isEmpty()).toList();
    }

    @Override
    public float[] rows(List<String> requests) {
        return ConditionEncoder.join(requests.stream().map(request -> vector(places(request))).toList());
    }
}
