package s4s.verify;

/**
 * How one case went.
 *
 * @param group the solver, or the kind of vectors
 * @param id name in the vectors
 * @param status how
 * @param error the relative error; NaN where there is none
 * @param note why it failed or was skipped; which array deviates most
 */
public record Result(String group, String id, Status status, double error, String note) {

    /** Passed, failed or skipped. */
    public enum Status {
        /** Within the tolerance. */
        PASSED,
        /** Outside the tolerance, or not computed. */
        FAILED,
        /** Not run, because the source of the vectors is known to be wrong. */
        SKIPPED
    }
}
