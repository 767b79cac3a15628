package s4s.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static s4s.files.Resources.assertIllegal;
import static s4s.files.Resources.assertRefused;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.io.NpyArray;
import s4s.io.Npz;

class AnnotationsTest {
    @TempDir
    private Path folder;
    private Path npz;
    private final ImageSet images = ImageSet.of(new byte[4 * 3 * 4], 2, 2, "four");

    @BeforeEach
    void write() throws IOException {
        npz = folder.resolve("four.npz");
        Npz.write(npz, Map.of("age", NpyArray.of(new int[] {5, 39, 19, 40}), "scene",
                NpyArray.of(List.of("sea", "sea", "sea", "")), "captions_json",
                NpyArray.of("[[\"a\"], [\"b\", \"c\"], [\"d\"], [\"\u00e9\"]]".getBytes(StandardCharsets.UTF_8))));
    }

    @Test
    void classesAreTheCombinationsThatOccur() throws IOException {
        ImageSet labelled = Annotations.classesOf(images, npz, List.of("age/20", "scene"));
        assertEquals(List.of("0 sea", "1 sea", "2 "), labelled.classes());
        assertArrayEquals(new int[] {0, 1, 0, 2}, labelled.labels());
        // names sort as text
        assertEquals(List.of("19", "39", "40", "5"), Annotations.classesOf(images, npz, List.of("age")).classes());
        assertRefused(() -> Annotations.classesOf(images, npz, List.of("race")), "'race'", "age", "scene");
        assertIllegal(() -> Annotations.classesOf(images, npz, List.of("age/0")), "age/0");
    }

    @Test
    void captionsAreListsOfTexts() throws IOException {
        assertEquals(List.of(List.of("a"), List.of("b", "c"), List.of("d"), List.of("\u00e9")), Annotations.captions(npz, 4));
        assertRefused(() -> Annotations.captions(npz, 5), "4 of 5");
        Path other = folder.resolve("other.npz");
        Npz.write(other, Map.of("captions_json", NpyArray.of("[1, 2]".getBytes(StandardCharsets.UTF_8))));
        assertRefused(() -> Annotations.captions(other, 2), "other.npz", "lists of texts");
        Npz.write(other, Map.of("x", NpyArray.of(new int[] {1})));
        assertRefused(() -> Annotations.captions(other, 2), "no captions");
    }

    /** Three captions of two images, in the file's order. */
    @Test
    void captionsOfCoco() throws IOException {
        Path json = folder.resolve("captions_val2014.json");
        Files.writeString(json, "{\"images\": [], \"annotations\": [{\"image_id\": 9, \"id\": 3, \"caption\": \"A cat\\n on a  mat. \"},"
                + "{\"image_id\": 4, \"id\": 1, \"caption\": \"A dog.\"}, {\"image_id\": 9, \"id\": 5, \"caption\": \"Tom\"}]}");
        assertEquals(List.of("A cat on a mat.", "A dog.", "Tom"), Annotations.coco(json, false));
        assertEquals(List.of("A cat on a mat.", "A dog."), Annotations.coco(json, true));
        for (String bad : List.of("{\"annotations\": [{\"image_id\": 9}]}", "[]", "{}", "{\"annotations\": [{")) {
            Files.writeString(json, bad);
            assertRefused(() -> Annotations.coco(json, false), "captions_val2014.json", "annotations_trainval2014.zip");
        }
        Files.writeString(json, "{\"annotations\": [{\"image_id\": 9, \"id\": 77, \"caption\": \" \"}]}");
        assertRefused(() -> Annotations.coco(json, false), "annotations", "caption", "blank");
        assertRefused(() -> Annotations.coco(folder.resolve("none.json"), false), "none.json");
    }

    /** captions_train2017.json has 92 MB, more than any other JSON that is read. */
    @Test
    void largeFilesOfCaptionsAreRead() throws IOException {
        Path json = folder.resolve("captions.json");
        Files.writeString(json, "{\"annotations\": [{\"image_id\": 1, \"caption\": \"caf\u00e9\"}]" + " ".repeat(65 << 20) + "}");
        assertEquals(List.of("caf\u00e9"), Annotations.coco(json, false));
    }
}
