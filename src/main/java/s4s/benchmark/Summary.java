package s4s.benchmark;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import s4s.display.Figures;
import s4s.display.Plot;
import s4s.io.ResultsFile;
import tech.tablesaw.api.DoubleColumn;
import tech.tablesaw.api.IntColumn;
import tech.tablesaw.api.Row;
import tech.tablesaw.api.StringColumn;
import tech.tablesaw.api.Table;

/**
 * What learning gains, over all benchmarks, as ratios, in which our numbers and published ones can stand side by side:
 *
 * <pre>
 *   ratio = distance of a learned solver / distance of the best fixed solver with as many network calls
 * </pre>
 *
 * below 1 where learning helps. Ours is of FD (mini features), the lowest of all rows of a kind, at equal numbers of images;
 * the published one is of FID. Fixed solvers are those of a formula on a grid of a formula: published ones on grids that were
 * searched for the model ({@code UniPC+GITS}, {@code UniPC+DMN}) are not among them.
 *
 * @param ratios of all benchmarks, in their order
 */
public record Summary(List<Ratio> ratios) {

    /** A kind of learned solver, and how tables call it. */
    public enum Kind {
        /** Weights and times; beside it what is published of S4S-Alt, which learns the same by an algorithm of its own. */
        S4S_JOINT("S4S-joint", "s4s-joint ", "S4S-Alt"),
        /** Weights. */
        S4S("S4S", "s4s-lms ", "S4S"),
        /** Times. */
        LD3("LD3", "ld3 ", "LD3(best)"),
        /** Generalized Solver. */
        GS("GS", "gs ", "GS");

        private final String title;
        private final String ours;
        private final String published;

        Kind(String title, String ours, String published) {
            this.title = title;
            this.ours = ours;
            this.published = published;
        }

        /** The name of ours in tables. */
        public String title() {
            return title;
        }

        /** The name of the published one, without which of its variants. */
        public String publishedTitle() {
            return published.replaceFirst("\\(.*", "");
        }

        private String bothTitles() {
            return title.equals(publishedTitle()) ? title : title + " (published: " + publishedTitle() + ")";
        }
    }

    /**
     * One kind of learned solver against the best fixed one.
     *
     * @param benchmark its title
     * @param kind which learned solvers
     * @param nfe network calls
     * @param ours the ratio of our distances; NaN if there are none
     * @param published the ratio of published distances; NaN if there are none
     */
    public record Ratio(String benchmark, Kind kind, int nfe, double ours, double published) {}

    /** One kind is better than another, or than the best fixed solver. */
    private record Claim(Kind better, Optional<Kind> worse) {
        String text() {
            return better.bothTitles() + " is better than " + worse.map(Kind::title).orElse("the best fixed solver");
        }
    }

    private static final List<Claim> CLAIMS = List.of(
            new Claim(Kind.S4S_JOINT, Optional.empty()),
            new Claim(Kind.S4S, Optional.empty()),
            new Claim(Kind.LD3, Optional.empty()),
            new Claim(Kind.GS, Optional.empty()),
            new Claim(Kind.S4S_JOINT, Optional.of(Kind.S4S)),
            new Claim(Kind.S4S_JOINT, Optional.of(Kind.LD3)),
            new Claim(Kind.S4S_JOINT, Optional.of(Kind.GS)));

    /** Copies the list. */
    public Summary {
        ratios = List.copyOf(ratios);
    }

    /**
     * The summary of all stored results, see {@link Benchmark#file}. A benchmark without them has published ratios alone.
     *
     * @param repository root of the repository
     * @throws IOException if a table is damaged
     */
    public static Summary of(Path repository, List<Benchmark> benchmarks) throws IOException {
        List<Ratio> all = new ArrayList<>();
        for (Benchmark benchmark : benchmarks) {
            all.addAll(of(benchmark.title(), Scores.students(stored(benchmark.file(repository, Benchmark.Results.FIXED))),
                    stored(benchmark.file(repository, Benchmark.Results.LEARNED)), Published.of(repository, benchmark)));
        }
        return new Summary(all);
    }

    private static Table stored(Path csv) throws IOException {
        return Files.exists(csv) ? Scores.current(ResultsFile.read(csv).table()) : Scores.table();
    }

    /**
     * The ratios of one benchmark.
     *
     * @param benchmark its title
     * @param fixed scores of fixed solvers, see {@link Scores#table()}
     * @param learned scores of learned solvers; rows of other numbers of images than the fixed ones do not count
     * @param published see {@link Published}
     */
    public static List<Ratio> of(String benchmark, Table fixed, Table learned, Table published) {
        TreeSet<Integer> nfes = new TreeSet<>(fixed.intColumn("nfe").asList());
        nfes.addAll(published.intColumn("nfe").asList());
        List<Ratio> ratios = new ArrayList<>();
        for (Kind kind : Kind.values()) {
            for (int nfe : nfes) {
                double ours = ours(fixed, learned, kind, nfe);
                double theirs = published(published, kind, nfe);
                if (!Double.isNaN(ours) || !Double.isNaN(theirs)) {
                    ratios.add(new Ratio(benchmark, kind, nfe, ours, theirs));
                }
            }
        }
        return ratios;
    }

