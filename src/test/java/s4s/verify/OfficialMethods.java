package s4s.verify;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import s4s.io.NpyArray;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Deis;
import s4s.solver.DpmSolverV3;
import s4s.solver.LowerOrderFinal;
import s4s.solver.Method;
import s4s.solver.Multistep;
import s4s.solver.Prediction;
import s4s.solver.PredictorCorrector;
import s4s.solver.SingleStep;
import s4s.solver.WeightedMultistep;

/**
 * Our methods for the names under which golden vectors list the public implementations: a family and an order, for instance
 * {@code dpmpp3m} or {@code unipc2_bh1}, then where the code comes from ({@code ld3}, {@code ds} diff-sampler, {@code off} the
 * authors', and in front {@code kd} k-diffusion, {@code edm}) and variants.
 */
public final class OfficialMethods {

    private static final Pattern FAMILY = Pattern.compile(
            "(?:kd_|edm_)?(euler|ddim|heun|deis_rhoab|deis_tab|dpm_fast|dpmpp|dpmv3_degenerated_o|dpm|gs_theory|ipndm_v|ipndm"
                    + "|lms|s4s_lms_own|unipc)(\\d{0,2})([msc]?)((?:_[a-z0-9]+)*)");

    /** Words after the family that say where a run comes from or what is done outside of the solver. */
    private static final Set<String> NEUTRAL = Set.of("ld3", "ds", "off", "thr", "zero", "afs");

    private OfficialMethods() {}

    /**
     * The method behind a name, for any order in it. Thresholding ({@code _thr}) is the model's business and ignored here.
     *
     * @param solver the name
     * @param order order of the case, used where the name has none: Generalized Solver and S4S
     * @param nfe number of evaluations
     * @param schedule the schedule in whose {@code x} and time the parameters are given
     * @param params arrays of the case by name, {@code coef} for the Generalized Solver and S4S; otherwise not looked at
     * @throws IllegalArgumentException for an unknown name, a variant that the method does not have, or parameters that do not
     *     fit; the message says which
     */
    public static Method of(String solver, int order, int nfe, NoiseSchedule schedule, Map<String, NpyArray> params) {
        knownDefect(solver).ifPresent(reason -> {
            throw new IllegalArgumentException("Solver \"" + solver + "\" is not implemented: " + reason + ".");
        });
        Matcher m = FAMILY.matcher(solver);
        if (!m.matches() || !m.group(3).isEmpty() && !m.group(1).startsWith(m.group(3).equals("c") ? "dpmv3" : "dpm")) {
            throw new UnknownNameException("There is no official solver \"" + solver + "\".");
        }
        Set<String> words = new HashSet<>(Arrays.asList(m.group(4).split("_")));
        words.remove("");
        boolean analytic = words.contains("afs");
        int inName = m.group(2).isEmpty() ? order : Integer.parseInt(m.group(2));
        Name name = new Name(solver, m.group(1), inName, m.group(3), words);
        Method method = name.method(nfe, schedule, params);
        words.removeAll(NEUTRAL);
        if (!words.isEmpty()) {
            throw new UnknownNameException("Official solver \"" + solver + "\" has no variant " + words + ".");
        }
        return analytic ? method.analyticFirstStep() : method;
    }

    /** Why a solver of the vectors is left out, if it is: its code has a known defect, so its numbers are not a method's. */
    public static Optional<String> knownDefect(String solver) {
        if (solver.startsWith("s4s_lms_pc_gas")) {
            return Optional.of("GAS's baseline scales the state twice and never evaluates at the predicted state");
        }
        if (solver.matches("unipc\\d+_vary.*")) {
            return Optional.of("the code of vary_coeff keeps one row of its last term only and converges with order 1");
        }
        if (solver.matches("ipndm_v[34].*")) {
            return Optional.of("a misplaced parenthesis in the code makes its weights wrong");
        }
        return Optional.empty();
    }

    /** A name in parts; words are taken out as they are understood. */
    private record Name(String text, String family, int order, String form, Set<String> words) {

