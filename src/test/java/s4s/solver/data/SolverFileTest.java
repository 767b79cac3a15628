package s4s.solver.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import s4s.grid.GridType;
import s4s.io.BadFileException;
import s4s.io.Provenance;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import s4s.solver.Stage;

/** Solver files: exact, whole, and clear about what is wrong with them. */
class SolverFileTest {

    @TempDir
    private Path folder;

    /** Bits of every number of every method; record equality compares doubles by {@code Double.compare}. */
    @Test
    void everyMethodComesBackToTheBit() throws IOException {
        for (NoiseSchedule schedule : List.of(new Edm(), new VpLinear(), Discrete.stableDiffusion())) {
            for (Method method : Solvers.baselines()) {
                roundTrip(SolverFile.of(method.on(GridType.LOGSNR, schedule, 6), schedule,
                        Provenance.of("test").with("a", 1).note("b", "c \"d\" \\ é")));
            }
        }
    }

    @Test
    void numbersThatAreHardToWriteComeBackToo() throws IOException {
        double tiny = Double.MIN_VALUE;
        Solver solver = new Solver("odd \"name\"", Prediction.DATA, List.of(
                new Stage(Math.PI * 1e30, 1 / 3.0, new double[0], new double[0]),
                new Stage(1.1, Math.nextUp(1.1), new double[] {-0.0}, new double[] {tiny}),
                new Stage(0, Double.NaN, new double[] {0.1 + 0.2, -1e-300}, new double[] {1e300, 2e-5})));
        SolverFile back = roundTrip(SolverFile.of(solver, new Edm(), Provenance.of("test")));
        assertEquals(Double.doubleToRawLongBits(-0.0),
                Double.doubleToRawLongBits(back.solver().stages().get(1).states()[0]));
    }

    /** Version 1 called the joint family s4s-alt; a solver of another kind keeps the name that it has. */
    @Test
    void aFamilysFormerNameIsReadAsTodays() throws IOException {
        Solver solver = Solvers.named("dpmpp-2m").on(GridType.LOGSNR, new Edm(), 3).named("s4s-alt-dpmpp-2m-logsnr-nfe3");
        Path path = folder.resolve("x.json");
        SolverFile.of(solver, new Edm(), Provenance.of("test").with("family", "s4s-alt").with("start", "dpmpp-2m")).write(path);
        SolverFile back = SolverFile.read(path);
        assertEquals("{family=s4s-joint, start=dpmpp-2m}", back.provenance().recipe().toString());
        assertEquals(solver.named("s4s-joint-dpmpp-2m-logsnr-nfe3"), back.solver());
        SolverFile other = SolverFile.of(solver, new Edm(), Provenance.of("test").with("family", "mine"));
        assertEquals(other, roundTrip(other));
    }

    private SolverFile roundTrip(SolverFile file) throws IOException {
        Path path = folder.resolve("x.json");
        file.write(path);
        SolverFile back = SolverFile.read(path);
        assertEquals(file, back);
        assertEquals(file.json(), back.json());
        return back;
    }

