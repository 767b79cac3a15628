package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/** A diffusion model put together: a network, the conditions of its seeds, guidance, and what decodes its samples. */
public final class SeededModel implements DiffusionModel {

    private final Denoiser any;
    private final Function<long[], Denoiser> networks;
    private final Decoder decoder;
    private final Optional<String> conditions;

    private SeededModel(Denoiser any, Function<long[], Denoiser> networks, Decoder decoder, Optional<String> conditions) {
        this.any = any;
        this.networks = networks;
        this.decoder = decoder;
        this.conditions = conditions;
    }

    /** A model without conditions. */
    public static SeededModel of(Denoiser denoiser, Decoder decoder) {
        return new SeededModel(denoiser, seeds -> denoiser, decoder, Optional.empty());
    }

    /**
     * A model that asks for each seed's own condition.
     *
     * @param model the network; it takes one condition for each sample of a batch
     * @param conditions of the seeds
     * @param guidance scale w, see {@link Guidance}; 1 is the condition alone
     */
    public static SeededModel of(Conditional<List<String>> model, Conditions conditions, double guidance, Decoder decoder) {
        return new SeededModel(new Guidance(model.unconditional(), model.unconditional(), guidance),
                seeds -> new OfBatch(model.guided(conditions.of(seeds), guidance), seeds.length), decoder,
                Optional.of(conditions.rule() + ", guidance " + guidance));
    }

    /**
     * This model with dynamic thresholding of what it predicts, after guidance: for pixels in [-1, 1].
     *
     * @param quantile of a sample's absolute values, see {@link DynamicThresholding}
     */
    public SeededModel thresholded(double quantile) {
        return new SeededModel(new DynamicThresholding(any, quantile, 1),
                seeds -> new DynamicThresholding(networks.apply(seeds), quantile, 1), decoder, conditions);
    }

    /** A network that was made for the seeds of one batch and refuses another. */
    private static final class OfBatch extends DenoiserDecorator {
        private final int count;

        OfBatch(Denoiser inner, int count) {
            super(inner);
            this.count = count;
        }

        @Override
        public NDArray predict(NDArray x, NDArray time) {
            if (x.getShape().get(0) != count) {
                throw new IllegalArgumentException(x.getShape().get(0) + " samples, but the network is that of " + count
                        + " seeds");
            }
            return inner.predict(x, time);
        }
    }

    @Override
    public Denoiser denoiser(long... seeds) {
        return networks.apply(seeds.clone());
    }

    @Override
    public Decoder decoder() {
        return decoder;
    }

    @Override
    public Optional<String> conditions() {
        return conditions;
    }

    @Override
    public Prediction prediction() {
        return any.prediction();
    }

    @Override
    public NoiseSchedule schedule() {
        return any.schedule();
    }

    @Override
    public DataType dataType() {
        return any.dataType();
    }

    @Override
    public Shape sampleShape() {
        return any.sampleShape();
    }

    @Override
    public int forwardsPerCall() {
        return any.forwardsPerCall();
    }
}
