package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.SplittableRandom;
import s4s.model.FeatureNet;
import s4s.model.Weights;

/**
 * Cross-entropy of the image's class, on images shifted by up to {@code shift} pixels (zero padding).
 *
 * @param network the classifier
 * @param labels class of every image of the data
 * @param shift largest shift in pixels along each axis
 * @param smoothing share of probability spread evenly over the classes, in [0, 1)
 */
public record Classification(FeatureNet.Config network, int[] labels, int shift, double smoothing)
        implements Objective {
    /** Checks that every label is a class. */
    public Classification {
        labels = labels.clone();
        for (int label : labels) {
            if (label < 0 || label >= network.classes()) {
                throw new IllegalArgumentException("label " + label + " is not one of the " + network.classes()
                        + " classes");
            }
        }
        if (shift < 0 || !(smoothing >= 0 && smoothing < 1)) {
            throw new IllegalArgumentException("shift must not be negative and smoothing lie in [0, 1), got "
                    + shift + ", " + smoothing);
        }
    }

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
        float[] targets = new float[n * network.classes()];
        for (int i = 0; i < n; i++) {
            for (int c = 0; c < network.classes(); c++) {
                targets[i * network.classes() + c] = (float) (smoothing / network.classes()
                        + (labels[indices[i]] == c ? 1 - smoothing : 0));
            }
        }
        NDArray target = pixels.getManager().create(targets, new Shape(n, network.classes()));
        NDArray logits = new FeatureNet(network, weights).logits(shifted(pixels, random));
        return logits.logSoftmax(1).mul(target).sum(new int[] {1}).mean().neg();
    }

    /** Every image moved by its own random offset. */
    private NDArray shifted(NDArray pixels, SplittableRandom random) {
        float[] from = pixels.toFloatArray();
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
        return pixels.getManager().create(to, pixels.getShape());
    }
}
