package s4s.metric;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.LongConsumer;
import s4s.image.ImageSource;
import s4s.io.BadFileException;
import s4s.model.torchscript.ScriptCard;
import s4s.model.torchscript.TorchScriptModule;

/**
 * The learned perceptual distance of two images: weighted squared differences of a classifier's feature maps, as a TorchScript
 * file that {@code src/main/python/export_lpips.py} made.
 *
 * @see <a href="https://arxiv.org/abs/1801.03924">Zhang et al. 2018</a>
 */
public final class Lpips implements AutoCloseable {
    private static final int BATCH = 16;

    private final ScriptCard card;
    private final TorchScriptModule module;

    private Lpips(ScriptCard card, TorchScriptModule module) {
        this.card = card;
        this.module = module;
    }

    /**
     * Loads the file; its card lies beside it.
     *
     * @param device where it computes
     * @throws BadFileException if it is missing or of another kind
     */
    public static Lpips load(Path pt, Device device) throws IOException {
        ScriptCard card = ScriptCard.of(pt);
        if (!card.kind().isLpips()) {
            throw new BadFileException(pt + " is " + card.kind() + ", no LPIPS; src/main/python/export_lpips.py makes one");
        }
        return new Lpips(card, TorchScriptModule.load(pt, device));
    }

    /** What the number is called: LPIPS with its network if the weights are official, else what they are. */
    public String metric() {
        return card.notOfficial().isEmpty() ? card.name() : "perceptual distance (" + card.name() + ")";
    }

    /** What happens to an image before the network sees it, in one line. */
    public String preprocessing() {
        return card.preprocessing();
    }

    /**
     * Mean over pairs of images.
     *
     * @param manager parent of all working memory
     * @param chosen numbers of the images, the same in both sets
     * @param progress told the number of pairs done
     * @throws IllegalArgumentException if the sets are of other sizes, or the network does not take them
     * @throws IOException if an image cannot be read
     */
    public double between(ImageSource a, ImageSource b, int[] chosen, NDManager manager, LongConsumer progress) throws IOException {
        Similarity.requirePairs(a, b);
        double sum = 0;
        for (int from = 0; from < chosen.length; from += BATCH) {
            int[] some = Arrays.copyOfRange(chosen, from, Math.min(from + BATCH, chosen.length));
            try (NDManager scope = manager.newSubManager()) {
                for (float distance : module.forward(samples(scope, a, some), samples(scope, b, some)).toFloatArray()) {
                    sum += distance;
                }
            }
            progress.accept(from + some.length);
        }
        return sum / chosen.length;
    }

    private static NDArray samples(NDManager scope, ImageSource images, int[] some) throws IOException {
        Shape shape = new Shape(some.length, 3, images.height(), images.width());
        return scope.create(ByteBuffer.wrap(images.pixels(some)), shape, DataType.UINT8).toType(DataType.FLOAT32, false)
                .div(127.5f).sub(1);
    }

    @Override
    public void close() {
        module.close();
    }
}
