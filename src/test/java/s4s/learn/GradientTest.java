package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import java.util.Arrays;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import s4s.Golden;
import s4s.WithManager;
import s4s.grid.GridType;
import s4s.model.Denoiser;
import s4s.model.GaussianMixture;
import s4s.model.Guidance;
import s4s.sampling.Adjoint;
import s4s.sampling.DifferentiableProgram;
import s4s.sampling.Executor;
import s4s.sampling.Noise;
import s4s.sampling.Program;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.schedule.VpLinear;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.Solvers;

/** The reverse sweep and the families' derivatives against central differences on the exact mixture, in float64. */
class GradientTest extends WithManager {

    private static final long[] SEEDS = {3, 4, 5};

    static Stream<Arguments> families() {
        return Arrays.stream(Families.values()).flatMap(kind -> Stream.of(
                Arguments.of(kind, kind.init(), new Edm(), Prediction.DATA, 4, 1.0),
                Arguments.of(kind, kind == Families.S4S_SS ? "dpm-2s" : kind == Families.S4S_PC ? "unipc-3-bh1-noise" : "ipndm-3",
                        new VpLinear(), Prediction.NOISE, 5, 1.0),
                Arguments.of(kind, kind == Families.S4S_SS ? "heun" : "unipc-2-bh1", Discrete.stableDiffusion(),
                        Prediction.NOISE, 4, 3.0)))
                .filter(a -> !(a.get()[0] == Families.DYWEIGHT && a.get()[1].toString().startsWith("unipc")));
    }

    @ParameterizedTest
    @MethodSource("families")
    void everyParameter(Families kind, String init, NoiseSchedule schedule, Prediction network, int nfe, double guidance) {
        Method method = Solvers.named(init);
        Family family = kind.on(schedule, method, GridType.LOGSNR, nfe, OptionalInt.empty());
        GaussianMixture mixture = Golden.mixture("smooth", schedule, network);
        Denoiser denoiser = guidance == 1 ? mixture : new Guidance(mixture, mixture.only(0, 1), guidance);
        SplittableRandom random = new SplittableRandom(7);
        double[] theta = family.start();
        for (int i = 0; i < theta.length; i++) {
            theta[i] += random.nextDouble(-0.02, 0.02);
        }
        NDArray noise = Noise.normal(manager, SEEDS, denoiser.sampleShape());
        NDArray weights = manager.create(random.doubles(SEEDS.length * 8L, -1, 1).toArray(), noise.getShape());
        DifferentiableProgram program = DifferentiableProgram.of(family.trace(theta), schedule, network);
        assertEquals(nfe, program.program().evaluations());
        for (Adjoint.Graphs graphs : Adjoint.Graphs.values()) {
            try (Adjoint sweep = Adjoint.run(program.program(), denoiser, noise, graphs)) {
                Adjoint.Gradient gradient = sweep.pullback(weights);
                double[][] parameters = program.parameters(gradient.numbers());
                double[] total = new double[theta.length];
                for (double[] image : parameters) {
                    Arrays.setAll(total, p -> total[p] + image[p]);
                }
                double scale = Arrays.stream(total).map(Math::abs).max().orElse(0);
                for (int p = 0; p < theta.length; p++) {
                    double numeric = difference(family, theta, p, denoiser, noise, weights);
                    assertEquals(numeric, total[p], 1e-6 * Math.max(Math.abs(numeric), 1e-2 * scale),
                            kind + " " + init + " parameter " + p + " " + family.blocks()[p] + " " + graphs);
                }
                assertTrue(scale > 1e-3);
                noiseGradient(program.program(), denoiser, noise, weights, gradient.noise());
            }
        }
    }

    private void noiseGradient(Program program, Denoiser denoiser, NDArray noise, NDArray weights, NDArray gradient) {
        double[] z = noise.toDoubleArray();
        double[] exact = gradient.toDoubleArray();
        for (int i = 0; i < z.length; i += 5) {
            double[] values = new double[2];
            for (int side = 0; side < 2; side++) {
                double[] moved = z.clone();
                moved[i] += side == 0 ? 1e-4 : -1e-4;
                values[side] = loss(program, denoiser, manager.create(moved, noise.getShape()), weights);
            }
            assertEquals((values[0] - values[1]) / 2e-4, exact[i], 1e-6 * Math.max(1, Math.abs(exact[i])));
        }
    }

    /** Central difference of order 4. */
    private double difference(Family family, double[] theta, int p, Denoiser denoiser, NDArray noise, NDArray weights) {
        double h = 2e-6;                                     // the discrete schedule has a kink every thousandth
        double[] at = IntStream.of(-2, -1, 1, 2).mapToDouble(n -> {
            double[] moved = theta.clone();
            moved[p] += n * h;
            return loss(Program.of(family.solver(moved), denoiser.schedule(), denoiser.prediction()), denoiser, noise, weights);
        }).toArray();
        return (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h);
    }

    private static double loss(Program program, Denoiser denoiser, NDArray noise, NDArray weights) {
        try (NDArray x = Executor.run(program, denoiser, noise); NDArray product = x.mul(weights)) {
            return product.sum().getDouble();
        }
    }
}
