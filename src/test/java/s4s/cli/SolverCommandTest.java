package s4s.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static s4s.cli.Answer.ok;
import static s4s.cli.Answer.refuses;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.image.ImageSet;
import s4s.io.Provenance;
import s4s.schedule.Edm;
import s4s.solver.Solvers;
import s4s.solver.data.SolverFile;

/** The commands solver and import, and solver files in sample. */
class SolverCommandTest {

    @TempDir
    private Path folder;

    @Test
    void saveShowDiff() throws IOException {
        String file = folder.resolve("a.json").toString();
        ok("solver", "save", "ipndm-2", "--grid", "list:4,2,1", "--nfe", "2", "--out", file);
        assertEquals("s4s solver save ipndm-2 --grid list:4,2,1 --nfe 2 --out " + file,
                SolverFile.read(Path.of(file)).provenance().sessions().get(0).get("command"));
        String shown = ok("solver", "show", file).out();
        assertTrue(shown.contains("-1.5 e1 + 0.5 e0") && shown.contains("2 NFE") && shown.contains("Edm["), shown);
        assertTrue(ok("solver", "diff", "ipndm-2", file, "--grid", "list:4,2,1", "--nfe", "2").out()
                .contains("the same numbers"));
        Answer other = Answer.of("solver", "diff", file, "ddim", "--grid", "list:4,2,1", "--nfe", "2");
        assertTrue(other.code() == 1 && other.out().contains("differ by at most"), other.toString());
        assertTrue(ok("solver", "show", "dpmpp-2m", "--schedule", "sd", "--nfe", "3").out().contains("prediction DATA"));
    }

    @Test
    void orderOfDdim() {
        String text = ok("solver", "order", "ddim", "--nfe", "20,40").out();
        assertTrue(text.contains("order 0.9") || text.contains("order 1.0"), text);
    }

    /** A method of a jar on the class path, see {@link s4s.solver.TwoStepMethods}. */
    @Test
    void aMethodOfOnesOwn() {
        assertTrue(ok("solvers").out().lines().anyMatch(line -> line.matches("two-step +Two steps +2 +1 per step +mine")));
        assertTrue(ok("solver", "show", "two-step", "--grid", "list:4,2,1", "--nfe", "2").out().contains("-1.25 e1 + 0.25 e0"));
        String order = ok("solver", "order", "two-step-plain", "--nfe", "40,80,160").out();
        assertTrue(order.matches("(?s).*\\norder (1\\.[89]|2\\.0)\\d \\(published: 2\\).*"), order);
    }

    /** GITS asks the network, DMN its schedule; what was found is kept in the model's folder and found again. */
    @Test
    void gridsAreSearchedOnAModel() throws IOException {
        Path model = Files.createDirectories(folder.resolve("model"));
        for (String file : new String[] {"card.json", "weights.npz"}) {
            Files.copy(Path.of("data/models/cifar10-mini").resolve(file), model.resolve(file));
        }
        for (String grid : new String[] {"gits:1", "dmn"}) {
            byte[][] images = new byte[2][];
            for (int run = 0; run < 2; run++) {
                Path file = folder.resolve(grid.charAt(0) + "" + run + ".npz");
                ok("sample", "--model", model.toString(), "--grid", grid, "--nfe", "3", "--seeds", "0", "--out", file.toString());
                images[run] = ImageSet.read(file).pixels();
            }
            assertArrayEquals(images[0], images[1]);
        }
        try (Stream<Path> kept = Files.list(model.resolve("grids"))) {
            assertEquals("[dmn-, gits]", kept.map(file -> file.getFileName().toString().substring(0, 4)).sorted().toList()
                    .toString());
        }
        refuses("is searched on a model's samples", "solver", "show", "ddim", "--grid", "gits", "--nfe", "3");
        refuses("1 to 100000 samples", "sample", "--grid", "gits:0", "--png", "x.png");
    }

    @Test
    void badInput() throws IOException {
        String file = folder.resolve("a.json").toString();
        ok("solver", "save", "ddim", "--nfe", "3", "--out", file);
        refuses("a command is missing", "solver");
        refuses("a command is missing", "import");
        refuses("cannot run with NFE 7", "sample", "--solver", file, "--nfe", "7", "--png", "x.png");
        refuses("leave out the grid edm", "sample", "--solver", file, "--grid", "edm", "--png", "x.png");
        refuses("was made for the schedule Edm", "solver", "show", file, "--schedule", "vp");
        refuses("no such file", "solver", "show", folder.resolve("none.json").toString());
        refuses("there is no schedule 'ddpm'", "solver", "show", "ddim", "--schedule", "ddpm");
        refuses("ends in .json", "solver", "save", "ddim", "--out", folder.resolve("x.txt").toString());
        refuses("NFE", "solver", "order", "heun", "--nfe", "3");
        Path text = Files.writeString(folder.resolve("bad.json"), "{\"solvers\": [{}]}");
        refuses("solvers[0].grid_points is missing", "import", "dyweight", text.toString(), "--out", folder.toString());
        refuses("Missing required option", "import", "ld3", text.toString(), "--out", folder.toString());
    }

    @Test
    void importAndSample() throws IOException {
        Path made = Path.of("src/test/resources/import/dyweight.json");
        String text = ok("import", "dyweight", made.toString(), "--out", folder.toString()).out();
        assertTrue(text.contains("4 solvers") && text.contains("two network calls"), text);
        String solver = folder.resolve("dyweight-toy-nfe2-1.json").toString();
        Path png = folder.resolve("x.png");
        ok("sample", "--solver", solver, "--seeds", "0", "--png", png.toString());
        assertTrue(Files.size(png) > 500);
        Path times = Files.writeString(folder.resolve("t.json"), "{\"times\": [80, 2, 0.002]}");
        ok("import", "ld3", times.toString(), "--solver", "unipc-3-bh1", "--schedule", "edm", "--name", "mine",
                "--out", folder.toString());
        assertEquals(2, SolverFile.read(folder.resolve("mine.json")).solver().evaluations());
        Path vp = Files.writeString(folder.resolve("vp.json"), "{\"times\": [1.0, 0.6, 0.3, 0.001]}");     // of another schedule
        refuses("node 3, has the noise level 0.001, which lies outside the range from 80.0 to 0.002", "import", "ld3",
                vp.toString(), "--solver", "dpmpp-2m", "--schedule", "edm", "--name", "wrong", "--out", folder.toString());
        assertFalse(Files.exists(folder.resolve("wrong.json")));
        Path wide = folder.resolve("wide.json");
        SolverFile.of(Solvers.named("ddim").build(new double[] {160, 2, 0.002}), new Edm(), Provenance.of("test")).write(wide);
        refuses("node 0, has the noise level 160.0", "sample", "--solver", wide.toString(), "--seeds", "0", "--png",
                png.toString());
        SolverFile.of(Solvers.named("ddim").build(new double[] {80.5, 2, 0.002}), new Edm(), Provenance.of("test")).write(wide);
        assertTrue(ok("sample", "--solver", wide.toString(), "--seeds", "0", "--png", png.toString()).err()
                .contains("s4s: Solver ddim, node 0, has the noise level 80.5, which lies outside the range"));
        ok("import", "gas", "src/test/resources/import/gas.json", "--schedule", "vp", "--out", folder.toString());
        assertTrue(Files.exists(folder.resolve("gas-4-nfe6.json")));
    }
}
