package s4s.kernel;

import java.util.List;

/** A cell that failed for a reason that has no exception of its own: it did not compile, or it threw an error. */
final class CellException extends Exception {

    private static final long serialVersionUID = 1L;

    private final List<String> details;

    /**
     * @param message one line
     * @param details what the reader of the notebook sees, line by line
     */
    CellException(String message, List<String> details) {
        super(message);
        this.details = List.copyOf(details);
    }

    /** An {@link Error} of the cell: the kernel's base class reports exceptions only. */
    CellException(Throwable error) {
        super(error.toString(), error);
        this.details = List.of();
    }

    List<String> details() {
        return details;
    }
}
