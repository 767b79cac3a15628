package s4s.run;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import s4s.Golden;
import s4s.model.CountingDenoiser;
import s4s.solver.Prediction;
import s4s.solver.Solver;

/** Samples against LD3, diff-sampler, the official DPM-Solver and UniPC, all run in float64 on the exact mixture. */
class GoldenTrajectoriesTest {

    private static NDArray noise(NDManager manager, int count) {
        return manager.create(Arrays.copyOf(Golden.numbers("noise", "d8"), 8 * count), new Shape(count, 8, 1, 1));
    }

    @Test
    void samplesEqualTheReferences() {
        List<JsonObject> cases = Golden.list("cases");
        assertEquals(612, cases.size());
        try (NDManager manager = NDManager.newBaseManager()) {
            for (JsonObject reference : cases) {
                ReferenceRun run = ReferenceRun.parse(reference);
                Solver solver = run.build();
                CountingDenoiser denoiser =
                        new CountingDenoiser(Golden.mixture("d8", run.schedule(), Prediction.DATA));
                NDArray noise = noise(manager, 2);
                NDArray sample = Executor.run(Program.of(solver, run.schedule(), Prediction.DATA), denoiser, noise);
                Golden.assertClose(Golden.numbers(reference.getAsJsonArray("x")), sample.toDoubleArray(), 1e-9, run.toString());
                assertEquals(run.nfe(), solver.evaluations(), run.toString());
                assertEquals(run.nfe(), denoiser.calls(), run.toString());
                noise.close();
                sample.close();
            }
        }
    }

    @Test
    void networkSeesTheReferencesStates() {
        try (NDManager manager = NDManager.newBaseManager()) {
            for (JsonObject reference : Golden.list("intermediates")) {
                ReferenceRun run = ReferenceRun.parse(reference);
                List<Double> labels = new ArrayList<>();
                List<Double> inputs = new ArrayList<>();
                Executor.run(Program.of(run.build(), run.schedule(), Prediction.NOISE),
                        Golden.mixture("d8", run.schedule(), Prediction.NOISE), noise(manager, 1), evaluation -> {
                            labels.add(evaluation.label());
                            Arrays.stream(evaluation.input().toDoubleArray()).forEach(inputs::add);
                        });
                // LD3 and UniPC call the network once more at the end and drop the result
                double[] t = Arrays.copyOf(Golden.numbers(reference.getAsJsonArray("t")), run.nfe());
                double[] x = Arrays.copyOf(Golden.numbers(reference.getAsJsonArray("x")), 8 * run.nfe());
                Golden.assertClose(t, labels.stream().mapToDouble(d -> d).toArray(), 1e-9, run + " times");
                for (int i = 0; i < run.nfe(); i++) {
                    double[] actual = inputs.subList(8 * i, 8 * i + 8).stream().mapToDouble(d -> d).toArray();
                    Golden.assertClose(Arrays.copyOfRange(x, 8 * i, 8 * i + 8), actual, 1e-9, run + " state " + i);
                }
            }
        }
    }
}
