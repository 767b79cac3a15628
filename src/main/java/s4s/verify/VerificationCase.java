package s4s.verify;

import java.io.IOException;
import java.util.Optional;

/**
 * One thing to check.
 *
 * @param group row of the report: the solver, or the kind of vectors
 * @param id name in the vectors
 * @param defect why the vectors' source is known to be wrong here; such a case is skipped
 * @param leastTolerance the error may be this large whatever the run's tolerance; 0 for nearly all
 * @param measurement computes the case
 */
record VerificationCase(String group, String id, Optional<String> defect, double leastTolerance, Measurement measurement) {

    /** Computes one case. */
    @FunctionalInterface
    interface Measurement {
        /**
         * @return the largest deviation
         * @throws IllegalArgumentException if the case cannot be computed or fails otherwise than by a deviation
         * @throws IOException if a file of the vectors is damaged, which ends the run
         */
        Deviation measure() throws IOException;
    }

    /** A case without a known defect or a tolerance of its own. */
    VerificationCase(String group, String id, Measurement measurement) {
        this(group, id, Optional.empty(), 0, measurement);
    }
}
