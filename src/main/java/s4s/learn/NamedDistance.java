package s4s.learn;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.util.Optional;
import s4s.eval.Benchmark;
import s4s.model.DiffusionModel;
import s4s.model.Models;

/**
 * A distance by name: {@code l2} and {@code l1} of what the model draws, pictures or latents, and {@code perceptual} of
 * pictures, which are decoded first where the model draws latents.
 *
 * @param distance the distance
 * @param name for provenance
 */
public record NamedDistance(Distance distance, String name) {

    /** The distance that papers learn a benchmark's solvers by: perceptual for pictures, l2 for latents. */
    public static String usual(Benchmark benchmark) {
        return benchmark.space() == Benchmark.Space.PIXEL ? "perceptual" : "l2";
    }

    /**
     * A distance for a benchmark's model.
     *
     * @param id perceptual, l2 or l1
     * @param diffusion the model
     * @param manager of the perceptual network's weights
     * @return empty for another name
     * @throws IOException if the feature network cannot be read
     */
    public static Optional<NamedDistance> of(String id, Benchmark benchmark, Models models, DiffusionModel diffusion,
            NDManager manager) throws IOException {
        boolean latent = benchmark.space() == Benchmark.Space.LATENT;
        return switch (id) {
            case "l1" -> Optional.of(new NamedDistance(Distance.l1(), latent ? "l1 of latents" : "l1"));
            case "l2" -> Optional.of(new NamedDistance(Distance.l2(), latent ? "l2 of latents" : "l2"));
            case "perceptual" -> Optional.of(new NamedDistance(
                    Distance.perceptual(models.features(benchmark.features(), manager)).decoded(diffusion.decoder()),
                    "perceptual (" + benchmark.features() + ")"));
            default -> Optional.empty();
        };
    }
}
