package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import s4s.image.ImageSet;

/**
 * The images of one or more sets, numbered through, as numbers in [-1, 1].
 *
 * @param sets at least one, all of one size
 * @param flip mirror each image with probability 1/2
 */
public record Pixels(List<ImageSet> sets, boolean flip) implements Examples {

    /** Checks that the images are of one size. */
    public Pixels {
        sets = List.copyOf(sets);
        Shape first = shape(sets.get(0));
        for (ImageSet set : sets) {
            if (!shape(set).equals(first)) {
                throw new IllegalArgumentException(set.source() + " holds images of shape " + shape(set) + ", "
                        + sets.get(0).source() + " of " + first + ": train on images of one size");
            }
        }
    }

    /** The images of one set. */
    public Pixels(ImageSet set, boolean flip) {
        this(List.of(set), flip);
    }

    /**
     * Sets with common classes: those of the first, then those of the second, and so on. The images of a set without labels
     * are one class, which has the set's name.
     */
    public static List<ImageSet> withCommonClasses(List<ImageSet> sets) {
        List<String> names = new ArrayList<>();
        List<int[]> labels = new ArrayList<>();
        for (ImageSet set : sets) {
            int offset = names.size();
            int[] own = set.labels().length == 0 ? new int[set.count()] : set.labels();
            labels.add(Arrays.stream(own).map(label -> label + offset).toArray());
            if (set.labels().length == 0) {
                names.add(set.source());
            } else if (set.classes().isEmpty()) {
                IntStream.rangeClosed(0, Arrays.stream(own).max().orElse(0)).forEach(c -> names.add(Integer.toString(c)));
            } else {
                names.addAll(set.classes());
            }
        }
        return IntStream.range(0, sets.size()).mapToObj(s -> sets.get(s).labelled(labels.get(s), names)).toList();
    }

    /** The class of every image; empty unless every set has labels. */
    public int[] labels() {
        return sets.stream().anyMatch(set -> set.labels().length == 0) ? new int[0]
                : sets.stream().flatMapToInt(set -> Arrays.stream(set.labels())).toArray();
    }

    @Override
    public int count() {
        return sets.stream().mapToInt(ImageSet::count).sum();
    }

    @Override
    public Shape shape() {
        return shape(sets.get(0));
    }

    @Override
    public String source() {
        return joined(ImageSet::source);
    }

    @Override
    public String sha256() {
        return joined(ImageSet::sha256);
    }

    @Override
    public NDArray batch(NDManager manager, int[] indices, SplittableRandom random) {
        int width = sets.get(0).width();
        int size = Math.toIntExact(shape().size());
        float[] values = new float[indices.length * size];
        for (int i = 0; i < indices.length; i++) {
            boolean mirror = flip && random.nextBoolean();
            int at = indices[i];
            int s = 0;
            while (at >= sets.get(s).count()) {
                at -= sets.get(s++).count();
            }
            byte[] bytes = sets.get(s).pixels();
            int from = at * size;
            int to = i * size;
            for (int k = 0; k < size; k++) {
                int source = mirror ? k - k % width + width - 1 - k % width : k;
                values[to + k] = (bytes[from + source] & 0xFF) / 127.5f - 1;
            }
        }
        return manager.create(values, new Shape(indices.length).addAll(shape()));
    }

    private static Shape shape(ImageSet set) {
        return new Shape(set.channels(), set.height(), set.width());
    }

    private String joined(Function<ImageSet, String> what) {
        return sets.stream().map(what).collect(Collectors.joining(" "));
    }
}
