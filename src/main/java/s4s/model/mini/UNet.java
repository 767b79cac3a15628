package s4s.model.mini;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import s4s.model.Constant;
import s4s.model.Network;

/**
 * A small U-Net F(x, c) for images on a CPU: residual blocks normalised over channels, scale-shift
 * noise embedding, self-attention at coarse levels, additive skip connections.
 *
 * <p>The image is first folded by space-to-depth (factor {@link Config#patch}), which moves the
 * work from many thin pixels to fewer thick ones. Level l works at resolution
 * {@code resolution / patch / 2^l} with {@code widths[l]} channels and {@code blocks[l]} residual
 * blocks on the way down and as many on the way up; the way up adds the way down's result. The last
 * convolution and the second convolution of every block start at zero, so the untrained network
 * returns zero.
 *
 * <p>Input {@code x} is [B, channels, resolution, resolution], conditioning time {@code c} is [B] or [1]
 * (EDM: ln(sigma)/4), output has the shape of {@code x}. A conditional network also takes weights of what may be in the
 * image, [B, conditions] or [1, conditions] (see {@link Vocabulary}); two layers turn them into what is added to the noise
 * embedding.
 *
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020, appendix B</a>
 * @see <a href="https://arxiv.org/abs/2105.05233">Dhariwal and Nichol 2021, section 3</a>
 */
public final class UNet implements Network {
    /**
     * What the network is.
     *
     * @param channels image channels
     * @param resolution image height and width
     * @param patch space-to-depth factor
     * @param widths channels of each level, finest first
     * @param blocks residual blocks of each level on each way
     * @param attention whether a level's last block on each way is followed by self-attention
     * @param embedding width of the noise embedding
     * @param conditions length of the condition's vector; 0 for a network without
     */
    public record Config(int channels, int resolution, int patch, List<Integer> widths,
            List<Integer> blocks, List<Boolean> attention, int embedding, int conditions) {
        /** A network without condition. */
        public Config(int channels, int resolution, int patch, List<Integer> widths, List<Integer> blocks,
                List<Boolean> attention, int embedding) {
            this(channels, resolution, patch, widths, blocks, attention, embedding, 0);
        }

        /** Checks that the levels fit together. */
        public Config {
            widths = List.copyOf(widths);
            blocks = List.copyOf(blocks);
            attention = List.copyOf(attention);
            int levels = widths.size();
            if (levels == 0 || blocks.size() != levels || attention.size() != levels) {
                throw new IllegalArgumentException("widths, blocks and attention need one entry a level, got "
                        + widths + ", " + blocks + ", " + attention);
            }
            if (channels < 1 || patch < 1 || conditions < 0 || embedding < 2 || embedding % 2 != 0
                    || resolution < 1 || resolution % (patch << (levels - 1)) != 0) {
                throw new IllegalArgumentException("resolution " + resolution + " is not a multiple of patch "
                        + patch + " times 2^" + (levels - 1) + ", or channels, patch, embedding or conditions is impossible");
            }
            if (widths.stream().anyMatch(w -> w < 1)
                    || blocks.stream().anyMatch(b -> b < 1)) {
                throw new IllegalArgumentException("widths and blocks must be at least 1, got " + widths + ", " + blocks);
            }
        }

        /** Shape of one image, (channels, resolution, resolution). */
        public Shape sampleShape() {
            return new Shape(channels, resolution, resolution);
        }

        /** Every weight's name and shape, in the order of use. */
        public Map<String, Shape> weightShapes() {
            Map<String, Shape> shapes = new LinkedHashMap<>();
            Layers.declareLinear(shapes, "embed.1", embedding, embedding);
            Layers.declareLinear(shapes, "embed.2", embedding, embedding);
            if (conditions > 0) {
                Layers.declareLinear(shapes, "condition.1", conditions, embedding);
                Layers.declareLinear(shapes, "condition.2", embedding, embedding);
            }
            Layers.declareConv(shapes, "stem", channels * patch * patch, widths.get(0));
            int width = widths.get(0);
            for (int l = 0; l < widths.size(); l++) {
                for (int b = 0; b < blocks.get(l); b++) {
                    block(shapes, "down." + l + "." + b, width, widths.get(l));
                    width = widths.get(l);
                }
                if (attention.get(l)) {
                    attention(shapes, "down." + l + ".attention", width);
                }
            }
            for (int l = widths.size() - 1; l >= 0; l--) {
                for (int b = 0; b < blocks.get(l); b++) {
                    block(shapes, "up." + l + "." + b, width, widths.get(l));
                    width = widths.get(l);
                }
                if (attention.get(l)) {
                    attention(shapes, "up." + l + ".attention", width);
                }
                if (l > 0) {
                    Layers.declareLinear(shapes, "up." + l + ".widen", width, widths.get(l - 1));
                    width = widths.get(l - 1);
                }
            }
            Layers.declareConv(shapes, "head", width, channels * patch * patch);
            return shapes;
        }

        private void block(Map<String, Shape> shapes, String name, int in, int out) {
            Layers.declareConv(shapes, name + ".conv1", in, out);
            Layers.declareLinear(shapes, name + ".embed", embedding, 2 * out);
            Layers.declareConv(shapes, name + ".conv2", out, out);
            if (in != out) {
                Layers.declareLinear(shapes, name + ".skip", in, out);
            }
        }

        private static void attention(Map<String, Shape> shapes, String name, int width) {
            Layers.declareLinear(shapes, name + ".qkv", width, 3 * width);
            Layers.declareLinear(shapes, name + ".out", width, width);
        }
    }

