package s4s.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static s4s.files.Resources.assertRefused;
import static s4s.files.Resources.resource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which files of a folder or archive are images. {@code src/test/python/make_archives.py} made the archives and says how. */
class ImageFilesTest {
    private static final byte[] PIXELS = {0, 3, 1, 4, 2, 5, 10, 13, 11, 14, 12, 15};

    @TempDir
    private Path folder;

    private static Path archive(String name) {
        return resource("archives/" + name + ".zip");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bzip2", "deflated", "cp437", "shift-jis", "dot", "up", "array", "edm"})
    void readsArchivesAsPythonDoes(String name) throws IOException {
        assertArrayEquals(PIXELS, ImageSet.read(archive(name)).pixels());
        try (ImageSource source = ImageSource.open(archive(name), Colours.RGB_ONLY)) {
            assertArrayEquals(PIXELS, source.pixels(new int[] {0, 1}));
        }
    }

    @ParameterizedTest
    @CsvSource({"lzma, LZMA", "encrypted, is encrypted", "twice, two files of the name a.png", "flipped, checksum is wrong",
        "torch, torch.save"})
    void saysWhyAnArchiveIsNotRead(String name, String reason) {
        assertRefused(() -> ImageSet.read(archive(name)), name + ".zip", reason);
    }

    @Test
    void namesAreThoseOfPython() throws IOException {
        try (ImageSource source = ImageSource.open(archive("cp437"), Colours.RGB_ONLY)) {
            assertEquals(List.of("a.png", "z\u00fc.png"), source.names());
        }
        try (ImageSource source = ImageSource.open(archive("dot"), Colours.RGB_ONLY)) {
            assertEquals(List.of("a.png", "sub/b.png"), source.names());
        }
    }

    /** Python: sorted(["\U0001f600.png", "\uf000.png"]) begins with U+F000. */
    @Test
    void orderIsThatOfCodePoints() throws IOException {
        byte[] picture = Files.readAllBytes(resource("pictures/a_rgb.png"));
        Path file = folder.resolve("names.zip");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (String name : List.of("\ud83d\ude00.png", "\uf000.png", "b.png")) {
                zip.putNextEntry(new ZipEntry(name));
                zip.write(picture);
            }
        }
        try (ImageSource source = ImageSource.open(file, Colours.RGB_ONLY)) {
            assertEquals(List.of("b.png", "\uf000.png", "\ud83d\ude00.png"), source.names());
        }
    }

    @Test
    void aSetNeverGetsSmallerInSilence() throws IOException {
        assertRefused(() -> ImageSet.read(archive("without-ending")), "without-ending.zip has image files",
                "1 without ending", "--skip-others");
        ImageSet one = ImageSet.read(archive("without-ending"), Others.LEFT_OUT);
        assertEquals(1, one.count());
        byte[] picture = Files.readAllBytes(resource("pictures/a_rgb.png"));
        Files.write(folder.resolve("a.PNG"), picture);
        Files.write(folder.resolve(".DS_Store"), picture);
        Files.write(folder.resolve("Thumbs.db"), new byte[] {(byte) 0xd0, (byte) 0xcf});
        Files.writeString(folder.resolve("a.txt"), "BMX bikes, P5 and P6");
        Files.writeString(folder.resolve("metadata.jsonl"), "{}");
        assertEquals(1, ImageSet.read(folder).count());
        Files.write(folder.resolve("b.avif"), new byte[20]);
        Files.write(folder.resolve("c"), picture);
        Files.write(folder.resolve("d"), "P6\n1 1\n255\nabc".getBytes(StandardCharsets.US_ASCII));
        Files.write(folder.resolve("e.dat"), picture);
        Files.createSymbolicLink(folder.resolve("f.png"), folder.resolve("nowhere.png"));
        assertRefused(() -> ImageSource.open(folder, Colours.RGB_ONLY),
                "(1 avif, 1 broken link, 1 dat, 2 without ending) beside 1");
        try (ImageSource source = ImageSource.open(folder, Colours.RGB_ONLY, Others.LEFT_OUT)) {
            assertEquals(1, source.count());
            assertEquals("1 avif, 1 broken link, 1 dat, 2 without ending", source.leftOut());
        }
    }

    /** NVlabs/edm, training/dataset.py: folders are shards, dataset.json has the classes. */
    @Test
    void datasetJsonHasTheClasses() throws IOException {
        ImageSet zip = ImageSet.read(archive("edm"));
        assertArrayEquals(new int[] {3, 1}, zip.labels());
        assertEquals(List.of("0", "1", "2", "3"), zip.classes());
        assertEquals(0, ImageSet.read(archive("edm-null")).labels().length);
        byte[] picture = Files.readAllBytes(resource("pictures/a_rgb.png"));
        for (String name : List.of("00000/a.png", "00001/b.png")) {
            Files.createDirectories(folder.resolve(name).getParent());
            Files.write(folder.resolve(name), picture);
        }
        assertEquals(List.of("00000", "00001"), ImageSet.read(folder).classes());
        assertEquals(List.of("0", "1", "2", "3"), listed("[[\"00000/a.png\", 0], [\"00001\\\\b.png\", 3]]").classes());
        assertEquals(List.of(), listed("null").classes());
        for (Map.Entry<String, String> bad : Map.of("[[\"00000/a.png\", 0]]", "no label for 00001/b.png",
                "[[\"00000/a.png\", 0], [\"00001/b.png\", 3], [\"c.png\", 3]]", "not there, such as c.png",
                "[[\"00000/a.png\", 0], [\"00001/b.png\", [0.5, 0.5]]]", "label [0.5,0.5]",
                "[[\"00000/a.png\", 0], [\"00000/a.png\", 1]]", "two labels for 00000/a.png", "7", "list of pairs",
                "[[\"00000/a.png\", -1], [\"00001/b.png\", 3]]", "label -1").entrySet()) {
            assertRefused(() -> listed(bad.getKey()), "dataset.json in ", bad.getValue());
        }
        Files.writeString(folder.resolve("dataset.json"), "{\"labels\": [[");
        assertRefused(() -> ImageSet.read(folder), "dataset.json in ", "truncated");
    }

    private ImageSet listed(String labels) throws IOException {
        Files.writeString(folder.resolve("dataset.json"), "{\"labels\": " + labels + "}");
        return ImageSet.read(folder);
    }
}
