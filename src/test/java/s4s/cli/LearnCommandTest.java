package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.model.Convolutions;
import s4s.solver.data.SolverFile;

/** Learning from the command line, on the small model. */
class LearnCommandTest {

    @Test
    void learnsFromStoredPairsWhatSampleTakes(@TempDir Path folder) throws IOException {
        String training = folder.resolve("training").toString();
        String validation = folder.resolve("validation").toString();
        ok("teacher", "--role", "training", "--pairs", "12", "--out", training);
        ok("teacher", "--role", "validation", "--pairs", "8", "--out", validation);
        Path file = folder.resolve("s.json");
        String said = ok("learn", "--family", "s4s-lms", "--order", "3", "--init", "dpmpp-3m", "--grid", "logsnr", "--nfe", "3",
                "--pairs", "12", "--validation", "8", "--pairs-from", training, "--validation-from", validation, "--steps", "4",
                "--out", file.toString()).out();
        assertTrue(said.contains("The plan was finished."), said);
        assertFalse(Files.exists(folder.resolve("s.json.npz")), "the checkpoint has done its work");
        SolverFile learned = SolverFile.read(file);
        assertEquals(3, learned.solver().evaluations());
        assertEquals("s4s-lms", learned.provenance().recipe().get("family"));
        assertEquals("12, seeds 1000000-1000011", learned.provenance().recipe().get("training pairs"));
        String[] losses = learned.provenance().recipe().get("validation loss").split(", the start's ");
        assertTrue(Double.parseDouble(losses[0]) < Double.parseDouble(losses[1]), String.join(" ", losses));
        ok("sample", "--solver", file.toString(), "--seeds", "0-3", "--png", folder.resolve("s.png").toString());
        assertTrue(Files.size(folder.resolve("s.png")) > 1000);
    }

    @Test
    void takesAnyTorchScriptDistance(@TempDir Path folder) throws IOException {
        Convolutions.assumeRightGradients();
        Path file = folder.resolve("s.json");
        ok("learn", "--family", "ld3", "--nfe", "3", "--pairs", "8", "--validation", "8", "--steps", "2", "--low-memory",
                "--distance", "src/test/resources/torchscript/distance.pt", "--out", file.toString());
        assertTrue(SolverFile.read(file).provenance().recipe().get("distance").startsWith("distance.pt (sha256 "));
    }

    @Test
    void aSuiteLearnsWhatIsMissingOrAllAgain(@TempDir Path folder) throws IOException {
        String[] suite = {"learn", "--suite", "cifar10-mini", "--brief", "--family", "s4s-lms", "--nfe", "3", "--pairs", "8",
            "--validation", "4", "--steps", "1", "--out", folder.toString()};
        assertTrue(ok(suite).out().contains("The plan was finished."));
        Path file = folder.resolve("s4s-lms-dpmpp-3m-logsnr-nfe3.json");
        String first = Files.readString(file);
        assertEquals("all 1 solvers are in " + folder + System.lineSeparator(), ok(suite).out());
        Path left = Files.writeString(folder.resolve(file.getFileName() + ".npz"), "of a run that was killed after the solver");
        Files.setLastModifiedTime(left, FileTime.fromMillis(0));
        ok(suite);
        assertFalse(Files.exists(left));
        String[] again = Arrays.copyOf(suite, suite.length + 1);
        again[suite.length] = "--again";
        again[Arrays.asList(again).indexOf("--steps") + 1] = "2";
        ok(again);
        assertNotEquals(first, Files.readString(file));
    }
}
