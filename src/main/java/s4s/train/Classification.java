package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import s4s.image.ImageSet;
import s4s.metric.MiniFeatures;
import s4s.model.Devices;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;

/**
 * Cross-entropy of the image's class, on images shifted by up to {@code shift} pixels (zero padding). Of these, a share is turned
 * by one, two or three quarters: such an image belongs to the class of its turn, the last three, whatever it shows. Telling
 * turned from upright teaches the network the structure of images that have no labels.
 *
 * @param network the classifier
 * @param labels class of every image of the data
 * @param shift largest shift in pixels along each axis
 * @param smoothing share of probability spread evenly over the classes, in [0, 1)
 * @param turned probability that an image is turned, in [0, 1)
 * @see <a href="https://arxiv.org/abs/1803.07728">Gidaris et al. 2018, for turned images</a>
 */
public record Classification(FeatureNet.Config network, int[] labels, int shift, double smoothing, double turned)
        implements Objective {
    /** The number of classes of turned images: a quarter, a half, three quarters counter-clockwise. */
    public static final int TURNS = 3;

    /** Checks that every label is a class. */
    public Classification {
        labels = labels.clone();
        int classes = network.classes() - (turned > 0 ? TURNS : 0);
        for (int label : labels) {
            if (label < 0 || label >= classes) {
                throw new IllegalArgumentException("label " + label + " is not one of the " + classes + " classes");
            }
        }
        if (shift < 0 || !(smoothing >= 0 && smoothing < 1) || !(turned >= 0 && turned < 1)) {
            throw new IllegalArgumentException("shift must not be negative, smoothing and turned lie in [0, 1), got "
                    + shift + ", " + smoothing + ", " + turned);
        }
    }

    /** The class of every image of the data; a copy. */
    @Override
    public int[] labels() {
        return labels.clone();
    }

    @Override
    public Map<String, Shape> weightShapes() {
        return network.weightShapes();
    }

    @Override
    public Weights initial(NDManager manager, long seed) {
        return FeatureNet.initial(network, manager, seed);
    }

    @Override
    public Shape sampleShape() {
        return new Shape(network.channels(), network.resolution(), network.resolution());
    }

    @Override
    public NDArray loss(Weights weights, NDArray pixels, int[] indices, SplittableRandom random) {
        int n = indices.length;
        int[] classes = new int[n];
        float[] images = shifted(pixels.toFloatArray(), random);
        for (int i = 0; i < n; i++) {
            int turns = turned > 0 && random.nextDouble() < turned ? random.nextInt(1, TURNS + 1) : 0;
            turn(images, i, turns);
            classes[i] = turns == 0 ? labels[indices[i]] : network.classes() - TURNS + turns - 1;
        }
        float[] targets = new float[n * network.classes()];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < network.classes(); c++) {
                targets[i * network.classes() + c] = (float) (smoothing / network.classes()
                        + (classes[i] == c ? 1 - smoothing : 0));
            }
        }
        NDArray target = pixels.getManager().create(targets, new Shape(n, network.classes()));
        NDArray input = pixels.getManager().create(images, pixels.getShape());
        return new FeatureNet(network, weights).logits(input).logSoftmax(1).mul(target).sum(new int[] {1}).mean().neg();
    }

    @Override
    public ModelCard.Kind kind() {
        return ModelCard.Kind.CLASSIFIER;
    }

    @Override
    public Map<String, Object> settings() {
        return turned > 0 ? Map.of("shift", shift, "labelSmoothing", smoothing, "turned", turned)
                : Map.of("shift", shift, "labelSmoothing", smoothing);
    }

    @Override
    public Map<String, Object> plan() {
        Map<String, Object> plan = new TreeMap<>(settings());
        plan.put("labels", labels);
        return plan;
    }

    @Override
    public Map<String, Object> details(Weights weights, Examples examples) {
        List<String> names = ((Pixels) examples).sets().get(0).classes();
        return names.isEmpty() ? Map.of() : Map.of("classes", names);
    }

    /** Share of images whose most likely class is their own, for each set and all. */
    @Override
    public Map<String, Object> evaluate(Weights weights, Pixels heldOut) {
        Map<String, Object> each = new LinkedHashMap<>();
        double right = 0;
        try (NDManager manager = Devices.manager()) {
            MiniFeatures features = new MiniFeatures(new FeatureNet(network, weights), manager);
            for (ImageSet set : heldOut.sets()) {
                double accuracy = features.accuracy(set);
                each.put(set.source(), accuracy);
                right += accuracy * set.count();
            }
        }
        Map<String, Object> results = new LinkedHashMap<>(Map.of("testAccuracy", right / heldOut.count()));
        if (each.size() > 1) {
            results.put("testAccuracyOf", each);
        }
        return results;
    }

    /** Every image moved by its own random offset. */
    private float[] shifted(float[] from, SplittableRandom random) {
        float[] to = new float[from.length];
        int size = network.resolution();
        int plane = size * size;
        int image = network.channels() * plane;
        for (int start = 0; start < from.length; start += image) {
            int down = random.nextInt(-shift, shift + 1);
            int right = random.nextInt(-shift, shift + 1);
            int length = size - Math.abs(right);
            for (int channel = start; channel < start + image; channel += plane) {
                for (int row = Math.max(0, down); row < Math.min(size, size + down); row++) {
                    System.arraycopy(from, channel + (row - down) * size + Math.max(0, -right),
                            to, channel + row * size + Math.max(0, right), length);
                }
            }
        }
        return to;
    }

    /** Turns image {@code i} counter-clockwise within {@code images}. */
    private void turn(float[] images, int i, int quarters) {
        int size = network.resolution();
        int plane = size * size;
        for (int q = 0; q < quarters; q++) {
            for (int c = 0; c < network.channels(); c++) {
                int at = (i * network.channels() + c) * plane;
                float[] before = Arrays.copyOfRange(images, at, at + plane);
                for (int k = 0; k < plane; k++) {
                    images[at + k] = before[k % size * size + size - 1 - k / size];
                }
            }
        }
    }
}
