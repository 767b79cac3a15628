package s4s.benchmark;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** Which networks a benchmark is run on. */
public enum Profile {
    /** Small networks that this project trained; they run everywhere. */
    MINI,
    /** The networks of the papers. */
    PAPER;

    /** The one of S4S_PROFILE; mini unless set. */
    public static Profile ofEnvironment() {
        String id = System.getenv("S4S_PROFILE");
        return id == null || id.isBlank() ? MINI : named(id);
    }

    /** The name on the command line. */
    public String id() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * The profile called {@code id}.
     *
     * @throws IllegalArgumentException if there is none; the message lists the names
     */
    public static Profile named(String id) {
        return Arrays.stream(values()).filter(p -> p.id().equals(id)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("there is no profile '" + id + "'; known are "
                        + Arrays.stream(values()).map(Profile::id).collect(Collectors.joining(", "))));
    }
}
