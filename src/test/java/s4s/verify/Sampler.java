package s4s.verify;

import ai.djl.ndarray.NDArray;
import java.io.IOException;
import s4s.model.CountingDenoiser;
import s4s.model.Denoiser;
import s4s.model.DynamicThresholding;
import s4s.sampling.Executor;
import s4s.sampling.Program;
import s4s.solver.Prediction;
import s4s.solver.Solver;

/** Runs a {@link Run} with this library. */
record Sampler(Workshop workshop, Run run) {

    /**
     * What came out.
     *
     * @param samples in C order
     * @param calls how often the network was called
     */
    record Sample(double[] samples, long calls) {}

    /** Samples from the model's own noise. */
    Sample sample(Solver solver, int count) throws IOException {
        return sample(solver, workshop.noise(run.model(), count), evaluation -> {});
    }

    /** Samples from given noise. */
    Sample sample(Solver solver, NDArray noise, Executor.Observer observer) throws IOException {
        // a network of the solver's own prediction, so that neither is converted
        Prediction prediction = run.thresholded() ? Prediction.DATA : solver.prediction();
        Denoiser model = workshop.denoiser(run.model(), run.parameterization(), run.guided(), prediction);
        CountingDenoiser counting = new CountingDenoiser(run.thresholded() ? new DynamicThresholding(model) : model);
        Program program = Program.of(solver, counting.schedule(), counting.prediction());
        try (NDArray samples = Executor.run(program, counting, noise, observer)) {
            return new Sample(samples.toDoubleArray(), counting.calls());
        }
    }
}
