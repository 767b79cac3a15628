package s4s.model.torchscript;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.convolutional.Conv2d;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.jni.JniUtils;
import java.util.List;
import java.util.Optional;

/**
 * Whether the engine differentiates convolutions correctly on this machine. On some virtual processors its kernels for images in
 * the order [B, C, H, W] lose channels in some shapes where their number is no multiple of 16, so that the gradient with respect
 * to the input of a convolution from 64 to 3 channels, say, is wrong by as much as its own size, or NaN. TorchScript networks and
 * distances compute in this order; the project's own networks have the channels last, which other kernels do.
 */
public final class ConvolutionCheck {
    private static final Shape INPUT = new Shape(2, 64, 16, 16);
    private static final Shape KERNEL = new Shape(4, 64, 3, 3);
    // of 16 channels: what the kernels make of the derivative by the output, and of the kernel
    private static final List<Shape> BLOCKS = List.of(new Shape(2, 16, 16, 16), new Shape(16, 64, 3, 3), INPUT);

    private ConvolutionCheck() {}

    /**
     * Differentiates the sum of a convolution by a kernel of ones, whose derivative is 4 channels times the 9, 6 or 4 places of
     * the kernel that lie within the image.
     *
     * @param device where
     * @return what is wrong and what to do, one line; empty if nothing is
     */
    public static Optional<String> fault(Device device) {
        try (NDManager manager = NDManager.newBaseManager(device)) {
            for (Shape block : BLOCKS) {
                manager.full(block, 1e3f).close(); // else memory may hold what the kernels forget to write
            }
            NDArray x = manager.ones(INPUT);
            x.setRequiresGradient(true);
            boolean before = JniUtils.isGradMode();
            JniUtils.setGradMode(true); // of this thread; a process has one collector, which may be open
            try {
                Shape one = new Shape(1, 1);
                NDArray y = Conv2d.conv2d(x, manager.ones(KERNEL), null, one, one, one).singletonOrThrow();
                JniUtils.backward((PtNDArray) y, (PtNDArray) y.onesLike(), false, false);
            } finally {
                JniUtils.setGradMode(before);
            }
            float[] found = x.getGradient().toFloatArray();
            for (int at = 0; at < found.length; at++) {
                int right = 4 * places(at % 16) * places(at / 16 % 16);
                if (!(Math.abs(found[at] - right) < 1e-3)) {
                    return Optional.of("PyTorch computes gradients of convolutions wrongly on this processor (" + found[at]
                            + " where " + right + " is right); start again with ONEDNN_MAX_CPU_ISA=SSE41 in the environment");
                }
            }
        }
        return Optional.empty();
    }

    private static int places(int at) {
        return at == 0 || at == 15 ? 2 : 3;
    }
}
