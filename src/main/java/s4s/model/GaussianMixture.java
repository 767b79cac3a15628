package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/**
 * The exact denoiser of a mixture of Gaussians with diagonal covariances, in float64: a model without weights, whose ODE can be
 * solved to any accuracy.
 *
 * <p>For {@code x_0 ~ sum_k w_k N(mu_k, diag(s_k^2))} and {@code y = x_0 + sigma n},
 *
 * <pre>
 *   v_kj = s_kj^2 + sigma^2
 *   r_k  = softmax_k( log w_k - 1/2 sum_j [ log v_kj + (y_j - mu_kj)^2 / v_kj ] )
 *   D_j  = sum_k r_k ( mu_kj + s_kj^2 (y_j - mu_kj) / v_kj )
 *   e_j  = (y_j - D_j) / sigma = sum_k r_k sigma (y_j - mu_kj) / v_kj
 * </pre>
 *
 * The last form has no cancellation, so both predictions stay accurate from the lowest to the highest levels. When time and
 * noise level differ (an evaluation level of its own), {@code alpha} and {@code sigma} are those of the time, as for a network.
 * First derivatives with respect to {@code x} and to the time can be taken by backpropagation.
 */
public final class GaussianMixture implements Denoiser {

    private final NoiseSchedule schedule;
    private final Prediction prediction;
    private final Shape sampleShape;
    private final List<Component> components;

    /**
     * One Gaussian.
     *
     * @param weight positive; weights are normalised to sum to 1
     * @param mean one number for every element of a sample, in row-major order
     * @param deviation standard deviations, positive, as many
     */
    public record Component(double weight, double[] mean, double[] deviation) {
        public Component {
            mean = mean.clone();
            deviation = deviation.clone();
        }

        @Override
        public double[] mean() {
            return mean.clone();
        }

        @Override
        public double[] deviation() {
            return deviation.clone();
        }
    }

    /**
     * @param schedule schedule whose times the model shall understand
     * @param prediction what the model shall predict
     * @param sampleShape shape of one sample
     * @param components at least one Gaussian
     * @throws IllegalArgumentException if a weight or deviation is not positive and finite, or a length does not fit the shape
     */
    public GaussianMixture(NoiseSchedule schedule, Prediction prediction, Shape sampleShape, List<Component> components) {
        if (components.isEmpty()) {
            throw new IllegalArgumentException("A mixture needs at least one component.");
        }
        for (Component c : components) {
            if (c.mean.length != sampleShape.size() || c.deviation.length != sampleShape.size()) {
                throw new IllegalArgumentException("A sample of shape " + sampleShape + " has " + sampleShape.size()
                        + " elements, but a component has " + c.mean.length + " means and " + c.deviation.length + " deviations.");
            }
            boolean positive = c.weight > 0 && c.weight < Double.POSITIVE_INFINITY
                    && Arrays.stream(c.deviation).allMatch(s -> s > 0 && s < Double.POSITIVE_INFINITY)
                    && Arrays.stream(c.mean).allMatch(Double::isFinite);
            if (!positive) {
                throw new IllegalArgumentException("Weights and deviations of a mixture are positive and finite, means finite.");
            }
        }
        this.schedule = schedule;
        this.prediction = prediction;
        this.sampleShape = sampleShape;
        this.components = List.copyOf(components);
    }

    /** The mixture of some of the components only: a class of the model. */
    public GaussianMixture only(int... kept) {
        List<Component> some = Arrays.stream(kept).mapToObj(components::get).toList();
        return new GaussianMixture(schedule, prediction, sampleShape, some);
    }

    @Override
    public NDArray predict(NDArray x, NDArray time) {
        NDManager manager = x.getManager();
        long batch = x.getShape().get(0);
        try (NDManager scope = manager.newSubManager()) {
            scope.tempAttachAll(x, time);
            NDArray sigma = TimeFunction.level(scope, time, schedule).reshape(time.size(), 1, 1);
            NDArray alpha = TimeFunction.alpha(scope, time, schedule).reshape(time.size(), 1, 1);
            NDArray mean = table(scope, Component::mean);
            NDArray variance = table(scope, Component::deviation).square();
            NDArray weight = scope.create(components.stream().mapToDouble(Component::weight).toArray())
                    .reshape(1, components.size(), 1);

            NDArray y = x.reshape(batch, 1, sampleShape.size()).div(alpha);
            NDArray v = variance.add(sigma.square());
            NDArray gap = y.sub(mean);
            NDArray logits = gap.square().div(v).add(v.log()).sum(new int[] {2}, true)
                    .mul(Constant.like(x, -0.5)).add(weight.log());
            // softmax by hand: the library's softmax and max start threads even for a handful of numbers
            NDArray largest = logits.split(components.size(), 1).stream().reduce(NDArray::maximum).orElseThrow();
            NDArray odds = logits.sub(largest).exp();
            NDArray r = odds.div(odds.sum(new int[] {1}, true));
            NDArray part = prediction == Prediction.NOISE
                    ? gap.mul(sigma).div(v)
                    : gap.mul(variance).div(v).add(mean);
            NDArray result = r.mul(part).sum(new int[] {1}).reshape(x.getShape());
            result.attach(manager);
            return result;
        }
    }

    private NDArray table(NDManager scope, Function<Component, double[]> part) {
        double[] flat = components.stream().map(part).flatMapToDouble(Arrays::stream).toArray();
        return scope.create(flat).duplicate().reshape(1, components.size(), sampleShape.size());
    }

    @Override
    public Prediction prediction() {
        return prediction;
    }

    @Override
    public NoiseSchedule schedule() {
        return schedule;
    }

    @Override
    public DataType dataType() {
        return DataType.FLOAT64;
    }

    @Override
    public Shape sampleShape() {
        return sampleShape;
    }
}
