package s4s.app;

import s4s.io.Progress;

/** Who is told what a use-case does. */
public interface Output {

    /** A result, on standard output. */
    void print(String line);

    /** What the user should know beside the results, on standard error. */
    void note(String line);

    /** Shows how far a loop has come; the caller closes it. */
    Progress progress(String label);

    /** Tells nobody. */
    static Output none() {
        return new Output() {
            @Override
            public void print(String line) {}

            @Override
            public void note(String line) {}

            @Override
            public Progress progress(String label) {
                return Progress.none();
            }
        };
    }
}
