package s4s.sampling;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.Optional;
import s4s.model.ConditionalNetwork;
import s4s.model.Conditions;
import s4s.model.Decoder;
import s4s.model.Denoiser;
import s4s.model.SeededModel;
import s4s.model.repository.Models;

/**
 * A diffusion model in memory, with what makes images of its samples.
 *
 * @param denoiser the network, without condition
 * @param conditional the network under conditions, if it takes any
 * @param decoder from samples to images
 */
public record LoadedModel(Denoiser denoiser, Optional<ConditionalNetwork> conditional, Decoder decoder) {

    /**
     * The model under conditions.
     *
     * @param conditions of the seeds, if they are chosen
     * @param guidance scale; 1 is the condition alone
     * @param threshold quantile of dynamic thresholding in (0, 1], for models of pixels; 0 is without
     * @throws IllegalArgumentException if the network takes no conditions, or for a threshold that is no quantile
     */
    public SeededModel under(Optional<Conditions> conditions, double guidance, double threshold) {
        SeededModel model = conditions.isEmpty() ? SeededModel.of(denoiser, decoder)
                : SeededModel.of(conditional.orElseThrow(
                        () -> new IllegalArgumentException("the model takes no class and no text")),
                        conditions.get(), guidance, decoder);
        return threshold == 0 ? model : model.thresholded(threshold);
    }

    /** Loads model {@code name}, its weights in {@code manager}. */
    public static LoadedModel load(Models models, String name, NDManager manager) throws IOException {
        Optional<ConditionalNetwork> conditional = models.card(name).conditional()
                ? Optional.of(models.conditional(name, manager)) : Optional.empty();
        return new LoadedModel(conditional.isPresent() ? conditional.get().unconditional() : models.denoiser(name, manager),
                conditional, models.decoder(name, manager));
    }
}