    private final Config config;
    private final Layers layers;

    /**
     * A network that reads {@code weights} at every call.
     *
     * @throws IllegalArgumentException if a weight is missing or has another shape
     */
    public UNet(Config config, Weights weights) {
        weights.requireLike(config.weightShapes(), "the weights");
        this.config = config;
        this.layers = new Layers(weights);
    }

    /** What the network is. */
    public Config config() {
        return config;
    }

    @Override
    public Shape sampleShape() {
        return config.sampleShape();
    }

    /** (conditions), see {@link Vocabulary}. */
    @Override
    public Shape conditionShape() {
        return config.conditions() == 0 ? new Shape() : new Shape(config.conditions());
    }

    /** Random start; residual branches and the network's end start at zero. */
    public static Weights initial(Config config, NDManager manager, long seed) {
        return Layers.initial(config.weightShapes(), name -> name.startsWith("head.") || name.contains(".conv2.")
                || name.contains(".out.") || name.contains(".embed.") && name.endsWith("bias"), manager, seed);
    }

    /**
     * F(x, c) of a network without condition.
     *
     * @param x float32 [B, channels, resolution, resolution]
     * @param c conditioning time, float32 [B] or [1]
     * @return float32, shape of {@code x}, in the manager of {@code x}
     */
    @Override
    public NDArray forward(NDArray x, NDArray c) {
        if (config.conditions() > 0) {
            throw new IllegalArgumentException("a conditional network needs its condition");
        }
        return denoise(x, Layers.activate(embed(c)));
    }

    /**
     * F(x, c, condition) of a conditional network.
     *
     * @param x float32 [B, channels, resolution, resolution]
     * @param c conditioning time, float32 [B] or [1]
     * @param condition float32 [B, conditions] or [1, conditions]
     * @return float32, shape of {@code x}, in the manager of {@code x}
     */
    @Override
    public NDArray forward(NDArray x, NDArray c, NDArray condition) {
        NDArray wanted = layers.linear("condition.2", Layers.activate(layers.linear("condition.1", condition)));
        return denoise(x, Layers.activate(embed(c).add(wanted)));
    }

    private NDArray denoise(NDArray x, NDArray emb) {
        NDArray h = layers.conv("stem", Layers.fold(x, config.patch()));
        int levels = config.widths().size();
        NDArray[] skips = new NDArray[levels];
        for (int l = 0; l < levels; l++) {
            h = level("down." + l, l, l > 0 ? Layers.halve(h) : h, emb);
            skips[l] = h;
        }
        for (int l = levels - 1; l >= 0; l--) {
            h = level("up." + l, l, l == levels - 1 ? h : h.add(skips[l]), emb);
            if (l > 0) {
                h = Layers.twice(layers.linear("up." + l + ".widen", h));
            }
        }
        return Layers.unfold(layers.conv("head", Layers.activate(Layers.normalise(h))), config.patch());
    }

    private NDArray level(String name, int l, NDArray h, NDArray emb) {
        for (int b = 0; b < config.blocks().get(l); b++) {
            h = block(name + "." + b, h, emb);
        }
        return config.attention().get(l) ? attend(name + ".attention", h) : h;
    }

    private NDArray block(String name, NDArray x, NDArray emb) {
        NDArray h = layers.conv(name + ".conv1", Layers.activate(Layers.normalise(x)));
        NDArray modulation = layers.linear(name + ".embed", emb);
        NDList scaleShift = modulation.reshape(modulation.getShape().get(0), 1, 1, -1).split(2, 3);
        h = Layers.normalise(h).mul(scaleShift.get(0).add(1)).add(scaleShift.get(1));
        h = layers.conv(name + ".conv2", Layers.activate(h));
        return h.add(layers.has(name + ".skip") ? layers.linear(name + ".skip", x) : x);
    }

    /** One-head softmax attention over all positions. */
    private NDArray attend(String name, NDArray x) {
        Shape shape = x.getShape();
        long width = shape.get(3);
        NDArray flat = Layers.normalise(x).reshape(shape.get(0), -1, width);
        NDList qkv = layers.linear(name + ".qkv", flat).split(3, 2);
        NDArray scores = qkv.get(0).matMul(qkv.get(1).transpose(0, 2, 1));
        scores = scores.mul(Constant.like(x, 1 / Math.sqrt(width))).softmax(-1);
        return x.add(layers.linear(name + ".out", scores.matMul(qkv.get(2))).reshape(shape));
    }

    /** Fourier features of the time, then two layers. */
    private NDArray embed(NDArray c) {
        int half = config.embedding() / 2;
        float[] frequencies = new float[half];
        for (int i = 0; i < half; i++) {
            // periods from 6 (the whole range of ln(sigma)/4 is 3) down to 1/16
            frequencies[i] = (float) (2 * Math.PI / 6 * Math.pow(96, i / (half - 1.0)));
        }
        NDArray angles = c.reshape(-1, 1).mul(c.getManager().create(frequencies, new Shape(1, half)).duplicate());
        NDArray features = angles.cos().concat(angles.sin(), 1);
        return layers.linear("embed.2", Layers.activate(layers.linear("embed.1", features)));
    }
}
