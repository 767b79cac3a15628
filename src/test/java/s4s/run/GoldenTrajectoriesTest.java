package s4s.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.model.CountingDenoiser;
import s4s.schedule.GridType;
import s4s.schedule.Grids;
import s4s.schedule.NoiseSchedule;
import s4s.solver.LowerOrderFinal;
import s4s.solver.Method;
import s4s.solver.Multistep;
import s4s.solver.Prediction;
import s4s.solver.PredictorCorrector;
import s4s.solver.Solver;

/** Samples against LD3, diff-sampler, the official DPM-Solver and UniPC, all run in float64 on the exact mixture. */
class GoldenTrajectoriesTest {

    private static final Pattern NAME = Pattern.compile(
            "(euler|ddim|ipndm|dpmpp|dpm|unipc)([234]?)m?(?:_(bh[12]))?(_ld3|_ds|_off)?(_nolof|_eps)?");

    /** A reference run: parameterization/solver/grid/nfe. */
    private record Run(String parameterization, String solver, String grid, int nfe) {

        static Run parse(JsonObject reference) {
            String[] parts = reference.get("id").getAsString().split("/");
            return new Run(parts[0], parts[1], parts[2], Integer.parseInt(parts[3].substring(3)));
        }

        NoiseSchedule schedule() {
            return Golden.schedule(parameterization);
        }

        Solver build() {
            Method method = method(solver);
            return method.build(levels(method.steps(nfe)));
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
    }

    private static Method method(String name) {
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

    private static NDArray noise(NDManager manager, int count) {
        return manager.create(Arrays.copyOf(Golden.numbers("noise", "d8"), 8 * count), new Shape(count, 8, 1, 1));
    }

    @Test
    void samplesEqualTheReferences() {
        List<JsonObject> cases = Golden.list("cases");
        assertEquals(612, cases.size());
        try (NDManager manager = NDManager.newBaseManager()) {
            for (JsonObject reference : cases) {
                Run run = Run.parse(reference);
                Solver solver = run.build();
                CountingDenoiser denoiser =
                        new CountingDenoiser(Golden.mixture("d8", run.schedule(), Prediction.DATA));
                NDArray noise = noise(manager, 2);
                NDArray sample = Executor.run(Program.of(solver, run.schedule(), Prediction.DATA), denoiser, noise);
                Golden.assertClose(Golden.numbers(reference.getAsJsonArray("x")), sample.toDoubleArray(), 1e-9, run.toString());
                assertEquals(run.nfe, solver.evaluations(), run.toString());
                assertEquals(run.nfe, denoiser.calls(), run.toString());
                noise.close();
                sample.close();
            }
        }
    }

    @Test
    void networkSeesTheReferencesStates() {
        try (NDManager manager = NDManager.newBaseManager()) {
            for (JsonObject reference : Golden.list("intermediates")) {
                Run run = Run.parse(reference);
                List<Double> labels = new ArrayList<>();
                List<Double> inputs = new ArrayList<>();
                Executor.run(Program.of(run.build(), run.schedule(), Prediction.NOISE),
                        Golden.mixture("d8", run.schedule(), Prediction.NOISE), noise(manager, 1), evaluation -> {
                            labels.add(evaluation.label());
                            Arrays.stream(evaluation.input().toDoubleArray()).forEach(inputs::add);
                        });
                // LD3 and UniPC call the network once more at the end and drop the result
                double[] t = Arrays.copyOf(Golden.numbers(reference.getAsJsonArray("t")), run.nfe);
                double[] x = Arrays.copyOf(Golden.numbers(reference.getAsJsonArray("x")), 8 * run.nfe);
                Golden.assertClose(t, labels.stream().mapToDouble(d -> d).toArray(), 1e-9, run + " times");
                for (int i = 0; i < run.nfe; i++) {
                    double[] actual = inputs.subList(8 * i, 8 * i + 8).stream().mapToDouble(d -> d).toArray();
                    Golden.assertClose(Arrays.copyOfRange(x, 8 * i, 8 * i + 8), actual, 1e-9, run + " state " + i);
                }
            }
        }
    }
}
