package s4s.app;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import s4s.image.ImageSource;
import s4s.io.Provenance;
import s4s.metric.FeatureSet;
import s4s.metric.Moments;
import s4s.metric.Reference;

/**
 * Moments of the features of images, the reference of a Frechet distance.
 *
 * @param images where they are
 * @param out where mu and sigma go
 * @param vectors where the vectors go, if anywhere
 * @param viewing the network, and which images
 * @param command what measures, for provenance
 */
public record Stats(Path images, Path out, Optional<Path> vectors, Viewing viewing, String command) {

    /**
     * Measures.
     *
     * @param manager parent of everything
     * @throws IOException if something cannot be read or written
     */
    public void run(NDManager manager, Output output) throws IOException {
        Path folder = out.resolveSibling(out.getFileName() + ".state");
        try (ImageSource set = viewing.open(images);
                Viewing.Session session = viewing.session(manager, Optional.of(folder), output);
                Backend backend = Backend.here(manager, output)) {
            int[] chosen = viewing.choose(set);
            Reference.About about = Reference.About.of(session.features(), set);
            Moments.Gaussian moments;
            if (vectors.isPresent()) {
                FeatureSet features = session.vectors(set, chosen);
                features.write(vectors.get(), about);
                moments = features.moments();
            } else {
                moments = session.moments(set, chosen, backend);
            }
            session.warn(set.source(), moments);
            Provenance provenance = viewing.record(session.record(Provenance.of(command)), "images", set,
                    viewing.selection(set));
            new Reference(moments, about).write(out, Map.of("provenance", provenance.toJson()));
            session.finish();
            output.print(out + " has the moments of " + moments.count() + " images in "
                    + moments.mean().length + " features of " + about.features());
        }
    }
}
