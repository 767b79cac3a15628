package s4s.verify;

import java.io.PrintStream;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * How one case went.
 *
 * @param id name in the vectors
 * @param status passed, failed or skipped
 * @param note what deviates most from what; why it failed or was skipped
 */
record Result(String id, Status status, String note) {

    enum Status {
        /** Within the tolerance. */
        PASSED,
        /** Outside the tolerance, or not computed. */
        FAILED,
        /** Not run: the source of the vector is known to be wrong, or its name is not known here. */
        SKIPPED
    }

    @Override
    public String toString() {
        return id + ": " + note;
    }

    /** Prints a line for each reason to skip, one for each failure, and {@code N passed, N failed, N skipped} as the last. */
    static void print(Collection<Result> results, PrintStream out) {
        Map<String, Long> skipped = results.stream().filter(r -> r.status == Status.SKIPPED)
                .collect(Collectors.groupingBy(Result::note, TreeMap::new, Collectors.counting()));
        skipped.forEach((reason, count) -> out.println("skipped " + count + ": " + reason));
        results.stream().filter(r -> r.status == Status.FAILED).forEach(r -> out.println("failed " + r));
        out.println(count(results, Status.PASSED) + " passed, " + count(results, Status.FAILED) + " failed, "
                + count(results, Status.SKIPPED) + " skipped");
        out.flush();
    }

    private static long count(Collection<Result> results, Status status) {
        return results.stream().filter(r -> r.status == status).count();
    }
}
