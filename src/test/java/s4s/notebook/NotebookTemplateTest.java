package s4s.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The committed notebooks of benchmarks are those of their template. */
class NotebookTemplateTest {

    @Test
    void committedNotebooksAreThoseOfTheTemplate() throws IOException {
        NotebookTemplate template = NotebookTemplate.of(Path.of(""));
        assertEquals(5, template.names().size());
        for (String name : template.names()) {
            assertEquals(template.cells(name), NotebookTemplate.read(Path.of("notebooks", name + ".ipynb")),
                    name + " differs from its template: ./s4s notebook-template " + name);
        }
    }

    /** What was edited by hand is written again, and the outputs of the other cells stay. */
    @Test
    void writesWhatDiffers(@TempDir Path folder) throws IOException {
        NotebookTemplate template = NotebookTemplate.of(Path.of(""));
        Path committed = Path.of("notebooks/08-imagenet.ipynb");
        Path copy = Files.copy(committed, folder.resolve("08-imagenet.ipynb"));
        assertFalse(template.write("08-imagenet", copy, committed));
        Files.writeString(copy, Files.readString(copy).replace("bench.classAccuracy()", "bench.quality()"));
        assertTrue(template.write("08-imagenet", copy, committed));
        assertEquals(template.cells("08-imagenet"), NotebookTemplate.read(copy));
        assertTrue(Files.size(copy) > Files.size(committed) / 2, "outputs are lost");
        Path fresh = folder.resolve("new.ipynb");
        template.write("05-ffhq", fresh, committed);
        assertEquals(template.cells("05-ffhq"), NotebookTemplate.read(fresh));
    }
}