    @Test
    void refusesWithOneLineThatNamesTheFault() throws IOException {
        String good = SolverFile.of(Solvers.named("dpmpp-2m").on(GridType.LOGSNR, new Edm(), 3), new Edm(),
                Provenance.of("test")).json();
        for (int length = 1; length < good.length() - 2; length += 97) {
            refuses("truncated", good.substring(0, length));
        }
        refuses("is empty", "");
        refuses("holds a list", "[1]");
        refuses("is not JSON at line 1 column", "not json");
        refuses("goes on after", good + "{}");
        refuses("format is missing", good.replace("\"format\"", "\"form\""));
        refuses("no solver file", good.replace("\"s4s-solver\"", "\"other\""));
        refuses("version is 2", good.replace("\"version\": 1", "\"version\": 2"));
        refuses("version is 1.5", good.replace("\"version\": 1", "\"version\": 1.5"));
        refuses("not NOISE or DATA", good.replace("\"DATA\"", "\"BOTH\""));
        refuses("nodes[1].sigma is missing", good.replaceFirst("(?s)(\"sigma\".*?)\"sigma\"", "$1\"x\""));
        refuses("nodes[0].time is missing", good.replaceFirst("\"time\"", "\"x\""));
        refuses("nodes[0].sigma is a text", good.replaceFirst("\"sigma\":80.0", "\"sigma\":\"80\""));
        refuses("is not JSON at line", good.replaceFirst("\"sigma\":80.0", "\"sigma\":NaN"));
        refuses("beyond the range of float64", good.replaceFirst("\"sigma\":80.0", "\"sigma\":1e999"));
        refuses("must have 0 weights", good.replaceFirst("\"states\":\\[\\]", "\"states\":[1]"));
        refuses("lies at noise level -80.0", good.replaceFirst("\"sigma\":80.0", "\"sigma\":-80"));
        refuses("schedule.start is missing", good.replace("\"start\"", "\"x\""));
        refuses("recipe", good.replace("\"recipe\"", "\"x\""));
        assertTrue(assertThrows(BadFileException.class, () -> SolverFile.read(folder.resolve("none.json"))).getMessage()
                .contains("no such file"));
        assertThrows(BadFileException.class, () -> SolverFile.read(folder));
        Path binary = Files.write(folder.resolve("b.json"), new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        assertTrue(assertThrows(BadFileException.class, () -> SolverFile.read(binary)).getMessage().contains("not text"));
    }

    private void refuses(String expected, String text) throws IOException {
        Path path = Files.writeString(folder.resolve("bad.json"), text);
        String message = assertThrows(BadFileException.class, () -> SolverFile.read(path), expected).getMessage();
        assertTrue(message.contains("bad.json") && message.contains(expected) && message.lines().count() == 1, message);
    }

    @Test
    void runsOnlyOnItsOwnSchedule() {
        Solver solver = Solvers.named("ddim").on(GridType.LOGSNR, new Edm(), 3);
        SolverFile file = SolverFile.of(solver, new Edm(), Provenance.of("test"));
        assertEquals(solver, file.on(new Edm(0.001, 200)));          // another range, but levels mean the same
        String message = assertThrows(IllegalArgumentException.class, () -> file.on(new VpLinear())).getMessage();
        assertTrue(message.contains("Edm[") && message.contains("VpLinear["), message);
        SolverFile vp = SolverFile.of(solver, new VpLinear(), Provenance.of("test"));
        assertThrows(IllegalArgumentException.class, () -> vp.on(new VpLinear(0.1, 15, 1e-3)));
        assertEquals(Discrete.stableDiffusion().toString(), ScheduleView.of(solver, Discrete.stableDiffusion()).name());
    }

    @Test
    void oneSourceForNamesAndFiles() throws IOException {
        Path path = folder.resolve("mine.json");
        SolverSource named = SolverSource.of("unipc-3-bh1", Optional.of("edm"), Optional.of(4));
        Solver solver = named.on(new Edm());
        named.file(Optional.empty(), new Edm(), "test").write(path);
        assertEquals(solver, Solvers.named("unipc-3-bh1").on(GridType.EDM, new Edm(), 4));
        SolverSource stored = SolverSource.of(path.toString());
        assertEquals(solver, stored.on(new Edm()));
        assertEquals(solver, SolverSource.of(path.toString(), Optional.empty(), Optional.of(4)).on(new Edm()));
        assertEquals("edm", stored.file(Optional.empty(), new Edm(), "").provenance().recipe().get("grid"));
        assertThrows(IllegalArgumentException.class, () -> stored.on(new VpLinear()));
        assertThrows(IllegalArgumentException.class, () -> SolverSource.of(path.toString(), Optional.empty(), Optional.of(5)));
        assertThrows(IllegalArgumentException.class,
                () -> SolverSource.of(path.toString(), Optional.of("edm"), Optional.empty()));
        assertThrows(IllegalArgumentException.class, () -> SolverSource.of("nobody"));
        assertThrows(BadFileException.class, () -> SolverSource.of(folder.resolve("none.json").toString()));
    }
}
