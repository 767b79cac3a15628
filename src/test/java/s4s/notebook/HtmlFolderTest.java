package s4s.notebook;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class HtmlFolderTest {
    @TempDir
    Path folder;

    @BeforeEach
    void twoNotebooks() throws IOException {
        notebook("00-a", "\"# First & *foremost*\\n\\nIt shows [one thing](01-b.ipynb),\\nquickly. And more.\"");
        notebook("01-b", "[\"# Second\\n\", \"\\n\", \"Another.\"]");
        Files.writeString(folder.resolve("00-a.html"), "<a href=\"01-b.ipynb\">x</a> <a href=\"01-b.ipynb#end\">y</a>"
                + " <a href=\"02-gone.ipynb\">z</a> <a href=\"https://x.org/01-b.ipynb\">w</a>");
        Files.writeString(folder.resolve("01-b.html"), "x".repeat(3000));
    }

    private void notebook(String name, String source) throws IOException {
        Files.writeString(folder.resolve(name + ".ipynb"), "{\"cells\": [{\"cell_type\": \"code\", \"source\": \"int i;\"},"
                + " {\"cell_type\": \"markdown\", \"source\": " + source + "}], \"nbformat\": 4}");
    }

    private String run(int expected, String... options) {
        StringWriter text = new StringWriter();
        CommandLine line = HtmlFolder.commandLine().setOut(new PrintWriter(text)).setErr(new PrintWriter(text));
        String[] args = new String[options.length + 1];
        args[0] = folder.toString();
        System.arraycopy(options, 0, args, 1, options.length);
        assertEquals(expected, line.execute(args), text.toString());
        return text.toString();
    }

    @Test
    void anIndexNamesEveryNotebook() throws IOException {
        assertEquals(folder.resolve("index.html") + ": 2 notebooks\n", run(0));
        String index = Files.readString(folder.resolve("index.html"));
        assertTrue(index.contains("<tr><td><a href=\"00-a.html\">First &amp; foremost</a></td>"
                + "<td>It shows one thing, quickly.</td><td>0.0 MB</td></tr>"), index);
        assertTrue(index.contains("<a href=\"01-b.html\">Second</a></td><td>Another.</td>"), index);
        assertFalse(index.contains("http"), "asks no network");
        String page = Files.readString(folder.resolve("00-a.html"));
        assertEquals("<a href=\"01-b.html\">x</a> <a href=\"01-b.html#end\">y</a> <a href=\"02-gone.ipynb\">z</a>"
                + " <a href=\"https://x.org/01-b.ipynb\">w</a>", page);
    }

    @Test
    void pagesThatAreTooLargeAreNamed() {
        List<String> lines = run(1, "--limit", "0.002").lines().toList();
        assertEquals(2, lines.size());
        assertTrue(lines.get(1).startsWith(folder.resolve("01-b.html") + " has 0.0 MB, more than 0.002"), lines.get(1));
    }

    @Test
    void whatIsNoNotebookIsRefused() throws IOException {
        Files.writeString(folder.resolve("00-a.ipynb"), "{}");
        assertTrue(run(2).contains("00-a.ipynb is not a Jupyter notebook"));
    }
}
