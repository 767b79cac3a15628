package s4s.model;

import java.util.Optional;
import org.junit.jupiter.api.Assumptions;
import s4s.model.torchscript.ConvolutionCheck;

/** What tests of TorchScript gradients need of the machine. */
public final class Convolutions {
    private Convolutions() {}

    /** Skips a test, and says why, where no TorchScript gradient can be right. */
    public static void assumeRightGradients() {
        Optional<String> fault = ConvolutionCheck.fault(Devices.chosen());
        Assumptions.assumeTrue(fault.isEmpty(), () -> fault.get());
    }
}
