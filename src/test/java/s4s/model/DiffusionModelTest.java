package s4s.model;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Test;
import s4s.WithManager;
import s4s.grid.GridType;
import s4s.model.mini.UNet;
import s4s.sampling.Sampling;
import s4s.schedule.Edm;
import s4s.solver.Prediction;
import s4s.solver.Solver;
import s4s.solver.Solvers;

class DiffusionModelTest extends WithManager {

    private static final UNet.Config UNET = new UNet.Config(2, 2, 1, List.of(8), List.of(1), List.of(true), 8, 3);

    /** Classes of a network that was never trained without one. */
    private static ClassNumbers withoutNone() {
        ClassNumbers.Encoding oneHot = ClassNumbers.oneHot(3).encoding();
        return new ClassNumbers(3, new ClassNumbers.Encoding() {
            @Override
            public Shape shape() {
                return oneHot.shape();
            }

            @Override
            public float[] rows(int[] classes) {
                return oneHot.rows(classes);
            }

            @Override
            public float[] none() {
                throw new IllegalArgumentException("knows of no class that stands for none");
            }
        });
    }

    private DiffusionModel byClass(ConditionEncoder encoder) {
        return DiffusionModel.of(new UNet(UNET, Ramps.full(manager, UNET.weightShapes())), new EdmPreconditioning(0.5), encoder,
                Decoder.none());
    }

    /** Data of variance 1/4: the exact denoiser by hand, and by the mixture of one Gaussian. */
    @Test
    void aFunctionIsADenoiser() {
        Edm schedule = new Edm();
        Shape shape = new Shape(1, 2, 2);
        DiffusionModel byHand = DiffusionModel.of(Denoiser.of(schedule, Prediction.DATA, shape, (x, time) -> {
            double sigma = schedule.sigma(time.toType(DataType.FLOAT64, false).getDouble());
            return x.mul((float) (0.25 / (0.25 + sigma * sigma)));
        }));
        DiffusionModel exact = DiffusionModel.of(new GaussianMixture(schedule, Prediction.DATA, shape,
                List.of(new GaussianMixture.Component(1, new double[4], new double[] {0.5, 0.5, 0.5, 0.5}))));
        Solver solver = Solvers.named("dpmpp-2m").on(GridType.LOGSNR, schedule, 6);
        Function<DiffusionModel, double[]> draw = model -> Sampling.images(manager, model, solver, new long[] {0, 1, 2}, 2)
                .toType(DataType.FLOAT64, false).toDoubleArray();
        assertArrayEquals(draw.apply(exact), draw.apply(byHand), 1e-4);
        assertEquals("none", byHand.sha256());
    }

    @Test
    void thresholdingComesAfterGuidanceInAnyOrder() {
        DiffusionModel model = byClass(ClassNumbers.oneHot(3));
        Conditions conditions = Conditions.balanced(3);
        NDArray x = manager.randomNormal(new Shape(2, 2, 2, 2)).mul(9);
        NDArray time = manager.create(new float[] {5});
        float[] one = model.given(conditions, 4).thresholded(0.5).denoiser(0, 1).predict(x, time).toFloatArray();
        float[] other = model.thresholded(0.5).given(conditions, 4).denoiser(0, 1).predict(x, time).toFloatArray();
        float[] expected = new DynamicThresholding(model.given(conditions, 4).denoiser(0, 1), 0.5, 1).predict(x, time)
                .toFloatArray();
        assertArrayEquals(expected, one);
        assertArrayEquals(expected, other);
        assertEquals(2, model.thresholded(0.5).given(conditions, 4).forwardsPerCall());
    }

    /** Such a network draws its classes, and says why it can do nothing else. */
    @Test
    void aNetworkWithoutNoneDrawsItsClasses() {
        DiffusionModel model = byClass(withoutNone());
        DiffusionModel known = byClass(ClassNumbers.oneHot(3));
        NDArray x = manager.ones(new Shape(2, 2, 2, 2));
        NDArray time = manager.create(new float[] {5});
        Conditions conditions = Conditions.balanced(3);
        assertArrayEquals(known.given(conditions, 1).denoiser(1, 2).predict(x, time).toFloatArray(),
                model.given(conditions, 1).denoiser(1, 2).predict(x, time).toFloatArray());
        for (DiffusionModel refusing : List.of(model, model.given(conditions, 2))) {
            assertTrue(assertThrows(IllegalArgumentException.class, () -> refusing.denoiser(1, 2)).getMessage()
                    .contains("stands for none"));
        }
    }
}
