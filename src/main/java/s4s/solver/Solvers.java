package s4s.solver;

import static s4s.solver.LowerOrderFinal.ALWAYS;
import static s4s.solver.LowerOrderFinal.BELOW_10;
import static s4s.solver.LowerOrderFinal.NEVER;
import static s4s.solver.Multistep.Correction.PUBLISHED;
import static s4s.solver.Multistep.Correction.TAYLOR;
import static s4s.solver.Multistep.Correction.THIRD_ORDER;
import static s4s.solver.PredictorCorrector.B.BH1;
import static s4s.solver.PredictorCorrector.B.BH2;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The methods by name, for the command line and notebooks. */
public final class Solvers {

    private static final String ANALYTIC = "-afs";

    private static final List<Method> BASELINES = List.of(
            Multistep.ddim(),
            Multistep.ipndm(2),
            Multistep.ipndm(3),
            Multistep.ipndm(4),
            Multistep.dpmSolverPP(2),
            Multistep.dpmSolverPP(3),
            PredictorCorrector.uniPC(2, BH1),
            PredictorCorrector.uniPC(2, BH2),
            PredictorCorrector.uniPC(3, BH1),
            PredictorCorrector.uniPC(3, BH2));

    private static final List<Method> ALL = Stream.concat(BASELINES.stream(), Stream.of(
            SingleStep.heun(),
            SingleStep.dpmSolver(2),
            SingleStep.dpmSolver(3),
            SingleStep.dpmSolver2(0.5),
            SingleStep.dpmSolverPP(2),
            SingleStep.dpmSolverPP(3),
            SingleStep.dpmSolverPP2Midpoint(),
            Multistep.dpmSolver(2, ALWAYS),
            Multistep.dpmSolver(3, ALWAYS),
            Multistep.dpmSolverPP(2, NEVER),
            Multistep.dpmSolverPP(3, NEVER),
            Multistep.dpmSolverPP(2, BELOW_10),
            Multistep.dpmSolverPP(3, BELOW_10),
            Multistep.dpmSolverPP(2, ALWAYS, TAYLOR),
            Multistep.dpmSolverPP(3, ALWAYS, TAYLOR),
            Multistep.dpmSolverPP(3, NEVER, TAYLOR),
            Multistep.dpmSolverPP(3, NEVER, THIRD_ORDER),
            PredictorCorrector.uniPC(1, BH1),
            PredictorCorrector.uniPC(1, BH2),
            PredictorCorrector.uniPC(2, BH1, Prediction.NOISE),
            PredictorCorrector.uniPC(2, BH2, Prediction.NOISE),
            PredictorCorrector.uniPC(3, BH1, Prediction.NOISE),
            PredictorCorrector.uniPC(3, BH2, Prediction.NOISE),
            Multistep.adamsBashforth(2),
            Multistep.adamsBashforth(3),
            Multistep.adamsBashforth(4),
            Deis.tAB(1),
            Deis.tAB(2),
            Deis.tAB(3),
            DpmSolverV3.of(2, false, DpmSolverV3.Derivatives.INTERPOLATED),
            DpmSolverV3.of(3, true, DpmSolverV3.Derivatives.INTERPOLATED),
            DpmSolverV3.of(3, true, DpmSolverV3.Derivatives.PSEUDO))).toList();

    /** Known by name, but not shown in tables: combinations of what tables show. */
    private static final List<Method> COMBINATIONS = combinations();

    /** Other names of the same numbers, most of them those of k-diffusion. */
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("euler", "ddim"),
            Map.entry("ipndm-1", "ddim"),
            Map.entry("ab-1", "ddim"),
            Map.entry("lms", "ab-4"),
            Map.entry("dpm2", "dpm-2s-ld3"),
            Map.entry("dpm-fast", "dpm-3s"),
            Map.entry("dpm++2s", "dpmpp-2s-mid"),
            Map.entry("dpm++2m", "dpmpp-2m-nolof"),
            Map.entry("dpm++3m", "dpmpp-3m-taylor-nolof"));

    private Solvers() {}

    /** The whole catalogue, in the order in which tables show it. */
    public static List<Method> all() {
        return ALL;
    }

    /** The ten methods that learned solvers are usually compared with. */
    public static List<Method> baselines() {
        return BASELINES;
    }

    /**
     * The method of a name: one of {@link #all()}, a combination such as {@code dpm-3m-nolof} or
     * {@code dpmpp-2m-taylor-below10}, a name of k-diffusion such as {@code lms} or {@code dpm++2m}, and any of them with
     * {@code -afs} for the analytic first step.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the catalogue
     */
    public static Method named(String name) {
        if (name.endsWith(ANALYTIC)) {
            return named(name.substring(0, name.length() - ANALYTIC.length())).analyticFirstStep();
        }
        String known = ALIASES.getOrDefault(name, name);
        return Stream.concat(ALL.stream(), COMBINATIONS.stream()).filter(method -> method.name().equals(known)).findFirst()
                .orElseThrow(() -> new IllegalArgumentException("There is no solver \"" + name + "\"; known are "
                        + ALL.stream().map(Method::name).collect(Collectors.joining(", ")) + "."));
    }

    private static List<Method> combinations() {
        List<Method> methods = new ArrayList<>();
        for (LowerOrderFinal lower : LowerOrderFinal.values()) {
            for (int order = 2; order <= 3; order++) {
                for (Multistep.Correction correction : order == 3
                        ? List.of(PUBLISHED, TAYLOR, THIRD_ORDER) : List.of(PUBLISHED, TAYLOR)) {
                    methods.add(Multistep.dpmSolver(order, lower, correction));
                    methods.add(Multistep.dpmSolverPP(order, lower, correction));
                }
            }
        }
        for (PredictorCorrector.B b : PredictorCorrector.B.values()) {
            methods.add(PredictorCorrector.uniPC(1, b, Prediction.NOISE));
            methods.add(PredictorCorrector.uniPC(4, b));
        }
        for (DpmSolverV3.Derivatives derivatives : DpmSolverV3.Derivatives.values()) {
            methods.add(DpmSolverV3.of(2, true, derivatives));
            methods.add(DpmSolverV3.of(3, false, derivatives));
        }
        return methods;
    }
}
