package s4s.eval;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
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
    void learnedSolversStandBesideTheBestFixedOneAndTheirStart() {
        Table fixed = Scores.table();
        add(fixed, "ddim", "edm", 4, 8);
        add(fixed, "dpmpp-3m", "edm", 4, 5);
        add(fixed, "dpmpp-3m", "logsnr", 4, 6);
        add(fixed, "dpmpp-3m", "logsnr", 5, 3);
        Table learned = Scores.table();
        add(learned, "s4s-lms dpmpp-3m", "logsnr", 4, 4.5);
        add(learned, "s4s-lms ddim", "edm", 4, 4);
        add(learned, "s4s-alt dpmpp-3m", "logsnr", 5, 2);

        add(learned, "s4s-lms of fewer images", "edm", 4, 1);
        learned.intColumn("images").set(3, 50);

        Table versus = Scores.versusFixed(fixed, learned, "fd", java.util.List.of("s4s-lms", "s4s-alt dpmpp-3m"));
        assertEquals("[best fixed solver and grid, s4s-lms, best fixed solver and grid, s4s-alt dpmpp-3m]",
                versus.stringColumn("solver").asList().toString());
        assertEquals("[5.0, 4.0, 3.0, 2.0]", versus.doubleColumn("fd").asList().toString());

        learned = learned.first(3);
        Table improvement = Scores.improvement(fixed, learned, "fd", "s4s-lms");
        assertEquals("[dpmpp-3m, ddim]", improvement.stringColumn("start").asList().toString());
        assertEquals("[-25.0, -50.0]", improvement.doubleColumn("percent").asList().toString());
    }
}
