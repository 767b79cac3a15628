package s4s.solver;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** The methods by name, for the command line and notebooks. */
public final class Solvers {

    private static final List<Method> ALL = List.of(
            Multistep.ddim(),
            Multistep.ipndm(2),
            Multistep.ipndm(3),
            Multistep.ipndm(4),
            Multistep.dpmSolverPP(2),
            Multistep.dpmSolverPP(3),
            PredictorCorrector.uniPC(2, PredictorCorrector.B.BH1),
            PredictorCorrector.uniPC(2, PredictorCorrector.B.BH2),
            PredictorCorrector.uniPC(3, PredictorCorrector.B.BH1),
            PredictorCorrector.uniPC(3, PredictorCorrector.B.BH2));

    /** Other names of the same numbers. */
    private static final Map<String, String> ALIASES = Map.of("euler", "ddim", "ipndm-1", "ddim");

    private Solvers() {}

    /** All methods, in the order in which tables show them. */
    public static List<Method> all() {
        return ALL;
    }

    /**
     * The method of a name; {@code euler} and {@code ipndm-1} are {@code ddim}.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the known ones
     */
    public static Method named(String name) {
        String known = ALIASES.getOrDefault(name, name);
        return ALL.stream().filter(method -> method.name().equals(known)).findFirst().orElseThrow(() ->
                new IllegalArgumentException("There is no solver \"" + name + "\"; known are "
                        + ALL.stream().map(Method::name).collect(Collectors.joining(", ")) + "."));
    }
}
