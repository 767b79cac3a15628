package s4s.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.grid.GridType;
import s4s.schedule.Edm;
import s4s.solver.Solver;
import s4s.solver.Solvers;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.Table;

class ScoresTest {

    private static void add(Table table, String solver, String grid, int nfe, double fd) {
        Row row = table.appendRow();
        row.setString("solver", solver);
        row.setString("grid", grid);
        row.setInt("nfe", nfe);
        row.setInt("images", 100);
        row.setDouble("fd", fd);
    }

    @Test
    void formerNamesAreReadAsTodays() {
        Table stored = Scores.table();
        add(stored, "s4s-alt dpmpp-3m", "edm", 4, 3);
        add(stored, "s4s-altitude", "edm", 4, 5);
        assertEquals(List.of("s4s-joint dpmpp-3m", "s4s-altitude"), Scores.current(stored).stringColumn("solver").asList());
        assertEquals("s4s-alt dpmpp-3m", stored.stringColumn("solver").get(0), "the table itself stays");
        Table newer = Scores.table();
        add(newer, "s4s-joint dpmpp-3m", "edm", 4, 2);
        Entry joint = new Entry("s4s-joint dpmpp-3m", "edm", Solvers.named("ddim").on(GridType.EDM, new Edm(), 4));
        assertEquals(stored.intColumn("images").get(0), (int) Scores.images(stored, joint));
        assertEquals(List.of(2.0), Scores.merged(stored, newer, List.of(joint)).doubleColumn("fd").asList());
        assertEquals(List.of(3.0), Scores.merged(stored, Scores.table(), List.of(joint)).doubleColumn("fd").asList());
    }

    @Test
    void learnedSolversStandBesideTheBestFixedOneAndTheirStart() {
        Table fixed = Scores.table();
        add(fixed, "ddim", "edm", 4, 8);
        add(fixed, "dpmpp-3m", "edm", 4, 5);
        add(fixed, "dpmpp-3m", "logsnr", 4, 6);
        add(fixed, "dpmpp-3m", "logsnr", 5, 3);
        Table learned = Scores.table();
        add(learned, "s4s-lms dpmpp-3m", "logsnr", 4, 4.5);
        add(learned, "s4s-lms ddim", "edm", 4, 4);
        add(learned, "s4s-joint dpmpp-3m", "logsnr", 5, 2);

        add(learned, "s4s-lms of fewer images", "edm", 4, 1);
        learned.intColumn("images").set(3, 50);

        Table versus = Scores.versusFixed(fixed, learned, "fd", List.of("s4s-lms", "s4s-joint dpmpp-3m"));
        assertEquals("[best fixed solver and grid, s4s-lms, best fixed solver and grid, s4s-joint dpmpp-3m]",
                versus.stringColumn("solver").asList().toString());
        assertEquals("[5.0, 4.0, 3.0, 2.0]", versus.doubleColumn("fd").asList().toString());

        learned = learned.first(3);
        Table improvement = Scores.improvement(fixed, learned, "fd", "s4s-lms");
        assertEquals("[dpmpp-3m, ddim]", improvement.stringColumn("start").asList().toString());
        assertEquals("[-25.0, -50.0]", improvement.doubleColumn("percent").asList().toString());
    }

    /** Several blocks are trusted to two standard deviations; a single one is of the same images and agrees to a percent. */
    @Test
    void liveNumbersAgreeWithStoredOnes() {
        Table stored = Scores.table();
        Table live = Scores.table();
        for (String solver : List.of("near", "far", "same", "other")) {
            add(stored, solver, "edm", 4, 9);
            add(live, solver, "edm", 4, switch (solver) {
                case "near" -> 10.9;
                case "far" -> 11.1;
                case "same" -> 10.05;
                default -> 10.2;
            });
        }
        for (int i = 0; i < 4; i++) {
            stored.intColumn("images").set(i, i < 2 ? 500 : 100);
            stored.intColumn("block").set(i, 100);
            stored.doubleColumn("block_fd").set(i, 10);
            stored.doubleColumn("block_fd_std").set(i, i < 2 ? 0.5 : Double.NaN);
        }
        Table agreement = Scores.agreement(live, stored);
        assertEquals(List.of("yes", "NO", "yes", "NO"), agreement.stringColumn("agree").asList());
        assertEquals(List.of(1.0, 1.0, 0.1, 0.1), agreement.doubleColumn("spread").asList());
    }

    /** What is measured for some solvers leaves the rows of others alone; rows of solvers that are gone go. */
    @Test
    void newRowsTakeThePlaceOfOldOnes() {
        Table older = Scores.table();
        add(older, "ddim", "edm", 4, 8);
        add(older, "gone", "edm", 4, 7);
        add(older, "ipndm-2", "edm", 4, 6);
        Table newer = Scores.table();
        add(newer, "ipndm-2", "edm", 4, 5);
        add(newer, "ipndm-2", "edm", 5, 4);
        Solver four = Solvers.named("ddim").on(GridType.EDM, new Edm(), 4);
        Solver five = Solvers.named("ddim").on(GridType.EDM, new Edm(), 5);
        Table merged = Scores.merged(older, newer, List.of(new Entry("ddim", "edm", four),
                new Entry("ipndm-2", "edm", four), new Entry("ipndm-2", "edm", five),
                new Entry("not yet", "edm", five)));
        assertEquals(List.of("ddim", "ipndm-2", "ipndm-2"), merged.stringColumn("solver").asList());
        assertEquals(List.of(4, 4, 5), merged.intColumn("nfe").asList());
        assertEquals(List.of(8.0, 5.0, 4.0), merged.doubleColumn("fd").asList());
    }
}
