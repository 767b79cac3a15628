package s4s.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import s4s.grid.GridType;
import s4s.io.BadFileException;
import s4s.learn.Teacher;

/** Benchmarks as files. */
class BenchmarksTest {
    private static final String GOOD = """
            {
              "title": "Good",
              "space": "pixel",
              "conditions": "none",
              "guidance": 1,
              "teacher": "unipc-3-bh1,logsnr,20",
              "teacherByNfe": { "4": "ddim,list:80,5,0.002,2" },
              "grids": ["edm", "logsnr"],
              "nfe": [4, 5],
              "model": "network",
              "images": 40,
              "block": 20,
              "metric": { "features": "features64" }
            }
            """;

    @TempDir
    Path folder;

    private Path write(String name, String text) throws IOException {
        return Files.writeString(folder.resolve(name + ".json"), text);
    }

    @Test
    void aFileIsABenchmark() throws IOException {
        write("good", GOOD);
        Benchmark good = new Benchmarks(folder).named("good");
        assertEquals(Benchmark.read(folder.resolve("good.json")), good);
        assertEquals("Good", good.title());
        assertEquals(List.of(GridType.EDM, GridType.LOGSNR), good.grids());
        assertEquals(Teacher.usual(), good.teacherOf(5));
        assertEquals("list:80,5,0.002", good.teacherOf(4).grid().id());
        assertEquals(2, good.teacherOf(4).nfe());
        assertEquals(good, Benchmark.read(write("good", good.json())));
        assertTrue(new Benchmarks(folder).all(Profile.PAPER).isEmpty());
    }

    /** What is left out is as usual. */
    @Test
    void littleIsEnough() throws IOException {
        Benchmark little = Benchmark.read(write("little", "{\"space\": \"latent\", \"model\": \"network\"}"));
        assertEquals("little", little.title());
        assertEquals(Teacher.usual(), little.teacher());
        assertEquals("l2", little.teaching().distance());
        assertEquals(1000, little.images());
        assertEquals(100, little.extent().block());
        assertTrue(little.metric().isEmpty() && little.published().isEmpty());
    }

    @Test
    void filesHaveAnOrder() throws IOException {
        write("a", GOOD);
        write("b", GOOD.replace("\"title\"", "\"order\": 2, \"title\""));
        write("c", GOOD.replace("\"title\"", "\"order\": 1, \"title\""));
        assertEquals(List.of("c", "b", "a"), new Benchmarks(folder).all(Profile.MINI).stream().map(Benchmark::name).toList());
        assertEquals(List.of("cifar10", "ffhq", "afhqv2", "lsun-bedroom", "imagenet256", "ms-coco"),
                new Benchmarks(Path.of("data/benchmarks")).all(Profile.PAPER).stream().map(Benchmark::name).toList());
    }

    /** Each mistake is one line that names file and key. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            "nfe": [4, 5]                             | "nfes": [4, 5]             | nfes is no key of a benchmark; known are title
            "features": "features64"                  | "feature": "features64"    | metric.feature is no key of a benchmark; known are
            "images": 40                              | "images": "40"             | images is a text where a number is expected
            "images": 40                              | "images": 50               | images is 50, no whole blocks of 20 images
            "images": 40,                             | "images": 40, "images": 40,| images is there twice
            "space": "pixel"                          | "space": "pixels"          | space is wrong: "pixels"; known are pixel, latent
            "space": "pixel",                         |                            | space is missing
            "conditions": "none"                      | "conditions": "classes"    | conditions is wrong: there are no conditions 'classes'
            "guidance": 1                             | "guidance": 3              | conditions is wrong: guidance 3.0 needs conditions
            unipc-3-bh1,logsnr,20                     | unipc-9,logsnr,20          | teacher is wrong: There is no solver "unipc-9"
            unipc-3-bh1,logsnr,20                     | unipc-3-bh1,log,20         | teacher is wrong: There is no grid "log"
            unipc-3-bh1,logsnr,20                     | unipc-3-bh1                | teacher is wrong: a teacher is SOLVER,GRID,NFE
            unipc-3-bh1,logsnr,20                     | heun,logsnr,19             | teacher is wrong: Solver heun
            "4": "ddim                                | "four": "ddim              | teacherByNfe.four is no NFE
            "grids": ["edm", "logsnr"]                | "grids": ["edm", "emd"]    | grids is wrong: There is no grid "emd"
            "grids": ["edm", "logsnr"]                | "grids": ["edm", "edm"]    | grids names one twice
            "nfe": [4, 5]                             | "nfe": [4, 0]              | nfe is wrong: A solver needs at least one
            "nfe": [4, 5]                             | "nfe": []                  | nfe is empty
            "model": "network",                       |                            | model is missing
            """)
    void mistakesAreNamed(String right, String wrong, String expected) throws IOException {
        assertTrue(GOOD.contains(right), right);
        Path file = write("bad", GOOD.replace(right, wrong == null ? "" : wrong));
        String message = assertThrows(BadFileException.class, () -> Benchmark.read(file)).getMessage();
        assertTrue(message.startsWith(file + ": " + expected) && message.lines().count() == 1, message);
    }
}
