package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import ai.djl.ndarray.NDManager;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.grid.GridType;
import s4s.image.ImageSet;
import s4s.model.DiffusionModel;
import s4s.model.DynamicThresholding;
import s4s.model.Nets;
import s4s.model.repository.Models;
import s4s.sampling.Program;
import s4s.sampling.Sampling;
import s4s.solver.Solvers;

/** {@code s4s sample --threshold}: what is thresholded is the prediction after guidance. */
class ThresholdTest {
    private static final String MODEL = Nets.FOLDER + "/edm-classes";

    @TempDir
    private Path folder;

    private String[] sample(String out, String... more) {
        return Stream.concat(Stream.of("sample", "--model", MODEL, "--class", "2", "--guidance", "8", "--solver", "dpmpp-3m",
                "--seeds", "0-3", "--out", folder.resolve(out).toString()), Arrays.stream(more)).toArray(String[]::new);
    }

    private byte[] pixels(String out, String... more) throws IOException {
        ok(sample(out, more));
        return ImageSet.read(folder.resolve(out)).pixels();
    }

    @Test
    void theGuidedPredictionIsThresholded() throws IOException {
        byte[] thresholded = pixels("a.npz", "--threshold");
        assertFalse(Arrays.equals(thresholded, pixels("b.npz")));
        assertArrayEquals(thresholded, pixels("c.npz", "--threshold", "0.995"));
        assertFalse(Arrays.equals(thresholded, pixels("d.npz", "--threshold", "0.5")));
        try (NDManager manager = NDManager.newBaseManager()) {
            DiffusionModel network = new Models(Nets.FOLDER).load("edm-classes", manager);
            DiffusionModel guided = DiffusionModel.of(
                    new DynamicThresholding(network.denoiser(List.of("2", "2", "2", "2"), 8)));
            Program program = Program.of(Solvers.named("dpmpp-3m").on(GridType.LOGSNR, guided.schedule(), 5), guided);
            assertArrayEquals(Sampling.pictures(manager, guided, program, new long[] {0, 1, 2, 3}, 4, "", n -> {}).pixels(),
                    thresholded);
        }
    }

    @Test
    void itIsPartOfTheRecipeAndOfPixelsOnly() {
        ok(sample("many", "--threshold", "0.9"));
        refuses("threshold", sample("many"));
        refuses("threshold", sample("many", "--threshold", "0.95"));
        refuses("--threshold is a quantile above 0 and at most 1, not 0.0", sample("x.npz", "--threshold", "0"));
        refuses("--threshold is a quantile above 0 and at most 1, not NaN", sample("x.npz", "--threshold", "NaN"));
        refuses("ldm-small' predicts latents", "sample", "--model", Nets.FOLDER + "/ldm-small", "--threshold", "--png",
                folder.resolve("x.png").toString());
    }
}
