package s4s.train;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import s4s.image.ImageSet;
import s4s.model.mini.Vocabulary;

/**
 * What each example is: the condition with which a network is trained.
 *
 * @param vocabulary what there is to be named
 * @param places of every example one or more descriptions, of which each step draws one; a description is what
 *     {@link Vocabulary#vector} takes
 * @param drop probability that a step sees an example without condition, so that the network also learns to answer without;
 *     in [0, 1)
 */
public record Conditioning(Vocabulary vocabulary, List<List<int[]>> places, double drop) {

    /** Checks the range. */
    public Conditioning {
        places = List.copyOf(places);
        if (!(drop >= 0 && drop < 1)) {
            throw new IllegalArgumentException("conditions are dropped with a probability in [0, 1), not " + drop);
        }
    }

    /** By the classes of images, which have names. */
    public static Conditioning classes(ImageSet images, double drop) {
        return new Conditioning(new Vocabulary(Vocabulary.Unit.CLASS, images.classes()),
                Arrays.stream(images.labels()).mapToObj(label -> List.of(new int[] {label + 1})).toList(), drop);
    }

    /**
     * By captions.
     *
     * @param captions of every example one or more
     * @param least how often a word must occur in them to be known
     */
    public static Conditioning captions(List<List<String>> captions, int least, double drop) {
        Vocabulary vocabulary = Vocabulary.ofTexts(captions.stream().flatMap(List::stream).toList(), least);
        return new Conditioning(vocabulary, captions.stream().map(of -> of.stream().map(vocabulary::known).toList()).toList(),
                drop);
    }

    /** Vectors of some examples, joined. */
    public float[] vectors(int[] indices, SplittableRandom random) {
        float[] all = new float[indices.length * vocabulary.size()];
        for (int i = 0; i < indices.length; i++) {
            List<int[]> descriptions = places.get(indices[i]);
            int[] chosen = descriptions.get(random.nextInt(descriptions.size()));
            float[] vector = random.nextDouble() < drop ? vocabulary.vector() : vocabulary.vector(chosen);
            System.arraycopy(vector, 0, all, i * vector.length, vector.length);
        }
        return all;
    }

    /** What the card of the model says. */
    Map<String, Object> details() {
        return Map.of("unit", vocabulary.unit(), "vocabulary", vocabulary.entries());
    }
}
