package s4s.metric;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.BadFileException;
import s4s.io.NpyArray;
import s4s.io.Npz;
import s4s.model.Nets;
import s4s.model.torchscript.TorchScriptModule;

/** A small CLIP against torch's multi-head attention in float64, and known tokens; src/test/python/make_nets.py. */
class ClipScoreTest {
    private static final Path NETS = Path.of("src/test/resources/nets");
    private static final Path IMAGE = NETS.resolve("clip-image.pt");
    private static final Path TEXT = NETS.resolve("clip-text.pt");
    private static final Path SMALL = NETS.resolve("tokenizer-small.json");

    private static void close(float[] wanted, float[] found) {
        assertArrayEquals(wanted, found, 1e-6f);
    }

    @Test
    void vectorsAndCosines() throws IOException {
        try (Npz expected = Npz.open(NETS.resolve("nets.npz"));
                TorchScriptModule text = TorchScriptModule.load(TEXT, Device.cpu());
                ClipScore clip = ClipScore.load(IMAGE, TEXT, SMALL, Device.cpu());
                NDManager manager = NDManager.newBaseManager()) {
            NpyArray bytes = expected.get("clip_images");
            NDArray pictures = manager.create(ByteBuffer.wrap(bytes.bytes()), new Shape(bytes.shape()), DataType.UINT8);
            float[] seen = expected.get("clip_image").floats();
            close(seen, clip.images(pictures).toFloatArray());
            NpyArray tokens = expected.get("clip_tokens");
            close(expected.get("clip_text").floats(),
                    text.forward(manager.create(tokens.longs(), new Shape(tokens.shape()))).toFloatArray());

            List<String> captions = List.of("a photo of a cat", "The  black DOG");
            float[] read = clip.captions(manager, captions).toFloatArray();
            int before = manager.getManagedArrays().size();
            double[] cosines = clip.cosines(pictures, captions);
            assertEquals(before, manager.getManagedArrays().size());
            for (int i = 0; i < 2; i++) {
                double sum = 0;
                for (int j = 0; j < 10; j++) {
                    sum += (double) seen[10 * i + j] * read[10 * i + j];
                }
                assertEquals(sum, cosines[i], 1e-6);
            }
            assertEquals("CLIP score (random CLIP)", clip.metric());
            assertTrue(assertThrows(IllegalArgumentException.class, () -> clip.cosines(pictures, List.of("a"))).getMessage()
                    .contains("1 captions for 2 images"));
        }
    }

    @Test
    void scoreOfCosines() {
        assertEquals((30 + 0 + 12.5) / 3, ClipScore.score(new double[] {0.3, -0.1, 0.125}), 1e-12);
        assertThrows(IllegalArgumentException.class, () -> ClipScore.score(new double[0]));
    }

    @Test
    void wrongFilesAreRefusedInOneLine(@TempDir Path folder) throws IOException {
        refused("is clip-text where clip-image is expected", TEXT, TEXT, SMALL);
        refused("is inception-pytorch-fid where clip-text is expected", IMAGE, Nets.STAND_INS.resolve("inception-small.pt"), SMALL);
        refused("no such file", IMAGE, TEXT, folder.resolve("nowhere.json"));
        refused("is no tokenizer.json", IMAGE, TEXT, Files.writeString(folder.resolve("x.json"), "{}"));
        Path other = Files.write(folder.resolve("other.pt"), Files.readAllBytes(TEXT));
        Files.writeString(folder.resolve("other.json"), Files.readString(NETS.resolve("clip-text.json"))
                .replace("\"size\": 10", "\"size\": 512"));
        refused("were not made from the same weights", IMAGE, other, SMALL);
    }

    private static void refused(String part, Path image, Path text, Path tokenizer) {
        String message = assertThrows(BadFileException.class, () -> ClipScore.load(image, text, tokenizer, Device.cpu()).close())
                .getMessage();
        assertTrue(message.lines().count() == 1 && message.contains(part), message);
    }
}
