package s4s.sampling;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import s4s.grid.GridType;
import s4s.model.Denoiser;
import s4s.model.EdmPreconditioning;
import s4s.model.NetworkDenoiser;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;
import s4s.solver.Solver;
import s4s.solver.Solvers;

/** On a float32 network: one graph at a time, all graphs kept, and one tape through the whole run give the same gradient. */
class AdjointTest {

    private static final UNet.Config UNET = new UNet.Config(3, 8, 2, List.of(16, 16), List.of(1, 1), List.of(false, true), 16);

    private NDManager manager;
    private Denoiser denoiser;

    @BeforeEach
    void open() {
        manager = NDManager.newBaseManager();
        Map<String, NDArray> arrays = new LinkedHashMap<>();
        UNet.initial(UNET, manager, 5).arrays().forEach((name, weight) -> arrays.put(name, weight.add(0.02f)));
        denoiser = new NetworkDenoiser(new UNet(UNET, Weights.of(arrays)), new EdmPreconditioning(0.5));
    }

    @AfterEach
    void close() {
        manager.close();
    }

    private static Solver solver(Denoiser denoiser) {
        return Solvers.named("unipc-3-bh1").on(GridType.TIME_UNIFORM, denoiser.schedule(), 4);
    }

    @Test
    void equalsOneTapeThroughTheRun() {
        Program program = DifferentiableProgram.of(s4s.solver.TracedSolver.of(solver(denoiser)), denoiser.schedule(),
                denoiser.prediction()).program();
        NDArray z = Noise.normal(manager, new long[] {1, 2}, denoiser.sampleShape());
        NDArray cotangent = Noise.normal(manager, new long[] {8, 9}, denoiser.sampleShape());
        Tape tape = new Tape(program, z, cotangent);
        for (Adjoint.Graphs graphs : Adjoint.Graphs.values()) {
            try (Adjoint sweep = Adjoint.run(program, denoiser, z, graphs)) {
                for (int again = 0; again < 2; again++) {
                    Adjoint.Gradient gradient = sweep.pullback(cotangent);
                    double[] noise = gradient.noise().toDoubleArray();
                    double scale = Arrays.stream(tape.noise).map(Math::abs).max().orElseThrow();
                    assertArrayEquals(tape.noise, noise, 1e-4 * scale, graphs + ", sweep " + again);
                    for (int c = 0; c < tape.numbers.length; c++) {
                        double both = gradient.numbers()[0][c] + gradient.numbers()[1][c];
                        assertEquals(tape.numbers[c], both, 1e-3 * Math.max(1, Math.abs(tape.numbers[c])), graphs + ", number " + c);
                    }
                }
            }
        }
        assertTrue(Arrays.stream(tape.numbers).filter(n -> Math.abs(n) > 1e-2).count() > 10, Arrays.toString(tape.numbers));
    }

    /** The run written out in float32, all numbers of the program leaves of one graph. */
    private final class Tape {
        private final double[] noise;
        private final double[] numbers;
        private final List<NDArray> leaves = new ArrayList<>();

        Tape(Program program, NDArray z, NDArray cotangent) {
            NDArray z32 = z.toType(DataType.FLOAT32, true);
            List<NDArray> all = new ArrayList<>(List.of(z32));
            all.add(number(program.start()));
            for (Program.Node node : program.nodes()) {
                node.call().ifPresent(call -> all.addAll(List.of(number(call.scale()), number(call.time()))));
                node.terms().forEach(term -> all.add(number(term.weight())));
            }
            all.add(number(program.finish()));
            leaves.addAll(all);
            NDArray[] inputs = all.toArray(NDArray[]::new);
            NDArray x = Backpropagation.record(() -> run(program, z32), inputs);
            NDArray[] gradients = Backpropagation.pullback(x, cotangent, false, manager, inputs);
            noise = gradients[0].toDoubleArray();
            numbers = Arrays.stream(gradients).skip(1).mapToDouble(g -> g.toDoubleArray()[0]).toArray();
        }

        private NDArray number(double value) {
            return manager.create(new float[] {(float) value}, new Shape(1)).duplicate();
        }

        private NDArray run(Program program, NDArray z) {
            List<NDArray> states = new ArrayList<>();
            List<NDArray> outputs = new ArrayList<>();
            int next = 2;
            for (Program.Node node : program.nodes()) {
                NDArray scale = null;
                NDArray time = null;
                if (node.call().isPresent()) {
                    scale = leaves.get(next++);
                    time = leaves.get(next++);
                }
                NDArray y = states.isEmpty() ? z.mul(leaves.get(1)) : null;
                for (Program.Term term : node.terms()) {
                    NDArray source = (term.source() == Program.Source.STATE ? states : outputs).get(term.node());
                    NDArray part = source.mul(leaves.get(next++));
                    y = y == null ? part : y.add(part);
                }
                states.add(y);
                outputs.add(node.call().isPresent() ? denoiser.predict(y.mul(scale), time) : y);
            }
            return states.get(states.size() - 1).mul(leaves.get(next));
        }
    }

    @Test
    void refusesProgramsWithUnevaluatedNodes() {
        Program program = Program.of(solver(denoiser), denoiser.schedule(), denoiser.prediction());
        boolean plain = program.nodes().subList(0, program.nodes().size() - 1).stream().allMatch(n -> n.call().isPresent());
        Program broken = plain ? new Program("x", program.prediction(), 1, List.of(program.nodes().get(0),
                new Program.Node(1, java.util.Optional.empty(), program.nodes().get(1).terms()),
                program.nodes().get(1)), 1) : program;
        NDArray z = Noise.normal(manager, new long[] {1}, denoiser.sampleShape());
        String message = assertThrows(IllegalArgumentException.class,
                () -> Adjoint.run(broken, denoiser, z, Adjoint.Graphs.KEPT)).getMessage();
        assertTrue(message.contains("cannot be differentiated"), message);
    }
}
