package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.stream.IntStream;
import s4s.image.ImageSet;
import s4s.metric.Extraction;
import s4s.metric.Frechet;
import s4s.metric.MiniFeatures;
import s4s.model.Constant;
import s4s.model.Devices;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;

/**
 * The loss of a variational autoencoder with mean m, variance v of the latents, z drawn from them and x' the decoded z:
 * \[ \mathrm{mean} |x - x'| + w_p\, d(x, x') + w_{KL}\, \mathrm{mean}\, \tfrac12 (m^2 + v - \ln v - 1), \]
 * d the perceptual distance of {@link MiniFeatures}.
 *
 * @param network the autoencoder
 * @param features the network of the perceptual distance; its weights stay
 * @param perceptual w_p, at least 0
 * @param divergence w_KL, at least 0
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022, section 3.1 (there with a discriminator besides)</a>
 */
public record Reconstruction(Autoencoder.Config network, Perceptual features, double perceptual, double divergence)
        implements Objective {

    private static final int BATCH = 100;
    private static final int PAIRS = 32;

    /** A feature network and its name. */
    public record Perceptual(String name, FeatureNet network) {}

    /** Checks ranges. */
    public Reconstruction {
        if (!(perceptual >= 0 && divergence >= 0) || Double.isInfinite(perceptual + divergence)) {
            throw new IllegalArgumentException("the weights of a loss are finite and not negative, got " + perceptual + ", "
                    + divergence);
        }
        if (features.network.config().resolution() != network.resolution()) {
            throw new IllegalArgumentException(features.name + " sees images of " + features.network.config().resolution()
                    + " pixels a side, the autoencoder is for " + network.resolution());
        }
    }

    @Override
    public Map<String, Shape> weightShapes() {
        return network.weightShapes();
    }

    @Override
    public Weights initial(NDManager manager, long seed) {
        return Autoencoder.initial(network, manager, seed);
    }

    @Override
    public Shape sampleShape() {
        return network.imageShape();
    }

    @Override
    public NDArray loss(Weights weights, NDArray x, int[] indices, SplittableRandom random) {
        Autoencoder autoencoder = new Autoencoder(network, weights);
        Autoencoder.Posterior posterior = autoencoder.encode(x);
        NDArray normal = Batches.normal(x.getManager(), random, posterior.mean().getShape());
        NDArray decoded = autoencoder.decode(posterior.sample(normal));
        NDArray difference = MiniFeatures.embedding(features.network.maps(decoded))
                .sub(MiniFeatures.embedding(features.network.maps(x)));
        NDArray distance = difference.square().sum(new int[] {1}).mean();
        return decoded.sub(x).abs().mean().add(distance.mul(Constant.like(x, perceptual)))
                .add(posterior.divergence().mul(Constant.like(x, divergence)));
    }

    @Override
    public ModelCard.Kind kind() {
        return ModelCard.Kind.AUTOENCODER;
    }

    @Override
    public Map<String, Object> settings() {
        return Map.of("perceptualWeight", perceptual, "perceptualFeatures", features.name, "divergenceWeight", divergence);
    }

    @Override
    public Map<String, Object> plan() {
        Map<String, Object> plan = new TreeMap<>(settings());
        plan.put("features", TrainingPlan.network(features.network.config(), features.network.config().weightShapes()));
        return plan;
    }

    /** The latent scaling factor: one over the standard deviation of the training images' mean latents. */
    @Override
    public Map<String, Object> details(Weights weights, Examples examples) {
        Pixels straight = new Pixels(((Pixels) examples).sets(), false);
        return Map.of("scale", 1 / new Latents(straight, new Autoencoder(network, weights), 1, done -> {}).deviation());
    }

    /** Peak signal-to-noise ratio in dB and Frechet distance of decoded mean latents, for each set and all. */
    @Override
    public Map<String, Object> evaluate(Weights weights, Pixels heldOut) {
        Map<String, Object> results = new LinkedHashMap<>();
        try (NDManager manager = Devices.manager()) {
            MiniFeatures mini = new MiniFeatures(features.network, manager);
            for (ImageSet set : heldOut.sets()) {
                ImageSet again = again(weights, set);
                double sum = 0;
                for (int i = 0; i < set.pixels().length; i++) {
                    double difference = (set.pixels()[i] & 0xFF) - (again.pixels()[i] & 0xFF);
                    sum += difference * difference;
                }
                results.put(set.source(), new TreeMap<>(Map.of("images", set.count(),
                        "psnr", 10 * Math.log10(255.0 * 255 * set.pixels().length / sum),
                        "fd", Frechet.distance(Extraction.moments(mini, again, manager),
                                Extraction.moments(mini, set, manager)))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Map.of("reconstruction", results, "features", features.name);
    }

    private ImageSet again(Weights weights, ImageSet set) {
        Autoencoder autoencoder = new Autoencoder(network, weights);
        Pixels pixels = new Pixels(set, false);
        float[] all = new float[set.pixels().length];
        int size = all.length / set.count();
        try (NDManager manager = Devices.manager()) {
            for (int from = 0; from < set.count(); from += BATCH) {
                try (NDManager scope = manager.newSubManager()) {
                    int[] some = IntStream.range(from, Math.min(from + BATCH, set.count())).toArray();
                    float[] decoded = autoencoder.decode(autoencoder.encode(pixels.batch(scope, some,
                            new SplittableRandom(0))).mean()).toFloatArray();
                    System.arraycopy(decoded, 0, all, from * size, decoded.length);
                }
            }
        }
        return ImageSet.of(all, set.height(), set.width(), set.source() + ", decoded");
    }

    /** Images of every set, each left of its reconstruction. */
    @Override
    public Optional<ImageSet> preview(Weights weights, Examples examples) {
        List<ImageSet> sets = ((Pixels) examples).sets();
        int size = Math.toIntExact(network.imageShape().size());
        byte[] both = new byte[2 * PAIRS * size];
        int done = 0;
        for (int s = 0; s < sets.size(); s++) {
            int count = Math.min(sets.get(s).count(), (PAIRS - done) / (sets.size() - s));
            ImageSet some = sets.get(s).head(count);
            ImageSet again = again(weights, some);
            for (int i = 0; i < count; i++, done++) {
                System.arraycopy(some.pixels(), i * size, both, 2 * done * size, size);
                System.arraycopy(again.pixels(), i * size, both, (2 * done + 1) * size, size);
            }
        }
        return Optional.of(ImageSet.of(both, network.resolution(), network.resolution(), "reconstructions"));
    }
}
