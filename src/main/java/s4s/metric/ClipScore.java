package s4s.metric;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import s4s.io.BadFileException;
import s4s.model.torchscript.ClipTokenizer;
import s4s.model.torchscript.ScriptCard;
import s4s.model.torchscript.TorchScriptModule;

/**
 * How well images fit their captions: the cosine of CLIP's vectors of both. The two networks are TorchScript files that
 * {@code src/main/python/export_clip.py} made, the tokenizer is the {@code tokenizer.json} published beside the weights.
 *
 * <p>Numbers compare only if they are of the same CLIP, which {@link #metric} names: papers on Stable Diffusion take ViT-L/14
 * or ViT-g/14.
 */
public final class ClipScore implements AutoCloseable {
    /** Numbers that a caption is made of; longer ones are cut off, as in CLIP's own code with truncation. */
    private static final int TOKENS = 77;

    private final ScriptCard card;
    private final TorchScriptModule image;
    private final TorchScriptModule text;
    private final ClipTokenizer tokenizer;

    private ClipScore(ScriptCard card, TorchScriptModule image, TorchScriptModule text, ClipTokenizer tokenizer) {
        this.card = card;
        this.image = image;
        this.text = text;
        this.tokenizer = tokenizer;
    }

    /**
     * Loads the three files.
     *
     * @param image {@code NAME-image.pt}, its card beside it
     * @param text {@code NAME-text.pt}, its card beside it
     * @param tokenizer {@code tokenizer.json} of the same CLIP
     * @param device where they compute
     * @throws BadFileException if one is missing or of another kind, or image and text are not of the same weights
     */
    public static ClipScore load(Path image, Path text, Path tokenizer, Device device) throws IOException {
        ScriptCard card = card(image, ScriptCard.Kind.CLIP_IMAGE);
        ScriptCard other = card(text, ScriptCard.Kind.CLIP_TEXT);
        if (!card.sources().equals(other.sources()) || !card.outputs().equals(other.outputs())) {
            throw new BadFileException(image + " and " + text + " were not made from the same weights; export both in one go");
        }
        // zeros at the end: what is behind the end token counts for nothing
        ClipTokenizer words = ClipTokenizer.load(tokenizer, TOKENS, 0);
        try {
            TorchScriptModule ofImages = TorchScriptModule.load(image, device);
            try {
                return new ClipScore(card, ofImages, TorchScriptModule.load(text, device), words);
            } catch (IOException e) {
                ofImages.close();
                throw e;
            }
        } catch (IOException e) {
            words.close();
            throw e;
        }
    }

    private static ScriptCard card(Path pt, ScriptCard.Kind kind) throws IOException {
        ScriptCard card = ScriptCard.of(pt);
        if (card.kind() != kind) {
            throw new BadFileException(pt + " is " + card.kind() + " where " + kind
                    + " is expected; src/main/python/export_clip.py makes it");
        }
        return card;
    }

    /**
     * CLIP's vectors of images.
     *
     * @param pictures uint8 [n, 3, height, width], any size
     * @return float32 [n, d] of length 1, in the manager of {@code pictures}
     */
    public NDArray images(NDArray pictures) {
        Shape shape = pictures.getShape();
        if (pictures.getDataType() != DataType.UINT8 || shape.dimension() != 4 || shape.get(1) != 3) {
            throw new IllegalArgumentException("CLIP sees images uint8 (n, 3, height, width), not " + pictures.getDataType()
                    + " " + shape);
        }
        return image.forward(pictures);
    }

    /**
     * CLIP's vectors of captions.
     *
     * @return float32 [n, d] of length 1, in {@code manager}
     */
    public NDArray captions(NDManager manager, List<String> captions) {
        if (captions.isEmpty()) {
            throw new IllegalArgumentException("there are no captions");
        }
        try (NDArray tokens = manager.create(tokenizer.tokens(captions), new Shape(captions.size(), TOKENS))) {
            NDList vectors = text.forward(new NDList(tokens));
            return vectors.singletonOrThrow();
        }
    }

    /**
     * The cosine of each image and its caption.
     *
     * @param pictures uint8 [n, 3, height, width]
     * @param captions as many
     */
    public double[] cosines(NDArray pictures, List<String> captions) {
        if (pictures.getShape().get(0) != captions.size()) {
            throw new IllegalArgumentException(captions.size() + " captions for " + pictures.getShape().get(0) + " images");
        }
        try (NDManager scope = pictures.getManager().newSubManager()) {
            NDArray seen = images(pictures);
            seen.attach(scope);
            float[] products = seen.mul(captions(scope, captions)).sum(new int[] {1}).toFloatArray();
            double[] cosines = new double[products.length];
            Arrays.setAll(cosines, i -> products[i]);
            return cosines;
        }
    }

    /**
     * \[ \frac1n \sum_i \max(100 \cos_i, 0) \]
     *
     * The score as papers on text-to-image models give it. Hessel et al. (arXiv:2104.08718) define 2.5 max(cos, 0): a fortieth
     * of this number.
     *
     * @param cosines of all images and their captions
     */
    public static double score(double[] cosines) {
        return Arrays.stream(cosines).map(c -> Math.max(100 * c, 0)).average()
                .orElseThrow(() -> new IllegalArgumentException("a score needs at least one image"));
    }

    /** What the number is called, with the network's name. */
    public String metric() {
        return "CLIP score (" + card.name() + ")";
    }

    /** Releases the networks. */
    @Override
    public void close() {
        image.close();
        text.close();
        tokenizer.close();
    }
}
