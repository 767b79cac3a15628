package s4s.model;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonElement;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import s4s.image.ImageSet;
import s4s.io.Hashes;
import s4s.io.Npz;
import s4s.metric.Extraction;
import s4s.metric.MiniFeatures;
import s4s.metric.Reference;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.FeatureNet;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;

/** A repository with the models of the ImageNet benchmark, tiny: 3 classes, images of 8x8, latents of 2x2x2. */
public final class TinyRepository {
    private static final FeatureNet.Config FEATURES = new FeatureNet.Config(3, 8, 2, List.of(8, 8), List.of(1, 1), 3);
    private static final Autoencoder.Config CODER = new Autoencoder.Config(3, 8, 2, List.of(6, 8), List.of(1, 1), 2);
    private static final UNet.Config UNET = new UNet.Config(2, 2, 1, List.of(8), List.of(1), List.of(true), 8, 4);

    private TinyRepository() {}

    /** Writes features64, mini-kl and imagenet-mini into data/models. */
    public static void write(Path repository) throws IOException {
        Models models = new Models(repository.resolve("data").resolve("models"));
        try (NDManager manager = NDManager.newBaseManager()) {
            List<String> classes = List.of("cat", "dog", "cow");
            write(models, "features64", ModelCard.Kind.CLASSIFIER, FEATURES, FEATURES.weightShapes(),
                    Map.of("classes", classes), Map.of(), manager);
            write(models, "mini-kl", ModelCard.Kind.AUTOENCODER, CODER, CODER.weightShapes(), Map.of("scale", 2), Map.of(),
                    manager);
            Map<String, Object> schedule = Map.of("first", 0.00085, "last", 0.012, "times", 1000);
            Map<String, Object> autoencoder =
                    Map.of("name", "mini-kl", "weightsSha256", models.card("mini-kl").weightsSha256());
            write(models, "imagenet-mini", ModelCard.Kind.NOISE_UNET, UNET, UNET.weightShapes(), Map.of("schedule", schedule,
                    "autoencoder", autoencoder, "unit", "CLASS", "vocabulary", classes),
                    Map.of("fdTest", 0.5, "fdTeacher", 1.5, "fdGaussian", 9, "classFound", Map.of("guidance 2.0", 0.75)),
                    manager);
            byte[] pixels = new byte[60 * 192];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (byte) (i * 37 % 251);
            }
            ImageSet images = ImageSet.of(pixels, 8, 8, "ramp");
            MiniFeatures features = MiniFeatures.of(models, "features64", manager);
            new Reference(Extraction.moments(features, images, manager), Reference.About.of(features, images))
                    .write(models.path("imagenet-mini").resolve("reference.npz"));
        }
    }

    private static void write(Models models, String name, ModelCard.Kind kind, Object config, Map<String, Shape> shapes,
            Map<String, Object> details, Map<String, Object> evaluation, NDManager manager) throws IOException {
        Path folder = Files.createDirectories(models.folder().resolve(name));
        Weights weights = Ramps.full(manager, shapes);
        Npz.write(folder.resolve("weights.npz"), weights.toNpy());
        new ModelCard(name, kind, ModelCard.json(config), json(details), weights.size(),
                Hashes.sha256(folder.resolve("weights.npz")),
                json(Map.of("data", "ramp", "dataImages", 60, "imagesSeen", 0, "seconds", 0)), json(evaluation))
                .write(folder.resolve("card.json"));
    }

    private static Map<String, JsonElement> json(Map<String, Object> values) {
        Map<String, JsonElement> json = new LinkedHashMap<>();
        values.forEach((key, value) -> json.put(key, ModelCard.json(value)));
        return json;
    }
}
