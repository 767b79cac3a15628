package s4s.model.torchscript;

import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.training.GradientCollector;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ConvolutionCheckTest {
    private static final int IMAGES = 2;
    private static final int SIZE = 16;
    private static final int FROM = 64;
    private static final int TO = 4;

    /** Its verdict is that of another convolution, of random numbers, whose gradient is summed here. */
    @Test
    void tellsWhetherGradientsAreRightOnThisMachine() {
        Random random = new Random(1);
        float[] kernel = normal(random, TO * FROM * 9);
        float[] outer = normal(random, IMAGES * TO * SIZE * SIZE);
        double worst = 0;
        try (NDManager manager = NDManager.newBaseManager(Device.cpu())) {
            NDArray x = manager.create(normal(random, IMAGES * FROM * SIZE * SIZE), new Shape(IMAGES, FROM, SIZE, SIZE));
            x.setRequiresGradient(true);
            try (GradientCollector collector = manager.getEngine().newGradientCollector()) {
                Shape one = new Shape(1, 1);
                NDArray y = Conv2d.conv2d(x, manager.create(kernel, new Shape(TO, FROM, 3, 3)), null, one, one, one)
                        .singletonOrThrow();
                collector.backward(y.mul(manager.create(outer, new Shape(IMAGES, TO, SIZE, SIZE))).sum());
            }
            float[] found = x.getGradient().toFloatArray();
            for (int at = 0; at < found.length; at++) {
                double error = Math.abs(derivative(kernel, outer, at) - found[at]);
                worst = Double.isNaN(error) ? Double.POSITIVE_INFINITY : Math.max(worst, error);
            }
        }
        assertEquals(worst < 1e-3, ConvolutionCheck.fault(Device.cpu()).isEmpty(), "largest error " + worst);
    }

    private static double derivative(float[] kernel, float[] outer, int at) {
        int column = at % SIZE;
        int row = at / SIZE % SIZE;
        int channel = at / SIZE / SIZE % FROM;
        int image = at / SIZE / SIZE / FROM;
        double sum = 0;
        for (int to = 0; to < TO; to++) {
            for (int i = 0; i < 9; i++) {
                int y = row - i / 3 + 1;
                int x = column - i % 3 + 1;
                if (Math.min(x, y) >= 0 && Math.max(x, y) < SIZE) {
                    sum += (double) kernel[(to * FROM + channel) * 9 + i] * outer[((image * TO + to) * SIZE + y) * SIZE + x];
                }
            }
        }
        return sum;
    }

    private static float[] normal(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }
}
