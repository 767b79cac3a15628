package s4s.sampling;

/** A computation whose numbers are not finite any more. Any other fault has another exception. */
public final class DivergedException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    /** @param message what is not finite, and where */
    public DivergedException(String message) {
        super(message);
    }

    /**
     * @param message what is not finite, and where
     * @param cause the exception that told of it
     */
    public DivergedException(String message, Throwable cause) {
        super(message, cause);
    }
}
