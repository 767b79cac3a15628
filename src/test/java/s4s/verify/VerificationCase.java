package s4s.verify;

import java.io.IOException;
import java.util.Objects;
import java.util.Optional;

/**
 * One vector to check.
 *
 * @param id name in the vectors
 * @param defect why the vector's source is known to be wrong here; such a case is skipped
 * @param tolerance largest error that passes
 * @param measurement computes the case
 */
record VerificationCase(String id, Optional<String> defect, double tolerance, Measurement measurement) {

    /** The tolerance that a correct float64 implementation keeps. */
    static final double TOLERANCE = 1e-9;

    /** Computes one case. */
    @FunctionalInterface
    interface Measurement {
        /**
         * @return the largest deviation
         * @throws UnknownNameException if a name in it is not known here
         * @throws IllegalArgumentException if the case cannot be computed
         * @throws IOException if a file of the vectors is damaged
         */
        Deviation measure() throws IOException;
    }

    /** A case without a known defect or a tolerance of its own. */
    VerificationCase(String id, Measurement measurement) {
        this(id, Optional.empty(), TOLERANCE, measurement);
    }

    /** A case that fails. */
    static VerificationCase failing(String id, Exception reason) {
        return new VerificationCase(id, () -> {
            throw new IllegalArgumentException(reason.getMessage(), reason);
        });
    }

    /** Computes the case. Whatever a vector brings along fails that vector alone. */
    Result result() {
        if (defect.isPresent()) {
            return new Result(id, Result.Status.SKIPPED, defect.get());
        }
        try {
            Deviation deviation = measurement.measure();
            boolean passed = deviation.error() <= tolerance;
            return new Result(id, passed ? Result.Status.PASSED : Result.Status.FAILED, deviation.toString());
        } catch (UnknownNameException e) {
            return new Result(id, Result.Status.SKIPPED, "unknown name: " + e.getMessage());
        } catch (RuntimeException | IOException e) {
            String message = Objects.requireNonNullElse(e.getMessage(), e.getClass().getSimpleName());
            return new Result(id, Result.Status.FAILED, message.replaceAll("\\s*\\R\\s*", " "));
        }
    }
}
