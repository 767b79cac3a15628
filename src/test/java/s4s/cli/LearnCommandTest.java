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

    /**
     * wrong-gradient.pt was traced from {@code 2 * d.detach() - d} with {@code d = ((a - b) ** 2).mean((1, 2, 3))}: the values of
     * l2 with the opposite gradient, along which no step can be good.
     */
    @Test
    void whereNothingIsLearnedTheExitCodeSaysSo(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("s.json");
        String[] command = {"learn", "--family", "s4s-lms", "--nfe", "3", "--pairs", "8", "--validation", "8", "--steps", "2",
            "--distance", "src/test/resources/torchscript/wrong-gradient.pt", "--out", file.toString()};
        Answer answer = Answer.of(command);
        assertEquals(1, answer.code(), answer.err());
        assertTrue(answer.out().strip().lines().reduce((a, b) -> b).orElseThrow().contains("Nothing was learned"), answer.out());
        assertTrue(SolverFile.read(file).provenance().recipe().get("ended").startsWith("Nothing was learned"));
        Answer suite = Answer.of("learn", "--suite", "cifar10-mini", "--brief", "--family", "s4s-lms,gs", "--nfe", "3",
                "--pairs", "8", "--validation", "8", "--steps", "1", "--distance", command[12], "--out",
                folder.resolve("suite").toString());
        assertEquals(1, suite.code());
        assertTrue(suite.err().strip().endsWith("learned nothing: s4s-lms-dpmpp-3m-logsnr-nfe3, gs-dpmpp-3m-nolof-logsnr-nfe3"),
                suite.err());
        assertFalse(Files.exists(folder.resolve("suite/s4s-lms-dpmpp-3m-logsnr-nfe3.json")), "no start under a learned name");
    }

    /** The teacher is the start itself: there is nothing to learn, which is no fault. */
    @Test
    void aStartThatHasConvergedIsAResult(@TempDir Path folder) throws IOException {
        for (String role : new String[] {"training", "validation"}) {
            ok("teacher", "--role", role, "--pairs", "8", "--solver", "dpmpp-3m", "--grid", "logsnr", "--nfe", "4", "--out",
                    folder.resolve(role).toString());
        }
        for (String distance : new String[] {"l2", "l1", "perceptual"}) {
            Path file = folder.resolve(distance + ".json");
            Answer answer = ok("learn", "--family", "s4s-alt", "--init", "dpmpp-3m", "--grid", "logsnr", "--nfe", "4", "--pairs",
                    "8", "--validation", "8", "--pairs-from", folder.resolve("training").toString(), "--validation-from",
                    folder.resolve("validation").toString(), "--steps", "2", "--distance", distance, "--out",
                    file.toString());
            assertTrue(answer.out().contains("Converged at its start"), answer.out());
            assertTrue(answer.err().contains("s4s: s4s-alt is read as s4s-joint, "), answer.err());
            SolverFile learned = SolverFile.read(file);
            assertTrue(learned.provenance().recipe().get("ended").startsWith("Converged at its start"));
            assertEquals("s4s-joint", learned.provenance().recipe().get("family"));
            assertEquals("s4s-joint-dpmpp-3m-logsnr-nfe4", learned.solver().name());
        }
    }

    /** A learning rate with which weights overflow. */
    @Test
    void divergenceIsNoSuccess(@TempDir Path folder) throws IOException {
        Path file = folder.resolve("s.json");
        Answer answer = Answer.of("learn", "--family", "s4s-lms", "--nfe", "3", "--pairs", "8", "--validation", "8", "--steps",
                "9", "--optimizer", "adam", "--rate", "1e200", "--distance", "l2", "--out", file.toString());
        assertEquals(1, answer.code(), answer.err());
        assertTrue(answer.out().contains("Learning diverged in step 2"), answer.out());
        assertTrue(SolverFile.read(file).provenance().recipe().get("ended").startsWith("Learning diverged"));
    }
}
