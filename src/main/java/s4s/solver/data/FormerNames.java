package s4s.solver.data;

import java.util.regex.Pattern;
import s4s.io.Provenance;

/**
 * Names that files of version 1 have for what is called otherwise now: {@code s4s-alt} is the algorithm of the S4S paper, and
 * the family that learns weights and times together, which had that name, is {@code s4s-joint}.
 */
public final class FormerNames {

    /** What the joint family was called. */
    public static final String ALT = "s4s-alt";

    /** What it is called. */
    public static final String JOINT = "s4s-joint";

    private static final Pattern FORMER = Pattern.compile("^" + ALT + "(?![^ -])");

    private FormerNames() {}

    /** Today's name of a family, or of what is named after its family, such as {@code s4s-alt dpmpp-3m}. */
    public static String current(String name) {
        return FORMER.matcher(name).replaceFirst(JOINT);
    }

    /** The same with today's name of the family. */
    static Provenance current(Provenance provenance) {
        return provenance.recipe().getOrDefault("family", "").equals(ALT) ? provenance.with("family", JOINT) : provenance;
    }
}
