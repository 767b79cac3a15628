package s4s.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.model.Denoiser;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.Solvers;

/** Errors against the exact ODE on a smooth mixture, and how fast they fall, against published measurements. */
class ConvergenceTest {

    /** Each method of the catalogue once for each schedule. */
    @Test
    void errorsFallAsPublished() {
        List<String> methods = Solvers.baselines().stream().map(Method::name).toList();
        JsonObject convergence = Golden.section("convergence");
        double[] steps = Golden.numbers(convergence.getAsJsonArray("N"));
        Set<String> done = new HashSet<>();
        for (JsonObject reference : Golden.objects(convergence.getAsJsonArray("rows"))) {
            String parameterization = reference.get("parameterization").getAsString();
            String solver = reference.get("solver").getAsString();
            String method = ReferenceRun.method(solver).name();
            if (!methods.contains(method) || !done.add(parameterization + method)) {
                continue;
            }
            double[] published = Golden.numbers(reference.getAsJsonArray("rms"));
            double[] rms = new double[3];
            for (int i = 0; i < rms.length; i++) {
                rms[i] = rms(new ReferenceRun(parameterization, solver, reference.get("grid").getAsString(), (int) steps[i]));
                assertEquals(published[i], rms[i], 1e-6 * published[i] + 1e-11, solver + " " + parameterization + " " + steps[i]);
            }
            double slope = Math.log(rms[1] / rms[2]) / Math.log(2);
            assertTrue(slope > orderOf(solver) - 0.15, solver + " " + parameterization + ": slope " + slope);
        }
        assertEquals(2 * methods.size(), done.size());
    }

    /** As measured: iPNDM's weights are for equal steps, and DPM-Solver++ 3M as published lacks a factor 2. */
    private static int orderOf(String solver) {
        return solver.startsWith("euler") || solver.startsWith("ddim") ? 1 : solver.startsWith("unipc") ? 3 : 2;
    }

    private static double rms(ReferenceRun run) {
        Denoiser model = Golden.mixture("smooth", run.schedule(), Prediction.DATA);
        double[] exact = Golden.numbers("reference", "smooth/" + run.parameterization());
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray noise = manager.create(Golden.numbers("noise", "smooth"), new Shape(8, 8, 1, 1));
            double[] x = Executor.run(Program.of(run.build(), run.schedule(), Prediction.DATA), model, noise).toDoubleArray();
            double sum = 0;
            for (int i = 0; i < x.length; i++) {
                sum += (x[i] - exact[i]) * (x[i] - exact[i]);
            }
            return Math.sqrt(sum / x.length);
        }
    }
}
