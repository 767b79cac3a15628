package s4s.model.repository;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import s4s.model.DiffusionModel;

/**
 * A diffusion model in memory, and which it is.
 *
 * @param name what provenance calls it
 * @param sha256 hash of its weights
 * @param diffusion what is drawn from
 */
public record NamedModel(String name, String sha256, DiffusionModel diffusion) {

    /**
     * Loads the model of a folder, its weights into {@code manager}; a conditional one draws all its classes, or the lines of
     * its {@code prompts.txt}, in turn.
     *
     * @param folder with a {@code card.json}
     * @throws IOException if a file is missing or is not the one with which the model was made
     */
    public static NamedModel load(Path folder, NDManager manager) throws IOException {
        Path whole = folder.toAbsolutePath().normalize();
        return of(new Models(whole.getParent()), whole.getFileName().toString(), manager);
    }

    /** {@link #load} of a model {@code name} of {@code models}. */
    public static NamedModel of(Models models, String name, NDManager manager) throws IOException {
        ModelCard card = models.card(name);
        return new NamedModel(card.name(), card.weightsSha256(), models.diffusion(name, 1, manager));
    }
}
