package s4s.metric;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import s4s.io.BadFileException;
import s4s.model.torchscript.ScriptCard;
import s4s.model.torchscript.TorchScriptModule;

/**
 * Features of a TorchScript file that {@code src/main/python/export_inception.py} made: Inception-v3, what FID is measured in.
 * Images go in as 8-bit numbers of any size; the file itself resizes and scales them.
 */
public final class ScriptFeatures implements Features, AutoCloseable {
    private static final String FEATURES = "features";
    private static final String SPATIAL = "spatial";
    private static final String LOGITS = "logits";

    private final Path file;
    private final ScriptCard card;
    private final TorchScriptModule module;

    private ScriptFeatures(Path file, ScriptCard card, TorchScriptModule module) {
        this.file = file;
        this.card = card;
        this.module = module;
    }

    /**
     * Loads a file and the card beside it.
     *
     * @param pt {@code X.pt}, with {@code X.json} in the same folder
     * @param device where it computes
     * @throws BadFileException if one of them is missing, they do not belong together, or it is no network of features
     */
    public static ScriptFeatures load(Path pt, Device device) throws IOException {
        ScriptCard card = ScriptCard.of(pt);
        if (!card.outputs().containsKey(FEATURES)) {
            throw new BadFileException(pt + " is " + card.name() + ", which has no features; make a file of them by"
                    + " src/main/python/export_inception.py");
        }
        return new ScriptFeatures(pt, card, TorchScriptModule.load(pt, device));
    }

    @Override
    public NDArray of(NDArray pictures) {
        return output(pictures, FEATURES);
    }

    /**
     * What sFID is measured in: 7 channels of a 17x17 feature map, in the order row, column, channel, as OpenAI's evaluator
     * stores their moments.
     *
     * @param pictures uint8 [n, 3, height, width]
     * @return float32 [n, 2023], in the manager of {@code pictures}
     * @throws IllegalArgumentException if the file was made without {@code --spatial}
     * @see <a href="https://arxiv.org/abs/2103.03841">Nash et al. 2021</a>
     */
    public NDArray spatial(NDArray pictures) {
        return output(pictures, SPATIAL);
    }

    /**
     * Scores of the classes, without the bias of the last layer, as the Inception score takes them.
     *
     * @param pictures uint8 [n, 3, height, width]
     * @return float32 [n, 1008], in the manager of {@code pictures}
     * @throws IllegalArgumentException if the file was made without {@code --logits}
     */
    public NDArray logits(NDArray pictures) {
        return output(pictures, LOGITS);
    }

    /**
     * {@link #spatial} as features in which to measure: sFID.
     *
     * @return lives as long as this does
     * @throws IllegalArgumentException if the file was made without {@code --spatial}
     */
    public Features inSpace() {
        requireOutput(SPATIAL);
        return new Spatial(this);
    }

    private record Spatial(ScriptFeatures whole) implements Features {
        @Override
        public NDArray of(NDArray pictures) {
            return whole.spatial(pictures);
        }

        @Override
        public int size() {
            return whole.card.outputs().get(SPATIAL);
        }

        @Override
        public String metric() {
            return "s" + whole.metric();
        }

        @Override
        public String network() {
            return whole.network() + ", spatial features";
        }

        @Override
        public String sha256() {
            return whole.sha256();
        }

        @Override
        public String preprocessing() {
            return whole.preprocessing();
        }
    }

    /**
     * All that the file returns, from one pass of the network.
     *
     * @param features see {@link #of}
     * @param spatial see {@link ScriptFeatures#spatial}, if the file has it
     * @param logits see {@link ScriptFeatures#logits}, if the file has them
     */
    public record View(NDArray features, Optional<NDArray> spatial, Optional<NDArray> logits) {}

    /**
     * What the network sees in images.
     *
     * @param pictures uint8 [n, 3, height, width]
     * @return arrays in the manager of {@code pictures}
     */
    public View view(NDArray pictures) {
        Map<String, NDArray> all = outputs(pictures);
        return new View(all.get(FEATURES), Optional.ofNullable(all.get(SPATIAL)), Optional.ofNullable(all.get(LOGITS)));
    }

    private void requireOutput(String name) {
        if (!card.outputs().containsKey(name)) {
            throw new IllegalArgumentException(file + " returns " + String.join(", ", card.outputs().keySet())
                    + " only; export it again with --" + name);
        }
    }

    private NDArray output(NDArray pictures, String name) {
        requireOutput(name);
        Map<String, NDArray> all = outputs(pictures);
        NDArray wanted = all.remove(name);
        all.values().forEach(NDArray::close);
        return wanted;
    }

    private Map<String, NDArray> outputs(NDArray pictures) {
        Shape shape = pictures.getShape();
        if (pictures.getDataType() != DataType.UINT8 || shape.dimension() != 4 || shape.get(1) != 3) {
            throw new IllegalArgumentException("features are of images uint8 (n, 3, height, width), not of "
                    + pictures.getDataType() + " " + shape);
        }
        NDList all = module.forward(new NDList(pictures));
        Map<String, NDArray> named = new LinkedHashMap<>();
        for (Map.Entry<String, Integer> output : card.outputs().entrySet()) {
            int at = named.size();
            if (at >= all.size() || !all.get(at).getShape().equals(new Shape(shape.get(0), output.getValue()))) {
                all.close();
                throw new IllegalStateException(file + " does not return " + output.getKey() + " of length " + output.getValue()
                        + ", as its card says");
            }
            named.put(output.getKey(), all.get(at));
        }
        return named;
    }

    @Override
    public int size() {
        return card.outputs().get(FEATURES);
    }

    /** "FID" of the two official Inceptions alone, otherwise "FD" and the network's name; {@link #notFid} says why. */
    @Override
    public String metric() {
        return notFid().isEmpty() ? "FID" : "FD (" + card.name() + ")";
    }

    /** Why numbers made of these features are not called FID, if they are not. */
    public Optional<String> notFid() {
        return switch (card.kind()) {
            case INCEPTION_PYTORCH_FID, INCEPTION_NVIDIA -> card.notOfficial();
            default -> Optional.of("it is no Inception");
        };
    }

    @Override
    public String network() {
        return card.name();
    }

    @Override
    public String sha256() {
        return card.sha256();
    }

    @Override
    public String preprocessing() {
        return card.preprocessing();
    }

    /** Releases the network; features stay. */
    @Override
    public void close() {
        module.close();
    }
}
