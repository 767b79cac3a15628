package s4s.verify;

import java.io.IOException;
import java.util.List;

/** What is checked with one kind of file. */
interface Check {

    /** The file that it needs; where it is absent, the check has nothing to do. */
    String file();

    /**
     * The cases in the vectors, in a fixed order. Nothing is computed yet.
     *
     * @throws IOException if the file is damaged
     */
    List<VerificationCase> cases() throws IOException;
}