    private static double ours(Table fixed, Table learned, Kind kind, int nfe) {
        int images = fixed.stream().filter(row -> row.getInt("nfe") == nfe).mapToInt(row -> row.getInt("images")).max()
                .orElse(0);
        Predicate<Row> comparable = row -> row.getInt("nfe") == nfe && row.getInt("images") == images;
        return ratio(lowest(learned, comparable.and(row -> row.getString("solver").startsWith(kind.ours)), "fd"),
                lowest(fixed, comparable, "fd"));
    }

    private static double published(Table published, Kind kind, int nfe) {
        Predicate<Row> here = row -> row.getInt("nfe") == nfe;
        return ratio(lowest(published, here.and(row -> row.getString("method").equals(kind.published)), "fid"),
                lowest(published, here.and(row -> isFixed(row.getString("method"))), "fid"));
    }

    /** A published solver of a formula on a grid of a formula. */
    private static boolean isFixed(String method) {
        return method.matches("(DPM-Solver\\+\\+|UniPC|iPNDM)\\([0-9]M\\)");
    }

    private static OptionalDouble lowest(Table table, Predicate<Row> rows, String column) {
        return table.stream().filter(rows).mapToDouble(row -> row.getNumber(column)).min();
    }

    private static double ratio(OptionalDouble learned, OptionalDouble fixed) {
        return learned.isPresent() && fixed.isPresent() ? learned.getAsDouble() / fixed.getAsDouble() : Double.NaN;
    }

    /**
     * Columns benchmark, solver, nfe, ours, published: a row for each ratio; a missing one is empty. Where the published solver is
     * another than ours, each has its own name and row.
     */
    public Table table() {
        Table table = Table.create("summary", StringColumn.create("benchmark"), StringColumn.create("solver"),
                IntColumn.create("nfe"), DoubleColumn.create("ours"), DoubleColumn.create("published"));
        for (Ratio ratio : ratios) {
            Kind kind = ratio.kind;
            if (kind.title.equals(kind.publishedTitle())) {
                append(table, ratio, kind.title, ratio.ours, ratio.published);
            } else {
                append(table, ratio, kind.title, ratio.ours, Double.NaN);
                append(table, ratio, kind.publishedTitle(), Double.NaN, ratio.published);
            }
        }
        return table;
    }

    private static void append(Table table, Ratio ratio, String solver, double ours, double published) {
        if (Double.isNaN(ours) && Double.isNaN(published)) {
            return;
        }
        Row row = table.appendRow();
        row.setString("benchmark", ratio.benchmark);
        row.setString("solver", solver);
        row.setInt("nfe", ratio.nfe);
        row.setDouble("ours", ours);
        row.setDouble("published", published);
    }

    /**
     * Where the claims hold: in how many of the NFE that have the numbers. Columns claim, benchmark, ours, published, a row for
     * each claim and benchmark with at least one case; a cell without cases is empty.
     */
    public Table claims() {
        Table table = Table.create("claims", StringColumn.create("claim"), StringColumn.create("benchmark"),
                StringColumn.create("ours"), StringColumn.create("published"));
        for (Claim claim : CLAIMS) {
            for (String benchmark : ratios.stream().map(Ratio::benchmark).distinct().toList()) {
                String ours = holds(claim, benchmark, Ratio::ours);
                String published = holds(claim, benchmark, Ratio::published);
                if (!ours.isEmpty() || !published.isEmpty()) {
                    Row row = table.appendRow();
                    row.setString("claim", claim.text());
                    row.setString("benchmark", benchmark);
                    row.setString("ours", ours);
                    row.setString("published", published);
                }
            }
        }
        return table;
    }

    private String holds(Claim claim, String benchmark, ToDoubleFunction<Ratio> side) {
        int cases = 0;
        int held = 0;
        for (Ratio ratio : ratios) {
            if (ratio.kind == claim.better && ratio.benchmark.equals(benchmark)) {
                double worse = claim.worse.isEmpty() ? 1 : ratios.stream()
                        .filter(r -> r.kind == claim.worse.get() && r.benchmark.equals(benchmark) && r.nfe == ratio.nfe)
                        .mapToDouble(side).findFirst().orElse(Double.NaN);
                double gap = worse - side.applyAsDouble(ratio);
                cases += Double.isNaN(gap) ? 0 : 1;
                held += gap > 0 ? 1 : 0;
            }
        }
        return cases == 0 ? "" : held + " of " + cases;
    }

    /**
     * The ratios of one kind over NFE, a line for each benchmark.
     *
     * @param published whether of published distances; else of ours
     * @throws IllegalArgumentException if there is none
     */
    public Plot figure(Kind kind, boolean published) {
        ToDoubleFunction<Ratio> side = published ? Ratio::published : Ratio::ours;
        Table table = Table.create("ratios", StringColumn.create("benchmark"), IntColumn.create("nfe"),
                DoubleColumn.create("ratio"));
        ratios.stream().filter(r -> r.kind == kind && !Double.isNaN(side.applyAsDouble(r))).forEach(r -> {
            Row row = table.appendRow();
            row.setString("benchmark", r.benchmark);
            row.setInt("nfe", r.nfe);
            row.setDouble("ratio", side.applyAsDouble(r));
        });
        return Figures.lines(table, "nfe", "ratio", "benchmark",
                (published ? kind.publishedTitle() : kind.title) + " over the best fixed solver, "
                + (published ? "published FID" : "FD (mini features)")).xTitle("NFE").yTitle("ratio");
    }
}
