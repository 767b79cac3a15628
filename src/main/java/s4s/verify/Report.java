package s4s.verify;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * How a verification went.
 *
 * @param results one for each case
 * @param absent files that the vectors do not have
 */
public record Report(List<Result> results, List<String> absent) {

    private static final int LISTED = 20;

    public Report {
        results = List.copyOf(results);
        absent = List.copyOf(absent);
    }

    /** The number of cases that went so. */
    public long count(Result.Status status) {
        return count(results, status);
    }

    /** Prints a table by group, the first failures, and {@code N passed, N failed, N skipped} as the last line. */
    public void print(PrintWriter out) {
        Map<String, List<Result>> groups = results.stream()
                .collect(Collectors.groupingBy(Result::group, LinkedHashMap::new, Collectors.toList()));
        int width = groups.keySet().stream().mapToInt(String::length).max().orElse(0);
        String row = "%-" + Math.max(width, 6) + "s  %5s  %6s  %11s  %s%n";
        out.printf(Locale.ROOT, row, "solver", "cases", "passed", "worst error", "skipped");
        groups.forEach((group, cases) -> out.printf(Locale.ROOT, row, group, cases.size(), count(cases, Result.Status.PASSED),
                worst(cases), skipped(cases)));
        absent.forEach(file -> out.println("absent: " + file));
        List<Result> failed = results.stream().filter(r -> r.status() == Result.Status.FAILED).toList();
        if (!failed.isEmpty()) {
            out.println("failed" + (failed.size() > LISTED ? " (the first " + LISTED + " of " + failed.size() + ")" : "") + ":");
            failed.stream().limit(LISTED).forEach(r -> out.println("  " + r.id() + ": "
                    + (Double.isNaN(r.error()) ? "" : "error " + text(r.error()) + " in ") + r.note()));
        }
        out.println(count(Result.Status.PASSED) + " passed, " + failed.size() + " failed, " + count(Result.Status.SKIPPED)
                + " skipped");
        out.flush();
    }

    private static long count(List<Result> results, Result.Status status) {
        return results.stream().filter(r -> r.status() == status).count();
    }

    private static String worst(List<Result> cases) {
        return cases.stream().filter(r -> !Double.isNaN(r.error())).mapToDouble(Result::error).max().stream()
                .mapToObj(Report::text).findFirst().orElse("");
    }

    private static String skipped(List<Result> cases) {
        return cases.stream().filter(r -> r.status() == Result.Status.SKIPPED)
                .collect(Collectors.groupingBy(Result::note, LinkedHashMap::new, Collectors.counting())).entrySet().stream()
                .map(e -> e.getValue() + ": " + e.getKey()).collect(Collectors.joining("; "));
    }

    private static String text(double error) {
        return String.format(Locale.ROOT, "%.1e", error);
    }
}
