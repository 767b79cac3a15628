package s4s.metric;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;
import s4s.image.ImageSet;
import s4s.model.Constant;
import s4s.model.mini.FeatureNet;
import s4s.model.repository.Models;

/**
 * Features of 8-bit images from our small classifier: what "FD (mini features)" and the perceptual
 * distance are computed from. Samples are rounded to 8 bits first, as FID scripts do.
 */
public final class MiniFeatures implements Features {
    /** What distances in these features are called; never FID. */
    public static final String METRIC = "FD (mini features)";
    private static final int BATCH = 250;
    private final FeatureNet network;
    private final NDManager manager;
    private final String name;
    private final String sha256;

    /**
     * Features by a network of a file.
     *
     * @param manager work that is not asked for in another one is done in its sub-managers
     * @param name what the network is called
     * @param sha256 hash of its weights
     */
    public MiniFeatures(FeatureNet network, NDManager manager, String name, String sha256) {
        this.network = network;
        this.manager = manager;
        this.name = name;
        this.sha256 = sha256;
    }

    /** Features by a network that has no file yet. */
    public MiniFeatures(FeatureNet network, NDManager manager) {
        this(network, manager, "a network in memory", "none");
    }

    /** Features by the network {@code name} of {@code models}, its weights in {@code manager}. */
    public static MiniFeatures of(Models models, String name, NDManager manager) throws IOException {
        return new MiniFeatures(models.features(name, manager), manager, name, models.card(name).weightsSha256());
    }

    @Override
    public NDArray of(NDArray pictures) {
        Shape shape = pictures.getShape();
        int resolution = network.config().resolution();
        if (shape.get(2) != resolution || shape.get(3) != resolution || shape.get(1) != network.config().channels()) {
            throw new IllegalArgumentException("images of " + shape.get(2) + "x" + shape.get(3) + " pixels, but the features"
                    + " of " + name + " are of " + resolution + "x" + resolution);
        }
        return network.pooled(network.maps(input(pictures)));
    }

    @Override
    public int size() {
        return network.config().features();
    }

    @Override
    public String metric() {
        return METRIC;
    }

    @Override
    public String network() {
        return name;
    }

    @Override
    public String sha256() {
        return sha256;
    }

    @Override
    public String preprocessing() {
        return "uint8 to p / 127.5 - 1, no resizing";
    }

    /** Share of {@code images} whose most likely class is their label. */
    public double accuracy(ImageSet images) {
        return accuracy(images, IntStream.range(0, network.config().classes()).toArray());
    }

    /**
     * Share of {@code images} whose most likely class among some is their label's.
     *
     * @param classes the network's class for each label
     */
    public double accuracy(ImageSet images, int[] classes) {
        int[] labels = images.labels();
        long right = 0;
        for (int from = 0; from < images.count(); from += BATCH) {
            try (NDManager scope = manager.newSubManager()) {
                NDArray logits = network.logits(pixels(scope, images, from));
                float[] all = logits.toFloatArray();
                int width = network.config().classes();
                for (int i = 0; i < logits.getShape().get(0); i++) {
                    int row = i * width;
                    int best = IntStream.of(classes).reduce((a, b) -> all[row + b] > all[row + a] ? b : a).orElseThrow();
                    right += best == classes[labels[from + i]] ? 1 : 0;
                }
            }
        }
        return right / (double) images.count();
    }

    @Override
    public Seen see(NDArray samples) {
        List<NDArray> maps = network.maps(input(Features.eightBits(samples)));
        return new Seen(network.pooled(maps), maps);
    }

    private static NDArray input(NDArray pictures) {
        return pictures.toType(DataType.FLOAT32, false).div(127.5f).sub(1);
    }

    /**
     * Coordinates in which the perceptual distance is the squared length of a difference: all maps, channel-normalised.
     *
     * @param maps of every level, [B, n, n, channels]
     * @return [B, all]
     */
    public static NDArray embedding(List<NDArray> maps) {
        NDList parts = new NDList();
        for (NDArray map : maps) {
            Shape shape = map.getShape();
            NDArray unit = map.div(map.square().sum(new int[] {3}, true).add(1e-10).sqrt());
            parts.add(unit.reshape(shape.get(0), -1)
                    .div(Constant.like(map, Math.sqrt(shape.get(1) * shape.get(2) * maps.size()))));
        }
        return NDArrays.concat(parts, 1);
    }

    private static NDArray pixels(NDManager scope, ImageSet images, int from) {
        int count = Math.min(BATCH, images.count() - from);
        return scope.create(images.floats(from, count),
                new Shape(count, images.channels(), images.height(), images.width()));
    }
}
