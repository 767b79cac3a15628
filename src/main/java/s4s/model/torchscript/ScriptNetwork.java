package s4s.model.torchscript;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import s4s.model.Network;

/**
 * A TorchScript file that takes what a {@link Network} takes.
 *
 * @param module the file
 * @param sampleShape shape of one sample
 * @param conditionShape shape of one row of a condition; no dimensions: none
 */
record ScriptNetwork(TorchScriptModule module, Shape sampleShape, Shape conditionShape) implements Network {

    @Override
    public NDArray forward(NDArray input, NDArray noise) {
        return module.forward(input, noise);
    }

    @Override
    public NDArray forward(NDArray input, NDArray noise, NDArray rows) {
        return module.forward(input, noise, rows);
    }
}
