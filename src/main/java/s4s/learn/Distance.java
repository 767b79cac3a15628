package s4s.learn;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.UnaryOperator;
import s4s.metric.MiniFeatures;
import s4s.model.Constant;
import s4s.model.Decoder;
import s4s.model.mini.FeatureNet;

/** How far samples lie from the teacher's, as something that can be differentiated. */
@FunctionalInterface
public interface Distance {

    /**
     * Distances of some pairs.
     *
     * @param values the distance of each pair, shape (batch)
     * @param embedding coordinates of the samples, shape (batch, any), in which the distance is a squared length:
     *     {@code d(x, y) = |embedding(x) - embedding(y)|^2}; learning takes the curvature of its objective from them. Empty
     *     where there are none: the curvature then comes from how the distance's gradient changes
     */
    record Measured(NDArray values, Optional<NDArray> embedding) {}

    /**
     * @param samples float32, shape (batch, sample shape...)
     * @param targets the teacher's, of the same shape
     */
    Measured measure(NDArray samples, NDArray targets);

    /** Mean squared difference of the elements. */
    static Distance l2() {
        return squared(Distance::flat);
    }

    /** Mean absolute difference of the elements. */
    static Distance l1() {
        return of((samples, targets) -> rows(samples.sub(targets).abs()).mean(new int[] {1}));
    }

    /** The perceptual distance of {@link MiniFeatures}: LPIPS' formula in the features of a small network. */
    static Distance perceptual(FeatureNet network) {
        return squared(images -> MiniFeatures.embedding(network.maps(images)));
    }

    /**
     * Any distance: not negative, 0 for equal arguments, and differentiable almost everywhere else.
     *
     * @param values from samples and targets to one number for each pair; shape (batch) or (batch, 1, ...)
     */
    static Distance of(BinaryOperator<NDArray> values) {
        return (samples, targets) ->
                new Measured(values.apply(samples, targets).reshape(samples.getShape().get(0)), Optional.empty());
    }

    /**
     * A squared length in other coordinates.
     *
     * @param embedding from (batch, ...) to (batch, any), differentiable
     */
    static Distance squared(UnaryOperator<NDArray> embedding) {
        return (samples, targets) -> {
            NDArray here = embedding.apply(samples);
            return new Measured(here.sub(embedding.apply(targets)).square().sum(new int[] {1}), Optional.of(here));
        };
    }

    /** This distance between the images that latents are decoded to. */
    default Distance decoded(Decoder decoder) {
        return (samples, targets) -> measure(decoder.decode(samples), decoder.decode(targets));
    }

    private static NDArray flat(NDArray samples) {
        NDArray rows = rows(samples);
        return rows.div(Constant.like(rows, Math.sqrt(rows.getShape().get(1))));
    }

    private static NDArray rows(NDArray array) {
        Shape shape = array.getShape();
        return array.reshape(shape.get(0), shape.size() / shape.get(0));
    }
}
