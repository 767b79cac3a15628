package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;

/**
 * Classifier-free guidance: from a prediction without condition and one with it,
 *
 * <pre>
 *   e = e_u + w (e_c - e_u),   equally   D = D_u + w (D_c - D_u)
 * </pre>
 *
 * One guided evaluation is one NFE and two forward passes; with {@code w = 1} (the condition alone) or {@code w = 0} (none) it
 * is one forward pass.
 *
 * @see <a href="https://arxiv.org/abs/2207.12598">Ho and Salimans 2022</a>, whose scale is {@code w - 1}
 */
public final class Guidance extends DenoiserDecorator {

    private final Denoiser conditional;
    private final double scale;
    private final Pair pair;

    /** Both predictions of one evaluation. */
    @FunctionalInterface
    interface Pair {
        /** Without the condition and with it, in the manager of {@code x}. */
        NDList predict(NDArray x, NDArray time);
    }

    /**
     * @param unconditional the model without the condition
     * @param conditional the model with it, of the same schedule, prediction, number type and sample shape
     * @param scale w, at least 0
     * @throws IllegalArgumentException if the scale is negative or not finite, or the two models do not fit together
     */
    public Guidance(Denoiser unconditional, Denoiser conditional, double scale) {
        this(unconditional, conditional, scale,
                (x, time) -> new NDList(unconditional.predict(x, time), conditional.predict(x, time)));
    }

    /** Guidance of a network that has a way of its own to both predictions. */
    Guidance(Denoiser unconditional, Denoiser conditional, double scale, Pair pair) {
        super(unconditional);
        if (!(scale >= 0 && Double.isFinite(scale))) {
            throw new IllegalArgumentException("A guidance scale is finite and at least 0 (1 is the condition alone), not "
                    + scale + ".");
        }
        boolean fit = unconditional.prediction() == conditional.prediction()
                && unconditional.schedule().equals(conditional.schedule())
                && unconditional.dataType() == conditional.dataType()
                && unconditional.sampleShape().equals(conditional.sampleShape());
        if (!fit) {
            throw new IllegalArgumentException("Guidance combines two predictions of one model: schedule, prediction, number"
                    + " type and sample shape must be the same with the condition and without.");
        }
        this.conditional = conditional;
        this.scale = scale;
        this.pair = pair;
    }

    /** The guidance scale w. */
    public double scale() {
        return scale;
    }

    @Override
    public NDArray predict(NDArray x, NDArray time) {
        if (scale == 1) {
            return conditional.predict(x, time);
        }
        if (scale == 0) {
            return inner.predict(x, time);
        }
        NDList both = pair.predict(x, time);
        try (NDArray without = both.get(0);
                NDArray with = both.get(1);
                NDArray direction = with.sub(without);
                NDArray factor = Constant.like(direction, scale);
                NDArray push = direction.mul(factor)) {
            return without.add(push);
        }
    }

    @Override
    public int forwardsPerCall() {
        return (scale == 1 ? 0 : inner.forwardsPerCall()) + (scale == 0 ? 0 : conditional.forwardsPerCall());
    }
}
