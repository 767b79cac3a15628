package s4s.run;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.gson.JsonObject;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import s4s.Golden;
import s4s.schedule.GridType;
import s4s.schedule.Grids;
import s4s.schedule.NoiseSchedule;
import s4s.solver.LowerOrderFinal;
import s4s.solver.Method;
import s4s.solver.Multistep;
import s4s.solver.Prediction;
import s4s.solver.PredictorCorrector;
import s4s.solver.Solver;

/** A run of a public implementation and our names for what it did. */
record ReferenceRun(String parameterization, String solver, String grid, int nfe) {

    private static final Pattern NAME = Pattern.compile(
            "(euler|ddim|ipndm|dpmpp|dpm|unipc)([234]?)m?(?:_(bh[12]))?(_ld3|_ds|_off)?(_nolof|_eps)?");

    static ReferenceRun parse(JsonObject reference) {
        String[] parts = reference.get("id").getAsString().split("/");
        return new ReferenceRun(parts[0], parts[1], parts[2], Integer.parseInt(parts[3].substring(3)));
    }

    NoiseSchedule schedule() {
        return Golden.schedule(parameterization);
    }

    Solver build() {
        Method method = method(solver);
        return method.build(levels(method.layout(nfe).intervals()));
    }

    double[] levels(int steps) {
        boolean edm = parameterization.equals("edm");
        boolean ld3 = solver.contains("_ld3");
        NoiseSchedule schedule = schedule();
        return switch (grid) {
            case "logSNR" -> GridType.LOGSNR.levels(schedule, steps);
            case "edm" -> (edm ? GridType.EDM : GridType.TIME_EDM).levels(schedule, steps);
            case "vp_uniform" -> GridType.TIME_UNIFORM.levels(schedule, steps);
            case "vp_quadratic" -> GridType.TIME_QUADRATIC.levels(schedule, steps);
            case "time_uniform" -> (edm ? GridType.SIGMA_UNIFORM : GridType.TIME_UNIFORM).levels(schedule, steps);
            case "time_quadratic" -> ld3
                    ? (edm ? GridType.SIGMA_QUADRATIC : GridType.TIME_QUADRATIC_LD3).levels(schedule, steps)
                    : edm ? Grids.polynomial(schedule.sigmaMax(), schedule.sigmaMin(), 2, steps)
                          : GridType.TIME_QUADRATIC.levels(schedule, steps);
            default -> throw new IllegalArgumentException(grid);
        };
    }

    static Method method(String name) {
        Matcher m = NAME.matcher(name);
        assertTrue(m.matches(), name);
        int order = m.group(2).isEmpty() ? 1 : Integer.parseInt(m.group(2));
        boolean official = "_off".equals(m.group(4));
        boolean noise = "_eps".equals(m.group(5)) || name.startsWith("dpm2") || name.startsWith("dpm3");
        LowerOrderFinal lower = "_nolof".equals(m.group(5)) ? LowerOrderFinal.NEVER
                : official ? LowerOrderFinal.BELOW_10 : LowerOrderFinal.ALWAYS;
        return switch (m.group(1)) {
            case "euler", "ddim" -> Multistep.ddim();
            case "ipndm" -> Multistep.ipndm(order);
            case "dpmpp", "dpm" -> noise ? Multistep.dpmSolver(order, lower) : Multistep.dpmSolverPP(order, lower);
            case "unipc" -> PredictorCorrector.uniPC(order,
                    m.group(3).equals("bh1") ? PredictorCorrector.B.BH1 : PredictorCorrector.B.BH2,
                    noise ? Prediction.NOISE : Prediction.DATA);
            default -> throw new IllegalArgumentException(name);
        };
    }
}
