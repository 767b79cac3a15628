package s4s.verify;

/** A name in the vectors that nothing here has a meaning for: such a case is skipped, with this as the reason. */
final class UnknownNameException extends IllegalArgumentException {

    private static final long serialVersionUID = 1;

    UnknownNameException(String message) {
        super(message);
    }
}
