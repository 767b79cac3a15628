package s4s.model.mini;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A small residual classifier whose inner values serve as image features: the pooled vector for the
 * Frechet distance "FD (mini features)", the maps of every level for a perceptual distance.
 *
 * <p>These are not Inception's features: numbers made with them are compared with each other only.
 */
public final class FeatureNet {
    /**
     * What the network is.
     *
     * @param channels image channels
     * @param resolution image height and width
     * @param patch space-to-depth factor
     * @param widths channels of each level, finest first; each level halves the resolution
     * @param blocks residual blocks of each level
     * @param classes number of classes
     */
    public record Config(int channels, int resolution, int patch, List<Integer> widths, List<Integer> blocks,
            int classes) {
        /** Checks that the levels fit together. */
        public Config {
            widths = List.copyOf(widths);
            blocks = List.copyOf(blocks);
            if (widths.isEmpty() || blocks.size() != widths.size() || patch < 1 || channels < 1 || classes < 2
                    || resolution < 1 || resolution % (patch << (widths.size() - 1)) != 0) {
                throw new IllegalArgumentException("impossible classifier: widths " + widths + ", blocks " + blocks
                        + ", patch " + patch + ", resolution " + resolution + ", classes " + classes);
            }
        }

        /** Length of the pooled feature vector. */
        public int features() {
            return widths.get(widths.size() - 1);
        }

        /** Every weight's name and shape, in the order of use. */
        public Map<String, Shape> weightShapes() {
            Map<String, Shape> shapes = new LinkedHashMap<>();
            Layers.declareConv(shapes, "stem", channels * patch * patch, widths.get(0));
            int width = widths.get(0);
            for (int l = 0; l < widths.size(); l++) {
                for (int b = 0; b < blocks.get(l); b++) {
                    Layers.declareResidual(shapes, l + "." + b, width, widths.get(l));
                    width = widths.get(l);
                }
            }
            Layers.declareLinear(shapes, "classes", width, classes);
            return shapes;
        }
    }

    private final Config config;
    private final Layers layers;

    /**
     * A network that reads {@code weights} at every call.
     *
     * @throws IllegalArgumentException if a weight is missing or has another shape
     */
    public FeatureNet(Config config, Weights weights) {
        weights.requireLike(config.weightShapes(), "the weights");
        this.config = config;
        this.layers = new Layers(weights);
    }

    /** What the network is. */
    public Config config() {
        return config;
    }

    /** Random start; residual branches start at zero. */
    public static Weights initial(Config config, NDManager manager, long seed) {
        return Layers.initial(config.weightShapes(), name -> name.contains(".conv2."), manager, seed);
    }

    /**
     * The map of every level.
     *
     * @param x images in [-1, 1], float32 [B, channels, resolution, resolution]
     * @return level l is float32 [B, n, n, widths[l]] with n = resolution / patch / 2^l
     */
    public List<NDArray> maps(NDArray x) {
        List<NDArray> maps = new ArrayList<>();
        NDArray h = layers.conv("stem", Layers.fold(x, config.patch()));
        for (int l = 0; l < config.widths().size(); l++) {
            h = l > 0 ? Layers.halve(h) : h;
            for (int b = 0; b < config.blocks().get(l); b++) {
                h = layers.residual(l + "." + b, h);
            }
            maps.add(h);
        }
        return maps;
    }

    /** The feature vectors, float32 [B, features]: the last of {@code maps}, activated, averaged over positions. */
    public NDArray pooled(List<NDArray> maps) {
        return Layers.pool(Layers.activate(Layers.normalise(maps.get(maps.size() - 1))));
    }

    /** Unnormalised log-probabilities of the classes, float32 [B, classes]. */
    public NDArray logits(NDArray x) {
        return layers.linear("classes", pooled(maps(x)));
    }
}
