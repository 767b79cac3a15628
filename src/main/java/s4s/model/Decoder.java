package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.function.UnaryOperator;

/** From what a diffusion model draws to images. */
@FunctionalInterface
public interface Decoder {

    /**
     * Images of samples, differentiable.
     *
     * @param samples [B, sample shape...], of the model's type
     * @return float32 [B, 3, height, width] around [-1, 1], in the manager of {@code samples}
     */
    NDArray decode(NDArray samples);

    /** Of a model that draws images. */
    static Decoder none() {
        return samples -> samples;
    }

    /**
     * Of a model that draws latents scaled to unit variance: {@code network(z / scale)}.
     *
     * @param network from latents to images, an autoencoder's second half
     * @param scale the latent scaling factor, one over the standard deviation of the data's latents; positive
     */
    static Decoder of(UnaryOperator<NDArray> network, double scale) {
        return samples -> {
            NDManager caller = samples.getManager();
            try (NDManager scope = caller.newSubManager()) {
                scope.tempAttachAll(samples);
                NDArray pictures = network.apply(samples.div(Constant.like(samples, scale)));
                pictures.attach(caller);
                return pictures;
            }
        };
    }
}
