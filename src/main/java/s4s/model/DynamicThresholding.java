package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import s4s.solver.Prediction;

/**
 * Dynamic thresholding: keeps a model's clean samples within the range of pixels. For each sample,
 *
 * <pre>
 *   q = max(least, quantile of |D_j| over the sample's elements j),    D &lt;- clip(D, -q, q) / q
 * </pre>
 *
 * with linear interpolation between order statistics. It predicts data whatever the model predicts; a noise prediction becomes
 * {@code D = (x - sigma_t e) / alpha_t} with the time's {@code alpha_t} and {@code sigma_t}.
 *
 * @see <a href="https://arxiv.org/abs/2205.11487">Saharia et al. 2022, section 2.3</a>
 */
public final class DynamicThresholding extends DenoiserDecorator {

    private final double quantile;
    private final double least;

    /** The published values: quantile 0.995, least threshold 1. */
    public DynamicThresholding(Denoiser denoiser) {
        this(denoiser, 0.995, 1);
    }

    /**
     * @param denoiser the model
     * @param quantile in [0, 1]
     * @param least the threshold is never below this, positive; 1 for pixels in [-1, 1]
     * @throws IllegalArgumentException if a number is out of its range
     */
    public DynamicThresholding(Denoiser denoiser, double quantile, double least) {
        super(denoiser);
        if (!(quantile >= 0 && quantile <= 1)) {
            throw new IllegalArgumentException("A quantile lies between 0 and 1; " + quantile + " does not.");
        }
        if (!(least > 0 && Double.isFinite(least))) {
            throw new IllegalArgumentException("The least threshold is finite and positive, not " + least + ".");
        }
        this.quantile = quantile;
        this.least = least;
    }

    @Override
    public Prediction prediction() {
        return Prediction.DATA;
    }

    @Override
    public NDArray predict(NDArray x, NDArray time) {
        NDManager manager = x.getManager();
        try (NDManager scope = manager.newSubManager()) {
            scope.tempAttachAll(x, time);
            NDArray data = data(scope, x, time, inner.predict(x, time));
            NDArray flat = data.reshape(x.getShape().get(0), -1);
            NDArray q = quantile(flat.abs().sort(1)).maximum(least);
            NDArray result = flat.minimum(q).maximum(q.neg()).div(q).reshape(x.getShape());
            result.attach(manager);
            return result;
        }
    }

    private NDArray data(NDManager scope, NDArray x, NDArray time, NDArray prediction) {
        prediction.attach(scope);
        if (inner.prediction() == Prediction.DATA) {
            return prediction;
        }
        long[] column = new long[x.getShape().dimension()];
        Arrays.fill(column, 1);
        column[0] = time.size();
        // the numbers in the type of x, not the other way round: a conversion of x would cut its graph
        NDArray alpha = TimeFunction.alpha(scope, time, schedule()).toType(x.getDataType(), false).reshape(column);
        NDArray level = TimeFunction.level(scope, time, schedule()).toType(x.getDataType(), false).reshape(column);
        return x.div(alpha).sub(prediction.mul(level));
    }

    /** The quantile of each row of sorted numbers, shape (batch, 1). */
    private NDArray quantile(NDArray sorted) {
        long last = sorted.getShape().get(1) - 1;
        double place = quantile * last;
        long below = (long) Math.floor(place);
        NDArray low = sorted.get(":, " + below + ":" + (below + 1));
        if (below == last) {
            return low;
        }
        NDArray high = sorted.get(":, " + (below + 1) + ":" + (below + 2));
        return low.add(high.sub(low).mul(place - below));
    }
}
