package s4s.model;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.model.mini.Vocabulary;

/**
 * The condition of every seed: a rule that does not know of batches. Seeds to learn from have theirs by the same rule as
 * seeds to measure on.
 *
 * @param rule in words, for provenance
 * @param of the condition of a seed, a class or a text as {@link Vocabulary} takes it
 */
public record Conditions(String rule, LongFunction<String> of) {

    /**
     * All classes equally often, as FID of ImageNet wants it: seed i asks for class i mod C.
     *
     * @throws IllegalArgumentException if the model takes texts
     */
    public static Conditions balanced(ConditionEncoder requests) {
        if (requests.classes() == 0) {
            throw new IllegalArgumentException("the model takes texts; only classes can come equally often");
        }
        return balanced(requests.classes());
    }

    /** {@link #balanced(ConditionEncoder)} of a number of classes. */
    public static Conditions balanced(int classes) {
        return inTurn("class seed mod " + classes, IntStream.range(0, classes).mapToObj(Integer::toString).toList());
    }

    /**
     * The prompts of a file in turn: seed i asks for line i mod n, counted from 0.
     *
     * @param file UTF-8 text, one prompt a line
     * @throws BadFileException if there is no such file, a line is blank, or it is a table or JSON, of which names, numbers and
     *         brackets would be drawn
     */
    public static Conditions prompts(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new BadFileException("no prompts at " + file + ": a text file with one prompt a line is needed (s4s captions"
                    + " makes it of COCO's captions)");
        }
        List<String> prompts;
        try {
            prompts = Files.readString(file).replaceFirst("^\ufeff", "").lines().toList();      // a byte order mark is no letter
        } catch (CharacterCodingException e) {
            throw new BadFileException(file + " is no UTF-8 text; write one prompt a line", e);
        }
        if (prompts.isEmpty() || prompts.stream().anyMatch(String::isBlank)) {
            throw new BadFileException(file + " has no lines or a blank one; write one prompt a line");
        }
        String first = prompts.get(0).strip();
        if (file.getFileName().toString().toLowerCase(Locale.ROOT).matches(".*\\.(tsv|csv|jsonl?|ndjson|ya?ml|xml|html?)")
                || first.startsWith("{") || first.startsWith("[") || prompts.stream().anyMatch(line -> line.contains("\t"))) {
            throw new BadFileException(file + " is a table or JSON, not a text with one prompt a line; write its prompts alone into"
                    + " a file .txt (of COCO's captions s4s captions makes it)");
        }
        return inTurn("line seed mod " + prompts.size() + " of " + file.getFileName() + " (sha256 "
                + Hashes.sha256(file).substring(0, 16) + ")", prompts);
    }

    /** The conditions of a list, in turn. */
    public static Conditions inTurn(String rule, List<String> list) {
        List<String> copy = List.copyOf(list);
        return new Conditions(rule, seed -> copy.get(Math.floorMod(seed, copy.size())));
    }

    /**
     * A condition for each of some seeds; no other seed has one.
     *
     * @param seeds which
     * @param list one condition for each, in their order
     * @throws IllegalArgumentException if they are not as many, or one seed has two conditions
     */
    public static Conditions each(long[] seeds, List<String> list) {
        if (list.size() != seeds.length) {
            throw new IllegalArgumentException(list.size() + " conditions for " + seeds.length
                    + " seeds: give one for all, or one for each");
        }
        Map<Long, String> known = new HashMap<>();
        for (int i = 0; i < seeds.length; i++) {
            String other = known.put(seeds[i], list.get(i));
            if (other != null && !other.equals(list.get(i))) {
                throw new IllegalArgumentException("seed " + seeds[i] + " is asked for both \"" + other + "\" and \""
                        + list.get(i) + "\": draw them one after the other");
            }
        }
        return new Conditions("as listed", known::get);
    }

    /** The conditions of some seeds, in their order. */
    public List<String> of(long... seeds) {
        return Arrays.stream(seeds).mapToObj(of).toList();
    }
}
