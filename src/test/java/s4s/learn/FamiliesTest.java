package s4s.learn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import s4s.grid.GridType;
import s4s.schedule.Discrete;
import s4s.schedule.Edm;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Method;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;

class FamiliesTest {

    private static Family family(Families kind, String init, GridType grid, NoiseSchedule schedule, int nfe) {
        return kind.on(schedule, Solvers.named(init), grid, nfe, OptionalInt.empty());
    }

    static Stream<Arguments> starts() {
        Stream<Arguments> multistep = Stream.of("ipndm-3", "ipndm-4", "dpmpp-3m", "unipc-3-bh1", "unipc-3-bh2", "ab-3", "deis-3")
                .flatMap(init -> Stream.of(Families.S4S_LMS, Families.S4S_JOINT, Families.LD3, Families.GS, Families.BNS)
                        .map(kind -> Arguments.of(kind, init)));
        Stream<Arguments> others = Stream.of(Arguments.of(Families.S4S_SS, "dpmpp-2s"), Arguments.of(Families.S4S_SS, "dpm-3s"),
                Arguments.of(Families.S4S_SS, "heun"), Arguments.of(Families.S4S_PC, "unipc-2-bh2"),
                Arguments.of(Families.S4S_PC, "unipc-3-bh1-noise"), Arguments.of(Families.DYWEIGHT, "ipndm-3"));
        return Stream.concat(multistep, others);
    }

    /** The start's numbers, in the form that is unique. */
    @ParameterizedTest
    @MethodSource("starts")
    void startsExactly(Families kind, String init) {
        Method method = Solvers.named(init);
        for (NoiseSchedule schedule : new NoiseSchedule[] {new Edm(), Discrete.latentDiffusion()}) {
            for (int nfe : new int[] {4, 6}) {
                Family family = kind.on(schedule, method, GridType.LOGSNR, nfe, OptionalInt.empty());
                Solver expected = method.on(GridType.LOGSNR, schedule, nfe).as(Prediction.NOISE).canonical();
                Solver actual = family.solver(family.start()).as(Prediction.NOISE).canonical();
                assertEquals(expected.stages().size(), actual.stages().size());
                for (int k = 0; k < expected.stages().size(); k++) {
                    double sigma = expected.stages().get(0).sigma();
                    assertEquals(expected.stages().get(k).sigma(), actual.stages().get(k).sigma(), 1e-12 * sigma);
                    assertEquals(expected.stages().get(k).evaluateAt(), actual.stages().get(k).evaluateAt(), 1e-12 * sigma);
                    assertArrayEquals(expected.stages().get(k).states(), actual.stages().get(k).states(), 1e-11);
                    assertArrayEquals(expected.stages().get(k).outputs(), actual.stages().get(k).outputs(), 1e-11 * sigma);
                }
            }
        }
    }

    @Test
    void theNameOfThePapersAlgorithmSaysWhatItIsReadAs() {
        assertEquals(Families.S4S_JOINT, Families.named("s4s-alt"));
        assertTrue(Families.note("s4s-alt").orElseThrow().startsWith("s4s-alt is read as s4s-joint"));
        for (Families family : Families.values()) {
            assertEquals(family, Families.named(family.id()));
            assertEquals(Optional.empty(), Families.note(family.id()));
        }
        assertThrows(IllegalArgumentException.class, () -> Families.named("s4s-alternating"));
    }

    @ParameterizedTest
    @CsvSource({"S4S_LMS, 5, 12", "S4S_LMS, 10, 27", "S4S_JOINT, 5, 21", "LD3, 5, 9", "GS, 5, 39", "BNS, 5, 25",
        "DYWEIGHT, 5, 17", "S4S_SS, 6, 9", "S4S_PC, 5, 20"})
    void parameters(Families kind, int nfe, int size) {
        Family family = family(kind, kind.init(), GridType.EDM, new Edm(), nfe);
        assertEquals(size, family.size());
        assertEquals(size, family.blocks().length);
        assertEquals(nfe, family.solver(family.start()).evaluations());
    }

