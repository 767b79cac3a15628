package s4s.model.mini;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import s4s.model.Constant;

/**
 * A small variational autoencoder: images to a Gaussian over latents of few pixels, latents back to images.
 *
 * <p>The encoder folds the image by space-to-depth and goes down through levels of residual blocks; the decoder goes the same
 * way up. Latents have {@code resolution / patch / 2^(levels - 1)} pixels a side.
 *
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022, section 3.1: the first stage of latent diffusion</a>
 */
public final class Autoencoder {
    /**
     * What the network is.
     *
     * @param channels image channels
     * @param resolution image height and width
     * @param patch space-to-depth factor
     * @param widths channels of each level, finest first; each level halves the resolution
     * @param blocks residual blocks of each level on each way
     * @param latent channels of the latents
     */
    public record Config(int channels, int resolution, int patch, List<Integer> widths, List<Integer> blocks, int latent) {
        /** Checks that the levels fit together. */
        public Config {
            widths = List.copyOf(widths);
            blocks = List.copyOf(blocks);
            if (widths.isEmpty() || blocks.size() != widths.size() || patch < 1 || channels < 1 || latent < 1
                    || resolution < 1 || resolution % (patch << (widths.size() - 1)) != 0) {
                throw new IllegalArgumentException("impossible autoencoder: widths " + widths + ", blocks " + blocks
                        + ", patch " + patch + ", resolution " + resolution + ", latent channels " + latent);
            }
        }

        /** Shape of an image. */
        public Shape imageShape() {
            return new Shape(channels, resolution, resolution);
        }

        /** Shape of an image's latents. */
        public Shape latentShape() {
            int side = resolution / patch >> widths.size() - 1;
            return new Shape(latent, side, side);
        }

        /** Every weight's name and shape, in the order of use. */
        public Map<String, Shape> weightShapes() {
            Map<String, Shape> shapes = new LinkedHashMap<>();
            int folded = channels * patch * patch;
            int last = widths.size() - 1;
            Layers.declareConv(shapes, "encoder.stem", folded, widths.get(0));
            int width = widths.get(0);
            for (int l = 0; l <= last; l++) {
                width = blocks(shapes, "encoder." + l, l, width);
            }
            Layers.declareConv(shapes, "encoder.head", width, 2 * latent);
            Layers.declareConv(shapes, "decoder.stem", latent, width);
            for (int l = last; l >= 0; l--) {
                width = blocks(shapes, "decoder." + l, l, width);
            }
            Layers.declareConv(shapes, "decoder.head", width, folded);
            return shapes;
        }

        private int blocks(Map<String, Shape> shapes, String name, int l, int width) {
            int in = width;
            for (int b = 0; b < blocks.get(l); b++) {
                Layers.declareResidual(shapes, name + "." + b, in, widths.get(l));
                in = widths.get(l);
            }
            return in;
        }
    }

    /**
     * A Gaussian over latents for each image.
     *
     * @param mean [B, latent, n, n]
     * @param logVariance of the same shape
     */
    public record Posterior(NDArray mean, NDArray logVariance) {
        /** The Kullback-Leibler divergence from the unit Gaussian, averaged over latents: a scalar. */
        public NDArray divergence() {
            return mean.square().add(logVariance.exp()).sub(logVariance).sub(1).mean()
                    .mul(Constant.like(mean, 0.5));
        }

        /** Latents {@code mean + sd normal}. */
        public NDArray sample(NDArray normal) {
            return logVariance.mul(Constant.like(mean, 0.5)).exp().mul(normal).add(mean);
        }
    }

    /** Bounds of the log variance, beyond which neither training nor float32 needs it. */
    private static final float LOG_VARIANCE = 20;

    private final Config config;
    private final Layers layers;

    /**
     * A network that reads {@code weights} at every call.
     *
     * @throws IllegalArgumentException if a weight is missing or has another shape
     */
    public Autoencoder(Config config, Weights weights) {
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
     * The latents of images.
     *
     * @param x images in [-1, 1], float32 [B, channels, resolution, resolution]
     */
    public Posterior encode(NDArray x) {
        NDArray h = layers.conv("encoder.stem", Layers.fold(x, config.patch()));
        for (int l = 0; l < config.widths().size(); l++) {
            h = level("encoder." + l, l, l > 0 ? Layers.halve(h) : h);
        }
        NDArray both = layers.conv("encoder.head", Layers.activate(Layers.normalise(h)));
        NDList parts = both.transpose(0, 3, 1, 2).split(2, 1);
        return new Posterior(parts.get(0), parts.get(1).clip(-LOG_VARIANCE, LOG_VARIANCE));
    }

    /**
     * The images of latents.
     *
     * @param z float32 [B, latent, n, n]
     * @return float32 [B, channels, resolution, resolution], around [-1, 1]
     */
    public NDArray decode(NDArray z) {
        NDArray h = layers.conv("decoder.stem", z.transpose(0, 2, 3, 1));
        for (int l = config.widths().size() - 1; l >= 0; l--) {
            h = level("decoder." + l, l, h);
            h = l > 0 ? Layers.twice(h) : h;
        }
        return Layers.unfold(layers.conv("decoder.head", Layers.activate(Layers.normalise(h))), config.patch());
    }

    private NDArray level(String name, int l, NDArray h) {
        for (int b = 0; b < config.blocks().get(l); b++) {
            h = layers.residual(name + "." + b, h);
        }
        return h;
    }
}
