package s4s.benchmark;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.UUID;
import s4s.io.BadFileException;
import s4s.io.Hashes;
import s4s.metric.Features;
import s4s.metric.Frechet;
import s4s.metric.MiniFeatures;
import s4s.metric.Reference;
import s4s.metric.ScriptFeatures;
import s4s.model.repository.Catalogue;
import s4s.model.repository.Models;

/**
 * What a benchmark's Frechet distances are computed with.
 *
 * @param features the feature network: a classifier of data/models by name, or a TorchScript file X.pt, there or anywhere
 * @param reference file with the moments of real images, in data/references or anywhere; empty: {@link #OWN} in the model's
 *     folder
 */
public record Metric(String features, Optional<String> reference) {
    /** The file in a model's folder with the moments of the images that it was trained on. */
    public static final String OWN = "reference.npz";

    /**
     * A metric in memory.
     *
     * @param features the network
     * @param reference moments of real images
     */
    public record Loaded(Features features, Reference reference) {
        /** What measures images. */
        public Yardstick yardstick() {
            return new Yardstick(features, new Frechet(reference.moments()));
        }
    }

    /**
     * What measures images.
     *
     * @param features turn images into vectors
     * @param reference distance of vectors' moments to those of real images
     */
    public record Yardstick(Features features, Frechet reference) {}

    /** The classifier that the features are of; empty where they are of a TorchScript file. */
    public Optional<String> mini() {
        return features.endsWith(".pt") ? Optional.empty() : Optional.of(features);
    }

    /**
     * Loads network and moments.
     *
     * @param model whose own moments are meant where no others are named
     * @param manager of the network's weights
     * @throws IOException if a file is missing, or the moments are of other features
     */
    Loaded load(Models models, String model, NDManager manager) throws IOException {
        Features network = network(models, manager);
        if (reference.isEmpty()) {
            Reference own = Reference.of(models, model);
            own.require(network, models.path(model).resolve(OWN).toString());
            return new Loaded(network, own);
        }
        Path file = found(models.folder().resolveSibling("references"), reference.get());
        return new Loaded(network, moments(file, network));
    }

    private Features network(Models models, NDManager manager) throws IOException {
        if (mini().isPresent()) {
            return MiniFeatures.of(models, features, manager);
        }
        ScriptFeatures script = ScriptFeatures.load(found(models.folder(), features), manager.getDevice());
        manager.attachInternal(UUID.randomUUID().toString(), script);
        return script;
    }

    /** A file in a folder of the repository, or where its path says. */
    private static Path found(Path folder, String name) throws IOException {
        Path there = folder.resolve(name);
        return Files.exists(there) || !Files.exists(Path.of(name)) ? Catalogue.required(there) : Path.of(name);
    }

    /** Moments of a file that need not say what they are of. */
    private static Reference moments(Path file, Features features) throws IOException {
        Reference read = Reference.read(file);
        read.require(features, file.toString());
        String data = read.data().isEmpty() ? file.getFileName().toString() : read.data();
        return new Reference(read.moments(), new Reference.About(features.network(), features.sha256(), data,
                read.dataSha256().isEmpty() ? Hashes.sha256(file) : read.dataSha256()));
    }

    /**
     * The metric of a file of moments.
     *
     * @param features the network; empty: the one that the file names
     * @throws IOException if it names none that is in {@code models}, or cannot be read
     */
    public static Metric of(Models models, Optional<String> features, Path reference) throws IOException {
        if (features.isPresent()) {
            return new Metric(features.get(), Optional.of(reference.toString()));
        }
        String named = Reference.read(reference).features();
        if (named.isEmpty() || !Files.exists(models.folder().resolve(named).resolve("card.json"))) {
            throw new BadFileException(reference + " does not name a feature network of " + models.folder()
                    + ": give the one that it was made with by --features");
        }
        return new Metric(named, Optional.of(reference.toString()));
    }
}
