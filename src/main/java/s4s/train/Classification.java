package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
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
        int size = network.resolution();
        NDArray padded = pixels.pad(new Shape(shift, shift, shift, shift), 0);
        NDList moved = new NDList();
        for (int i = 0; i < pixels.getShape().get(0); i++) {
            int row = random.nextInt(2 * shift + 1);
            int column = random.nextInt(2 * shift + 1);
            moved.add(padded.get("{}:{}, :, {}:{}, {}:{}", i, i + 1, row, row + size, column, column + size));
        }
        return ai.djl.ndarray.NDArrays.concat(moved, 0);
    }
}
