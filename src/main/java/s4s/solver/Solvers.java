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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.regex.Pattern;
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

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9+._-]*");

    private Solvers() {}

    /** The methods of this library, in the order in which tables show them. */
    public static List<Method> all() {
        return ALL;
    }

    /** The ten methods that learned solvers are usually compared with. */
    public static List<Method> baselines() {
        return BASELINES;
    }

    /**
     * The methods that jars on the class path bring along; see {@link MethodProvider}.
     *
     * @throws IllegalArgumentException if one cannot be loaded, or has a name that is taken or is none; the message says which
     */
    public static List<Method> provided() {
        return provided(ServiceLoader.load(MethodProvider.class));
    }

    static List<Method> provided(Iterable<MethodProvider> providers) {
        Map<String, Method> methods = new LinkedHashMap<>();
        try {
            for (MethodProvider provider : providers) {
                for (Method method : provider.methods()) {
                    requireNew(method.name(), provider, methods.keySet());
                    methods.put(method.name(), method);
                }
            }
        } catch (ServiceConfigurationError | LinkageError e) {
            throw new IllegalArgumentException("A solver method of the class path cannot be loaded: " + e.getMessage(), e);
        }
        return List.copyOf(methods.values());
    }

    private static void requireNew(String name, MethodProvider provider, Set<String> others) {
        String of = "The solver method \"" + name + "\" of " + provider.getClass().getName();
        if (!NAME.matcher(name).matches() || name.endsWith(ANALYTIC) || name.endsWith(".json")) {
            throw new IllegalArgumentException(of + " needs a name of letters, digits and - + . _ that does not end in "
                    + ANALYTIC + " or .json.");
        }
        if (others.contains(name) || ALIASES.containsKey(name) || builtIn(name).isPresent()) {
            throw new IllegalArgumentException(of + " has a name that is taken; choose another.");
        }
    }

    /**
     * The method of a name: one of {@link #all()}, a combination such as {@code dpm-3m-nolof} or
     * {@code dpmpp-2m-taylor-below10}, a name of k-diffusion such as {@code lms} or {@code dpm++2m}, one that is
     * {@link #provided()}, and any of them with {@code -afs} for the analytic first step.
     *
     * @throws IllegalArgumentException for an unknown name; the message lists the catalogue
     */
    public static Method named(String name) {
        return named(name, List.of());
    }

    /**
     * {@link #named(String)}, with methods of one's own that are not on the class path, such as those of a notebook's cell.
     *
     * @param name a name
     * @param own methods that are known as well; they come first
     */
    public static Method named(String name, List<Method> own) {
        if (name.endsWith(ANALYTIC)) {
            return named(name.substring(0, name.length() - ANALYTIC.length()), own).analyticFirstStep();
        }
        return of(name, own).or(() -> builtIn(name)).or(() -> of(name, provided()))
                .orElseThrow(() -> new IllegalArgumentException("There is no solver \"" + name + "\"; known are "
                        + Stream.of(ALL, own, provided()).flatMap(List::stream).map(Method::name)
                                .collect(Collectors.joining(", ")) + "."));
    }

    private static Optional<Method> builtIn(String name) {
        String known = ALIASES.getOrDefault(name, name);
        return of(known, ALL).or(() -> of(known, COMBINATIONS));
    }

    private static Optional<Method> of(String name, List<Method> methods) {
        return methods.stream().filter(method -> method.name().equals(name)).findFirst();
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
