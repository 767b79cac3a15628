package s4s.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import s4s.model.DiffusionModel;
import s4s.model.repository.Models;
import s4s.model.torchscript.TorchScriptModule;

/**
 * A distance by name: {@code l2} and {@code l1} of what the model draws, images or latents, and {@code perceptual} of
 * images, which are decoded first where the model draws latents.
 *
 * @param distance the distance
 * @param name for provenance
 */
public record NamedDistance(Distance distance, String name) {

    /** Where LPIPS is below data/models, exported by the user. */
    public static final Path LPIPS = Path.of("lpips-vgg", "lpips.pt");

    /** Mean squared difference of what the model draws. */
    public static NamedDistance l2() {
        return new NamedDistance(Distance.l2(), "l2");
    }

    /**
     * A distance for a model.
     *
     * @param id l1; l2; perceptual; or a TorchScript file of a distance of two batches of images, X.pt
     * @param features the feature network of {@code perceptual}, a model of {@code models}; empty: LPIPS,
     *     data/models/lpips-vgg/lpips.pt
     * @param latent whether the model draws latents
     * @param diffusion the model
     * @param manager of the perceptual network's weights
     * @throws IOException if there is no such distance, or its network cannot be read
     */
    public static NamedDistance of(String id, Optional<String> features, boolean latent, Models models, DiffusionModel diffusion,
            NDManager manager) throws IOException {
        return switch (id) {
            case "l1" -> new NamedDistance(Distance.l1(), latent ? "l1 of latents" : "l1");
            case "l2" -> new NamedDistance(Distance.l2(), latent ? "l2 of latents" : "l2");
            case "perceptual" -> features.isEmpty() ? script(models.folder().resolve(LPIPS), diffusion, manager)
                    : new NamedDistance(Distance.perceptual(models.features(features.get(), manager))
                            .decoded(diffusion.decoder()), "perceptual (" + features.get() + ")");
            default -> {
                if (!id.endsWith(".pt")) {
                    throw new IllegalArgumentException("there is no distance '" + id
                            + "'; known are perceptual, l2, l1, and a TorchScript file X.pt");
                }
                yield script(Path.of(id), diffusion, manager);
            }
        };
    }

    private static NamedDistance script(Path file, DiffusionModel diffusion, NDManager manager) throws IOException {
        TorchScriptModule module = TorchScriptModule.load(file, manager.getDevice());
        manager.attachInternal(UUID.randomUUID().toString(), module);
        return new NamedDistance(Distance.of((NDArray a, NDArray b) -> module.forward(a, b)).decoded(diffusion.decoder()),
                file.getFileName() + " (sha256 " + module.sha256() + ")");
    }
}
