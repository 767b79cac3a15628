package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import s4s.model.mini.UNet;

/** A raw network in the terms of its {@link Preconditioning}: what a {@link UNet} and a TorchScript file have in common. */
public interface Network {

    /** The shape of one sample, without the batch. */
    Shape sampleShape();

    /** The shape of one row of a condition, without the batch; no dimensions: the network takes no condition. */
    Shape conditionShape();

    /**
     * The output of a network without condition.
     *
     * @param input float32 [B, sample shape...]
     * @param noise what it is told of the noise, float32 [B] or [1]
     * @return float32, shape of {@code input}, in its manager
     */
    NDArray forward(NDArray input, NDArray noise);

    /**
     * The output of a conditional network.
     *
     * @param input float32 [B, sample shape...]
     * @param noise what it is told of the noise, float32 [B] or [1]
     * @param rows the condition, float32 [B, condition shape...] or [1, condition shape...]
     * @return float32, shape of {@code input}, in its manager
     */
    NDArray forward(NDArray input, NDArray noise, NDArray rows);
}
