package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.benchmark.Benchmark;
import s4s.image.ImageSet;
import s4s.io.NpyArray;
import s4s.model.repository.ModelCard;
import s4s.model.repository.Models;

/** Networks whose weights are combined, and what cannot be combined. */
class CombineCommandTest {
    @TempDir
    private Path folder;

    @BeforeEach
    void twoNetworks() throws IOException {
        ImageSet.write(folder.resolve("data.npz"), ImageSet.of(new byte[4 * 192], 8, 8, "black"), Benchmark.seeds(4));
        train("a", "data.npz", "8,8", "1");
        train("b", "data.npz", "8,8", "2");
    }

    private void train(String name, String data, String widths, String seed) {
        ok("train", "--data", folder.resolve(data).toString(), "--out", at(name),
                "--images", "8", "--batch", "4", "--widths", widths, "--blocks", "1,1", "--attention", "false,false",
                "--embedding", "8", "--hold-out", "1", "--seed", seed);
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    @Test
    void weightsAreTheSumAndTheCardSaysOfWhat() throws IOException {
        ok("combine", at("a") + "=1.5", at("b") + "=-0.5", "--out", at("c"));
        Models models = new Models(folder);
        Map<String, NpyArray> a = models.arrays("a");
        Map<String, NpyArray> b = models.arrays("b");
        Map<String, NpyArray> c = models.arrays("c");
        assertEquals(a.keySet(), c.keySet());
        for (String name : c.keySet()) {
            float[] sum = a.get(name).floats();
            float[] other = b.get(name).floats();
            for (int i = 0; i < sum.length; i++) {
                sum[i] = (float) (1.5 * sum[i] - 0.5 * other[i]);
            }
            assertArrayEquals(sum, c.get(name).floats(), 1e-7f, name);
            assertArrayEquals(a.get(name).shape(), c.get(name).shape(), name);
        }
        ModelCard card = models.card("c");
        JsonObject second = card.training().get("combines").getAsJsonArray().get(1).getAsJsonObject();
        assertEquals(ModelCard.json(models.card("b").training()), second.get("training"));
        assertEquals(ModelCard.json(models.card("b").evaluation()), second.get("evaluation"));
        assertEquals("16", card.fact("imagesSeen"));
        assertEquals(models.card("a").network(), card.network());
        assertEquals(List.of("1.5 " + at("a") + " (sha256 " + models.card("a").weightsSha256().substring(0, 16) + "...)",
                "-0.5 " + at("b") + " (sha256 " + models.card("b").weightsSha256().substring(0, 16) + "...)"), card.combines());
        assertTrue(models.card("a").combines().isEmpty());
    }

    @Test
    void halfPrecisionIsTheSameToElevenBits() throws IOException {
        ok("combine", at("a") + "=0.5", at("b") + "=0.5", "--out", at("c"));
        ok("combine", at("a") + "=0.5", at("b") + "=0.5", "--out", at("half"), "--half");
        Models models = new Models(folder);
        assertTrue(Files.size(folder.resolve("half/weights.npz")) < Files.size(folder.resolve("c/weights.npz")));
        for (Map.Entry<String, NpyArray> half : models.arrays("half").entrySet()) {
            assertArrayEquals(models.arrays("c").get(half.getKey()).floats(), half.getValue().floats(), 1f / 2048);
        }
    }

    @Test
    void refusesWhatIsNoCombinationOfOneNetwork() throws IOException {
        train("wider", "data.npz", "8,16", "1");
        ImageSet.write(folder.resolve("other.npz"), ImageSet.of(new byte[5 * 192], 8, 8, "black"), Benchmark.seeds(5));
        train("other", "other.npz", "8,8", "1");
        Stream.of(List.of("a=0.5", "b=0.6", "sum to 1.1"), List.of("a=0.5", "wider=0.5", "another kind of network"),
                List.of("a=0.5", "other=0.5", "other images"), List.of("a=0.5", "nothing=0.5", "no model"),
                List.of("a=NaN", "b=0.5", "give a number")).forEach(bad -> {
                    refuses(bad.get(2), "combine", at(bad.get(0)), at(bad.get(1)), "--out", at("bad"));
                    assertFalse(Files.exists(folder.resolve("bad")), bad.toString());
                });
    }
}