    /** A parameter is the change of S4S's b: the weight of an output in units of the first-order step. */
    @Test
    void unitIsTheFirstOrderStep() {
        Family noise = family(Families.S4S_LMS, "ipndm-3", GridType.EDM, new Edm(), 4);
        double[] theta = noise.start();
        theta[1] = 0.25;                                         // the newest of two weights in the second step comes last
        Solver before = noise.solver(noise.start());
        Solver after = noise.solver(theta);
        double step = before.stages().get(2).sigma() - before.stages().get(1).sigma();
        assertEquals(0.25 * step, after.stages().get(2).outputs()[0] - before.stages().get(2).outputs()[0], 1e-12);
    }

    /** Theory goes along: with learned times and no weights, the solver is the method on the new grid. */
    @Test
    void theoryFollowsTheTimes() {
        Family family = family(Families.S4S_JOINT, "dpmpp-3m", GridType.LOGSNR, new Edm(), 5);
        double[] theta = family.start();
        for (int i = 0; i < theta.length; i++) {
            theta[i] += family.blocks()[i] == Block.TIMES ? 0.1 * i : 0;
        }
        Solver moved = family.solver(theta);
        double[] sigmas = moved.stages().stream().mapToDouble(s -> s.sigma()).toArray();
        Solver expected = Solvers.named("dpmpp-3m").build(sigmas);
        for (int k = 1; k < sigmas.length; k++) {
            assertArrayEquals(expected.canonical().stages().get(k).outputs(), moved.canonical().stages().get(k).outputs(), 1e-12);
        }
        assertTrue(Arrays.stream(sigmas, 1, 5).anyMatch(s -> Arrays.stream(GridType.LOGSNR.levels(new Edm(), 5))
                .noneMatch(g -> Math.abs(g - s) < 1e-3 * s)));
    }

    /** However large the offsets, the network is told a level within half the smallest interval. */
    @Test
    void offsetsStayWithinHalfTheSmallestGap() {
        Family family = family(Families.LD3, "dpmpp-3m", GridType.EDM, new Edm(), 6);
        double[] theta = family.start();
        for (int i = 0; i < theta.length; i++) {
            theta[i] = family.blocks()[i] == Block.OFFSETS ? 1000 * (i % 2 == 0 ? 1 : -1) : theta[i];
        }
        Solver solver = family.solver(theta);
        double[] lambda = solver.stages().stream().mapToDouble(s -> -Math.log(s.sigma())).toArray();
        double gap = Double.POSITIVE_INFINITY;
        for (int i = 1; i < lambda.length; i++) {
            gap = Math.min(gap, lambda[i] - lambda[i - 1]);
        }
        for (int i = 1; i < 6; i++) {
            assertEquals(gap / 2, Math.abs(-Math.log(solver.stages().get(i).evaluateAt()) - lambda[i]), 1e-5);
        }
    }

    @Test
    void refusals() {
        refused("order 4", () -> Families.S4S_LMS.on(new Edm(), Solvers.named("unipc-3-bh1"), GridType.LOGSNR, 6, OptionalInt.of(3)));
        refused("no multistep method", () -> family(Families.S4S_LMS, "ddim-afs", GridType.LOGSNR, new Edm(), 5));
        refused("several states", () -> Family.of("x", Solvers.named("heun"), Times.fixed(new double[] {3, 2, 1}),
                Form.singleStep(Prediction.DATA)));
        refused("nothing to learn", () -> Family.of("x", Solvers.named("ddim"), Times.fixed(new double[] {3, 2, 1}), Form.none()));
        refused("no family", () -> Families.named("s5s"));
        Family family = family(Families.LD3, "ddim", GridType.LOGSNR, new Edm(), 3);
        refused("5 parameters, not 2", () -> family.solver(new double[2]));
    }

    private static void refused(String words, Runnable call) {
        String message = assertThrows(IllegalArgumentException.class, call::run).getMessage();
        assertTrue(message.contains(words), message);
    }
}
