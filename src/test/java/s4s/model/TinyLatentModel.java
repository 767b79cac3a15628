package s4s.model;

import ai.djl.ndarray.NDManager;
import java.util.List;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.UNet;
import s4s.model.mini.Vocabulary;
import s4s.schedule.Discrete;

/** Everything that a latent conditional model consists of, with tiny networks whose weights are all filled. */
public final class TinyLatentModel {
    private static final Vocabulary CLASSES = new Vocabulary(Vocabulary.Unit.CLASS, List.of("cat", "dog", "cow"));
    private static final Autoencoder.Config CODER = new Autoencoder.Config(3, 8, 2, List.of(6, 8), List.of(1, 1), 2);
    private static final UNet.Config UNET = new UNet.Config(2, 2, 1, List.of(8), List.of(1), List.of(true), 8, CLASSES.size());

    private final DiffusionModel network;

    /** Weights in {@code manager}. */
    public TinyLatentModel(NDManager manager) {
        network = DiffusionModel.of(new UNet(UNET, Ramps.full(manager, UNET.weightShapes())),
                new NoisePrediction(Discrete.stableDiffusion()), CLASSES,
                Decoder.of(new Autoencoder(CODER, Ramps.full(manager, CODER.weightShapes()))::decode, 2));
    }

    /** Without conditions. */
    public DiffusionModel network() {
        return network;
    }

    /** From latents to images of 8x8. */
    public Decoder decoder() {
        return network.decoder();
    }

    /** By class: seed i draws class i mod 3. */
    public DiffusionModel byClass(double guidance) {
        return network.given(Conditions.balanced(CLASSES), guidance);
    }
}