        private Method method(int nfe, NoiseSchedule schedule, Map<String, NpyArray> params) {
            return switch (family) {
                case "euler", "ddim" -> Multistep.ddim();
                case "heun" -> SingleStep.heun();
                case "ipndm" -> Multistep.ipndm(order);
                case "ipndm_v", "lms" -> Multistep.adamsBashforth(order);
                case "deis_rhoab" -> Multistep.adamsBashforth(order + 1);
                case "deis_tab" -> order == 1 ? Multistep.ddim() : Deis.tAB(order - 1);
                case "dpm_fast" -> SingleStep.dpmSolver(3);
                case "dpmpp", "dpm" -> dpm();
                case "unipc" -> PredictorCorrector.uniPC(order, b(), words.remove("eps") ? Prediction.NOISE : Prediction.DATA);
                case "dpmv3_degenerated_o" -> DpmSolverV3.of(order, form.equals("c"), words.remove("pseudo")
                        ? DpmSolverV3.Derivatives.PSEUDO : DpmSolverV3.Derivatives.INTERPOLATED);
                case "gs_theory" -> generalized(nfe, schedule, params);
                default -> s4s(nfe, schedule, params);
            };
        }

        private Method dpm() {
            boolean data = family.equals("dpmpp") && !words.remove("eps");
            if (order == 1) {
                return Multistep.ddim();
            }
            if (form.equals("m")) {
                Multistep.Correction correction = words.remove("taylor") || kDiffusion() && order == 3
                        ? Multistep.Correction.TAYLOR : Multistep.Correction.PUBLISHED;
                return data ? Multistep.dpmSolverPP(order, lowerOrderFinal(), correction)
                        : Multistep.dpmSolver(order, lowerOrderFinal(), correction);
            }
            if (form.equals("s") && words.contains("off")) {
                return data ? SingleStep.dpmSolverPP(order) : SingleStep.dpmSolver(order);
            }
            if (order == 2) {
                Optional<String> ratio = words.stream().filter(word -> word.matches("r0\\d+")).findFirst();
                ratio.ifPresent(words::remove);
                return data ? SingleStep.dpmSolverPP2Midpoint()
                        : SingleStep.dpmSolver2(ratio.map(r -> Double.parseDouble("0." + r.substring(2))).orElse(0.5));
            }
            throw new UnknownNameException("There is no official solver \"" + text + "\".");
        }

        private LowerOrderFinal lowerOrderFinal() {
            return words.remove("nolof") || kDiffusion() ? LowerOrderFinal.NEVER
                    : words.contains("off") ? LowerOrderFinal.BELOW_10 : LowerOrderFinal.ALWAYS;
        }

        private boolean kDiffusion() {
            return text.startsWith("kd_");
        }

        private PredictorCorrector.B b() {
            if (words.remove("bh1")) {
                return PredictorCorrector.B.BH1;
            }
            if (words.remove("bh2")) {
                return PredictorCorrector.B.BH2;
            }
            throw new UnknownNameException("Official solver \"" + text + "\" must name its B, bh1 or bh2.");
        }

        private Method generalized(int nfe, NoiseSchedule schedule, Map<String, NpyArray> params) {
            double[][] coef = coefficients(nfe, params);
            return WeightedMultistep.generalized(order, schedule,
                    (t, step, back) -> t.constant(coef[1 + order + back][step]),
                    (t, step, back) -> t.constant(coef[1 + back][step])).withLabelOffsets(schedule, coef[0]);
        }

        private Method s4s(int nfe, NoiseSchedule schedule, Map<String, NpyArray> params) {
            double[][] coef = coefficients(nfe, params);
            return WeightedMultistep.s4s(order, Prediction.DATA, (t, step, back) -> t.constant(coef[1 + back][step]))
                    .withLabelOffsets(schedule, coef[0]);
        }

        /** Rows: label offsets, c_1..c_p, a_1..a_p; columns: steps. */
        private double[][] coefficients(int nfe, Map<String, NpyArray> params) {
            NpyArray coef = params.get("coef");
            long[] shape = {2L * order + 1, nfe};
            if (coef == null || !Arrays.equals(coef.shape(), shape)) {
                throw new IllegalArgumentException("Official solver \"" + text + "\" of order " + order
                        + " needs an array coef of shape " + Arrays.toString(shape)
                        + (coef == null ? "." : ", not " + Arrays.toString(coef.shape()) + "."));
            }
            double[] all = coef.doubles();
            double[][] rows = new double[2 * order + 1][];
            Arrays.setAll(rows, r -> Arrays.copyOfRange(all, r * nfe, (r + 1) * nfe));
            return rows;
        }
    }
}
