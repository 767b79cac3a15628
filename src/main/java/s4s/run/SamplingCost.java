package s4s.run;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import s4s.model.Denoiser;
import s4s.model.TimingDenoiser;
import s4s.solver.Solver;

/**
 * Where the time of a sampling run goes.
 *
 * @param network seconds in network calls
 * @param other seconds in everything else: starting noise, the solver's arithmetic, handing over the images
 */
public record SamplingCost(double network, double other) {

    /** Other seconds over network seconds. */
    public double ratio() {
        return other / network;
    }

    /**
     * Measures whole runs of {@link Sampling#images}, one batch each, after as many that do not count: the JVM compiles what it
     * has run for a while. The solver is compiled to a program once, before the clock starts; temporary arrays that a network
     * frees before it returns count as network.
     *
     * @param manager parent of all working memory
     * @param denoiser the network, on an engine that computes before it returns
     * @param solver the solver
     * @param batch images, at least 1
     * @param repeats number of runs, at least 1
     * @return one measurement a run
     * @throws IllegalArgumentException for a wrong batch or number of runs
     */
    public static List<SamplingCost> measure(NDManager manager, Denoiser denoiser, Solver solver, int batch, int repeats) {
        if (repeats < 1) {
            throw new IllegalArgumentException("A measurement needs at least one repeat, not " + repeats + ".");
        }
        Program program = Program.of(solver, denoiser);
        List<SamplingCost> costs = new ArrayList<>();
        for (int i = 0; i < 2 * repeats; i++) {
            costs.add(run(manager, denoiser, program, batch));
        }
        return costs.subList(repeats, 2 * repeats);
    }

    private static SamplingCost run(NDManager manager, Denoiser denoiser, Program program, int batch) {
        TimingDenoiser timing = new TimingDenoiser(denoiser);
        long start = System.nanoTime();
        try (NDArray images = Sampling.images(
                manager, timing, program, LongStream.range(0, batch).toArray(), batch, done -> {})) {
            images.toByteBuffer(true);                           // whoever asked for images has them now
            double total = (System.nanoTime() - start) * 1e-9;
            return new SamplingCost(timing.seconds(), total - timing.seconds());
        }
    }
}
