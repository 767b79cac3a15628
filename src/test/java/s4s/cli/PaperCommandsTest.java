package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.image.Colours;
import s4s.image.ImageSet;
import s4s.image.ImageSource;
import s4s.io.Npz;
import s4s.model.Devices;

/** What a published number takes, on random networks: many images into a folder, their statistics, cost, devices. */
class PaperCommandsTest {
    private static final String NETS = "src/test/resources/nets/";
    private static final String STAND_INS = "data/stand-ins/";

    @TempDir
    private Path folder;

    @AfterEach
    void forgetTheDevice() {
        System.clearProperty(Devices.PROPERTY);
    }

    private Answer sample(String seeds, String out) {
        return ok("sample", "--model", NETS + "edm-classes", "--balanced", "--guidance", "1.5", "--solver", "heun", "--grid",
                "edm", "--nfe", "6", "--seeds", seeds, "--batch", "4", "--shard", "4", "--out", folder.resolve(out).toString());
    }

    /** Images in a folder are those of one file, whatever was there before; so are their statistics, to rounding. */
    @Test
    void imagesOfAFolderAreThoseOfAFile() throws IOException {
        Answer first = sample("0-7", "many");
        assertTrue(first.out().contains("8 images of 8x8, 0 there; the rest takes 2 kB on disk"), first.out());
        Answer second = sample("0-11", "many");
        assertTrue(second.out().contains("12 images of 8x8, 8 there") && second.out().contains("12 images in 3 files"), second.out());
        sample("0-11", "one.npz");
        ImageSet one = ImageSet.read(folder.resolve("one.npz"));
        try (ImageSource many = ImageSource.open(folder.resolve("many"), Colours.RGB_ONLY)) {
            assertArrayEquals(one.pixels(), many.pixels(IntStream.range(0, 12).toArray()));
        }
        for (String name : List.of("many", "one.npz")) {
            ok("stats", "--images", folder.resolve(name).toString(), "--inception", STAND_INS + "inception-small.pt",
                    "--out", folder.resolve(name + "-stats.npz").toString());
        }
        try (Npz a = Npz.open(folder.resolve("many-stats.npz")); Npz b = Npz.open(folder.resolve("one.npz-stats.npz"))) {
            assertArrayEquals(a.get("mu").doubles(), b.get("mu").doubles(), 1e-12);
            assertArrayEquals(a.get("sigma").doubles(), b.get("sigma").doubles(), 1e-12);
        }
        String manifest = Files.readString(folder.resolve("many/manifest.json"));
        assertTrue(manifest.contains("class seed mod 4, guidance 1.5") && manifest.contains("\"model\": \"edm-classes\""), manifest);
    }

    @Test
    void otherImagesDoNotMix() {
        sample("0-7", "many");
        refuses("solver was", "sample", "--model", NETS + "edm-classes", "--balanced", "--guidance", "1.5", "--seeds", "0-7",
                "--shard", "4", "--out", folder.resolve("many").toString());
        refuses("one range of seeds", "sample", "--seeds", "0,2", "--out", folder.resolve("x").toString());
        refuses("--png is for the images of one file", "sample", "--out", folder.resolve("x").toString(), "--png", "x.png");
    }

    @Test
    void textsThroughTheWholeModel() throws IOException {
        Path file = folder.resolve("texts.npz");
        ok("sample", "--model", NETS + "sd-small", "--text", "a photo of the cat", "--guidance", "7.5", "--grid", "time-uniform",
                "--nfe", "5", "--solver", "unipc-3-bh2", "--seeds", "0-2", "--out", file.toString());
        assertEquals(8, ImageSet.read(file).height());
        refuses("the model takes texts", "sample", "--model", NETS + "sd-small", "--balanced", "--png", "x.png");
    }

    @Test
    void costIsToldBeforehand() {
        Answer result = ok("cost", "--model", NETS + "edm-classes", "--balanced", "--guidance", "2", "--solver", "heun", "--grid",
                "edm", "--nfe", "8", "--images", "1000", "--batch", "10", "--probe", "0");
        assertTrue(result.out().contains("800, 10 images each"), result.out());
        assertTrue(result.out().lines().anyMatch(l -> l.startsWith("forward passes of single images") && l.endsWith("16,000")),
                result.out());
        refuses("--images is from 1 to", "cost", "--images", "0");
    }

    /** COCO's captions as prompts, and its images of any size as a reference. */
    @Test
    void promptsAndReferenceOfCoco() throws IOException {
        Path json = folder.resolve("captions.json");
        Files.writeString(json, "{\"annotations\": [{\"image_id\": 1, \"id\": 1, \"caption\": \"A cat \"}, {\"image_id\": 1, \"id\": 2,"
                + " \"caption\": \"Tom\"}, {\"image_id\": 2, \"id\": 3, \"caption\": \"A dog\"}]}");
        Path prompts = folder.resolve("prompts.txt");
        ok("captions", json.toString(), "--count", "2", "--out", prompts.toString());
        assertEquals(List.of("A cat", "Tom"), Files.readAllLines(prompts));
        ok("captions", json.toString(), "--count", "2", "--one-each", "--out", prompts.toString());
        assertEquals(List.of("A cat", "A dog"), Files.readAllLines(prompts));
        refuses("has 2 images with captions", "captions", json.toString(), "--count", "3", "--one-each", "--out",
                prompts.toString());
        Path pictures = Files.createDirectories(folder.resolve("pictures"));
        for (int i = 0; i < 3; i++) {
            ImageIO.write(new BufferedImage(40 + i, 50 - i, BufferedImage.TYPE_INT_RGB), "png",
                    pictures.resolve(i + ".png").toFile());
        }
        String out = folder.resolve("reference.npz").toString();
        refuses("all must have the same size", "stats", "--images", pictures.toString(), "--out", out);
        assertTrue(ok("stats", "--images", pictures.toString(), "--square", "32", "--out", out).out().contains("3 images"));
        try (Npz npz = Npz.open(Path.of(out))) {
            assertTrue(npz.get("provenance").strings().get(0).contains("32x32, middle squares, bicubic, converted to RGB"));
        }
    }

    @Test
    void devicesAreOneSetting() {
        refuses("There is no device 'gpu'", "sample", "--device", "gpu", "--png", folder.resolve("x.png").toString());
        ok("sample", "--device", "cpu", "--model", STAND_INS + "edm-small", "--seeds", "0-1", "--png",
                folder.resolve("x.png").toString());
    }

    @Test
    void doctorKnowsThePaperProfile() {
        Answer result = Answer.of("doctor", "--profile", "paper");
        assertTrue(result.out().contains("edm-cifar10-32x32-uncond-vp") && result.out().contains("published networks and statistics"),
                result.out());
        refuses("there is no profile 'x'", "doctor", "--profile", "x");
    }
}
