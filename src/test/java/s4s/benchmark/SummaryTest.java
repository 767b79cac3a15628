package s4s.benchmark;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.display.Plot;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/** Ratios of small tables, by hand. */
class SummaryTest {

    private static void add(Table table, String solver, int nfe, int images, double fd) {
        Row row = table.appendRow();
        row.setString("solver", solver);
        row.setInt("nfe", nfe);
        row.setInt("images", images);
        row.setDouble("fd", fd);
    }

    private static void publish(Table table, String method, int nfe, double fid) {
        Row row = table.appendRow();
        row.setString("method", method);
        row.setInt("nfe", nfe);
        row.setDouble("fid", fid);
    }

    private static Summary small() {
        Table fixed = Scores.table();
        add(fixed, "ddim", 4, 100, 10);
        add(fixed, "dpmpp-3m", 4, 100, 8);
        add(fixed, "dpmpp-3m", 5, 100, 4);
        add(fixed, "ddim", 5, 50, 1);                        // of fewer images: no yardstick
        Table learned = Scores.table();
        add(learned, "s4s-joint dpmpp-3m", 4, 100, 4);
        add(learned, "s4s-lms ddim", 4, 100, 6);
        add(learned, "s4s-lms dpmpp-3m", 4, 100, 5);
        add(learned, "s4s-joint dpmpp-3m", 5, 100, 5);
        add(learned, "ld3 dpmpp-3m", 5, 50, 1);              // not comparable
        Table published = Table.create(StringColumn.create("method"), IntColumn.create("nfe"), DoubleColumn.create("fid"));
        publish(published, "UniPC(3M)", 4, 40);
        publish(published, "iPNDM(3M)", 4, 20);
        publish(published, "UniPC+GITS", 4, 2);              // a searched grid
        publish(published, "Teacher(UniPC-3 logSNR 20 NFE)", 4, 2);
        publish(published, "S4S-Alt", 4, 5);
        publish(published, "LD3(best)", 4, 30);
        publish(published, "S4S-Alt", 7, 3);                 // nothing fixed to compare with
        return new Summary(Summary.of("Small", fixed, learned, published));
    }

    @Test
    void ratiosOfDistances() {
        assertEquals(List.of(
                new Summary.Ratio("Small", Summary.Kind.S4S_JOINT, 4, 0.5, 0.25),
                new Summary.Ratio("Small", Summary.Kind.S4S_JOINT, 5, 1.25, Double.NaN),
                new Summary.Ratio("Small", Summary.Kind.S4S, 4, 0.625, Double.NaN),
                new Summary.Ratio("Small", Summary.Kind.LD3, 4, Double.NaN, 1.5)), small().ratios());
        Table table = small().table();
        assertEquals(List.of("S4S-joint", "S4S-Alt", "S4S-joint", "S4S", "LD3"), table.stringColumn("solver").asList());
        assertEquals("[0.5, NaN, 1.25, 0.625, NaN]", Arrays.toString(table.doubleColumn("ours").asDoubleArray()));
        assertEquals("[NaN, 0.25, NaN, NaN, 1.5]", Arrays.toString(table.doubleColumn("published").asDoubleArray()));
    }

    @Test
    void claimsAreCounted() {
        Table claims = small().claims();
        assertEquals(List.of("S4S-joint (published: S4S-Alt) is better than the best fixed solver", "S4S is better than the best fixed solver",
                "LD3 is better than the best fixed solver", "S4S-joint (published: S4S-Alt) is better than S4S",
                "S4S-joint (published: S4S-Alt) is better than LD3"),
                claims.stringColumn("claim").asList());
        assertEquals(List.of("1 of 2", "1 of 1", "", "1 of 1", ""), claims.stringColumn("ours").asList());
        assertEquals(List.of("1 of 1", "", "0 of 1", "", "1 of 1"), claims.stringColumn("published").asList());
    }

    private static String trace(Plot plot, String axis) {
        return plot.json().getAsJsonArray("data").get(0).getAsJsonObject().get(axis).toString();
    }

    @Test
    void aFigureHasALineForEachBenchmark() {
        Plot ours = small().figure(Summary.Kind.S4S_JOINT, false);
        assertEquals("[4,5] [0.5,1.25]", trace(ours, "x") + " " + trace(ours, "y"));
        assertTrue(ours.title().contains("FD (mini features)"), ours.title());
        Plot published = small().figure(Summary.Kind.S4S_JOINT, true);
        assertEquals("[4] [0.25]", trace(published, "x") + " " + trace(published, "y"));
        assertTrue(published.title().startsWith("S4S-Alt") && published.title().contains("published FID"), published.title());
    }

    /** The published side of the repository's own table, by hand from data/paper/paper-fid.csv. */
    @Test
    void readsTheStoredResults() throws IOException {
        Summary summary = Summary.of(Path.of(""), new Benchmarks(Path.of("data/benchmarks")).all(Profile.MINI));
        Summary.Ratio alt = summary.ratios().stream().filter(r -> r.benchmark().equals("CIFAR-10")
                && r.kind() == Summary.Kind.S4S_JOINT && r.nfe() == 6).findFirst().orElseThrow();
        assertTrue(alt.ours() > 0.3 && alt.ours() < 1.2, "" + alt);
        assertEquals(2.67 / 11.80, alt.published(), 1e-12);
        assertEquals(6, summary.ratios().stream().map(Summary.Ratio::benchmark).distinct().count());
    }
}
