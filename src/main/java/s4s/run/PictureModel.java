package s4s.run;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.Optional;
import s4s.model.ConditionalNetwork;
import s4s.model.Decoder;
import s4s.model.Denoiser;
import s4s.model.Models;

/**
 * A diffusion model in memory, with what makes pictures of its samples.
 *
 * @param denoiser the network, without condition
 * @param conditional the network under conditions, if it takes any
 * @param decoder from samples to pictures
 */
public record PictureModel(Denoiser denoiser, Optional<ConditionalNetwork> conditional, Decoder decoder) {

    /** Loads model {@code name}, its weights in {@code manager}. */
    public static PictureModel load(Models models, String name, NDManager manager) throws IOException {
        Optional<ConditionalNetwork> conditional = models.card(name).conditional()
                ? Optional.of(models.conditional(name, manager)) : Optional.empty();
        return new PictureModel(conditional.isPresent() ? conditional.get().unconditional() : models.denoiser(name, manager),
                conditional, models.decoder(name, manager));
    }
}
