package s4s.kernel;

/** What arrived is no message of the Jupyter protocol, or was signed with another key. */
final class DamagedMessage extends Exception {

    private static final long serialVersionUID = 1L;

    DamagedMessage(String reason) {
        super(reason);
    }
}
