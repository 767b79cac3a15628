package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import s4s.model.mini.Weights;

/**
 * Adam with its moments in the open, so that a checkpoint holds them.
 *
 * @param mean first moments
 * @param square second moments
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba 2015, algorithm 1</a>
 */
record Adam(Weights mean, Weights square) {
    private static final double BETA1 = 0.9;
    private static final double BETA2 = 0.999;
    private static final float EPSILON = 1e-8f;

    /** Moments at zero for {@code weights}. */
    static Adam start(Weights weights, NDManager manager) {
        return new Adam(weights.zeros(manager), weights.zeros(manager));
    }

    /** One step along the gradients that {@code weights} carry, which are zero afterwards. */
    void step(Weights weights, long step, double learningRate) {
        double corrected = learningRate * Math.sqrt(1 - Math.pow(BETA2, step + 1)) / (1 - Math.pow(BETA1, step + 1));
        weights.arrays().forEach((name, w) -> {
            try (NDArray gradient = w.getGradient()) {
                w.getNDArrayInternal().adamUpdate(
                        new NDList(w, gradient, mean.get(name), square.get(name)), new NDList(w),
                        (float) learningRate, (float) corrected, 0, 1, -1, (float) BETA1, (float) BETA2, EPSILON,
                        false, false);
            }
        });
    }
}
