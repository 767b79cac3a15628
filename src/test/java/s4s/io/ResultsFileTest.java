package s4s.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

class ResultsFileTest {

    private static final Provenance MADE = Provenance.of("s4s fd").with("model", "tiny").with("seeds", "0-99");

    @TempDir
    private Path folder;
    private Path csv;

    @BeforeEach
    void name() {
        csv = folder.resolve("fd.csv");
    }

    private static Table schema() {
        return Table.create("fd", StringColumn.create("solver"), IntColumn.create("nfe"), DoubleColumn.create("value"));
    }

    private ResultsFile withTwoRows() throws IOException {
        ResultsFile file = ResultsFile.open(csv, schema(), MADE);
        file.append("DPM-Solver++, \"3M\"", 5, 0.1 + 0.2);
        file.append("NA", 10, Double.NaN);
        return file;
    }

    @Test
    void rowsComeBackBitForBit() throws IOException {
        withTwoRows();
        ResultsFile.Results read = ResultsFile.read(csv);
        assertEquals("DPM-Solver++, \"3M\"", read.table().stringColumn("solver").get(0));
        assertEquals("NA", read.table().stringColumn("solver").get(1), "a name, not a missing value");
        assertEquals(0.1 + 0.2, read.table().doubleColumn("value").get(0), 0.0);
        assertTrue(read.table().doubleColumn("value").isMissing(1));
        assertEquals(MADE.recipe(), read.provenance().recipe());
        assertEquals("s4s fd", read.provenance().sessions().get(0).get("command"));
        assertEquals("solver,nfe,value\n", Files.readString(csv).substring(0, 17), "a plain CSV file");
        assertEquals(2, folder.toFile().list().length, "no temporary file is left");
    }

    @Test
    void secondRunGoesOn() throws IOException {
        withTwoRows();
        ResultsFile again = ResultsFile.open(csv, schema(), MADE);
        assertTrue(again.contains(Map.of("solver", "NA", "nfe", 10)));
        assertFalse(again.contains(Map.of("solver", "NA", "nfe", 5)));
        again.append("unipc", 5, 1);
        ResultsFile.Results read = ResultsFile.read(csv);
        assertEquals(3, read.table().rowCount());
        assertEquals(2, read.provenance().sessions().size());
    }

    @Test
    void otherRecipeOrColumnsAreRefused() throws IOException {
        withTwoRows();
        assertEquals(csv + " was made with other settings: model was tiny, now it is large; move it away to begin again",
                assertThrows(IllegalArgumentException.class,
                        () -> ResultsFile.open(csv, schema(), MADE.with("model", "large"))).getMessage());
        assertThrows(IllegalArgumentException.class,
                () -> ResultsFile.open(csv, schema().removeColumns("nfe"), MADE));
        assertThrows(IllegalArgumentException.class, () -> ResultsFile.open(folder.resolve("x.txt"), schema(), MADE));
    }

    @Test
    void changedTableIsNoticed() throws IOException {
        withTwoRows();
        Files.writeString(csv, Files.readString(csv).replace("0.3", "0.2"));
        assertEquals(csv + " is not the table that fd.json describes (its SHA-256 differs): it was changed after it "
                + "was made", assertThrows(IOException.class, () -> ResultsFile.read(csv)).getMessage());
        assertThrows(IOException.class, () -> ResultsFile.open(csv, schema(), MADE));
    }

    @Test
    void missingOrBrokenFilesAreNamed() throws IOException {
        assertTrue(assertThrows(IOException.class, () -> ResultsFile.read(csv)).getMessage()
                .startsWith(csv + " is missing"));
        withTwoRows();
        Path json = folder.resolve("fd.json");
        String good = Files.readString(json);
        for (String bad : List.of("", "[]", "{", "{}", good.replace("INTEGER", "NUMBER"), good.replace("recipe", "x"),
                good.replaceAll("(?s)\"sessions\": \\[.*]", "\"sessions\": [[]]"))) {
            Files.writeString(json, bad);
            String message = assertThrows(IOException.class, () -> ResultsFile.read(csv), bad).getMessage();
            assertFalse(message.contains("\n"), message);
        }
        Files.delete(json);
        assertTrue(assertThrows(IOException.class, () -> ResultsFile.read(csv)).getMessage()
                .contains("fd.json is missing"));
    }

    @Test
    void killBetweenTheTwoFilesLosesNothingFinished() throws IOException {
        ResultsFile file = withTwoRows();
        byte[] before = Files.readAllBytes(csv);
        // what append() does first, and the kill right after it: the description is one row ahead
        String two = Hashes.sha256(before);
        String json = Files.readString(folder.resolve("fd.json"));
        Files.writeString(folder.resolve("fd.json"),
                json.replace("\"sha256\": \"" + two, "\"previous sha256\": \"" + two + "\", \"sha256\": \"ab"));
        assertEquals(2, ResultsFile.read(csv).table().rowCount());
        ResultsFile again = ResultsFile.open(csv, schema(), MADE);
        again.append("unipc", 5, 1.0);
        assertEquals(3, ResultsFile.read(csv).table().rowCount());
        assertFalse(Files.readString(folder.resolve("fd.json")).contains("previous"));
        assertEquals(2, file.table().rowCount());
    }

    @Test
    void secondWriterIsStopped() throws IOException {
        ResultsFile one = withTwoRows();
        ResultsFile two = ResultsFile.open(csv, schema(), MADE);
        two.append("a", 1, 1.0);
        assertEquals(csv + " was changed by another program while this one was running",
                assertThrows(IOException.class, () -> one.append("b", 1, 1.0)).getMessage());
        assertEquals(3, ResultsFile.read(csv).table().rowCount());
    }

    @Test
    void rowsThatDoNotFitAreRefusedAndChangeNothing() throws IOException {
        ResultsFile file = withTwoRows();
        assertEquals("column 'nfe' (INTEGER) cannot take five",
                assertThrows(IllegalArgumentException.class, () -> file.append("a", "five", 1.0)).getMessage());
        assertThrows(IllegalArgumentException.class, () -> file.append("a", 5));
        assertEquals(2, file.table().rowCount());
        assertEquals(2, ResultsFile.read(csv).table().rowCount());
    }

    @Test
    void killedProgramKeepsEveryRowItReported() throws Exception {
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Dorg.slf4j.simpleLogger.defaultLogLevel=error", "-cp", System.getProperty("java.class.path"),
                Appender.class.getName(), csv.toString()).redirectErrorStream(true).start();
        int reported = 0;
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(process.getInputStream()))) {
            while (reported < 25) {
                reported = Integer.parseInt(lines.readLine());
            }
            process.toHandle().destroyForcibly(); // unlike the process' own, this leaves its output readable
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                reported = Integer.parseInt(line);
            }
        }
        assertTrue(process.waitFor(10, TimeUnit.SECONDS));
        Table table = ResultsFile.open(csv, schema(), MADE).table();
        assertTrue(table.rowCount() == reported || table.rowCount() == reported + 1,
                table.rowCount() + " rows, " + reported + " reported");
        for (int i = 0; i < table.rowCount(); i++) {
            assertEquals(i, table.intColumn("nfe").get(i));
        }
    }

    /** Appends rows for as long as it lives, and prints their number after each. */
    static final class Appender {
        private Appender() {}

        public static void main(String[] args) throws IOException {
            ResultsFile file = ResultsFile.open(Path.of(args[0]), schema(), MADE);
            for (int i = 0; i < 100_000; i++) {
                file.append("solver", i, 1.0 / (i + 1));
                System.out.println(i + 1);
            }
        }
    }
}
