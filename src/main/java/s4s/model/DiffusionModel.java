package s4s.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import s4s.schedule.NoiseSchedule;
import s4s.solver.Prediction;

/**
 * A diffusion model: a network, the conditions that it takes, and what decodes its samples. Samples are drawn from it, one for
 * each seed. A seed decides its sample's starting noise and, where there are conditions, its condition, so that no sample
 * depends on the others of its batch. What a solver calls is the {@link Denoiser} of a batch.
 *
 * <pre>{@code
 * DiffusionModel model = models.load("imagenet-mini", manager).given(Conditions.balanced(10), 2);
 * NDArray samples = Sampling.images(manager, model, solver, seeds, 64);
 * }</pre>
 *
 * It is a value: {@link #given}, {@link #thresholded} and {@link #named} return another one over the same networks.
 */
public final class DiffusionModel {

    private final Parts parts;
    private final Optional<Asked> asked;
    private final OptionalDouble quantile;
    /** The network as all seeds have it in common: predictions are asked of {@link #denoiser} alone. */
    private final Denoiser facts;

    /** What all models over the same networks share. */
    private record Parts(Denoiser network, Optional<Conditioned> conditioned, Decoder decoder, String name, String sha256) {}

    /** What the seeds ask for. */
    private record Asked(Conditions conditions, double guidance) {}

    private DiffusionModel(Parts parts, Optional<Asked> asked, OptionalDouble quantile) {
        this.parts = parts;
        this.asked = asked;
        this.quantile = quantile;
        this.facts = thresholding(asked.<Denoiser>map(a -> new Guidance(parts.network, parts.network, a.guidance))
                .orElse(parts.network));
    }

    /** A model of images without conditions. */
    public static DiffusionModel of(Denoiser denoiser) {
        return of(denoiser, Decoder.none());
    }

    /** A model without conditions. */
    public static DiffusionModel of(Denoiser denoiser, Decoder decoder) {
        return of(denoiser, Optional.empty(), decoder);
    }

    /**
     * A model whose network was trained with conditions, some of which were dropped, so that it also answers without. It draws
     * without until it is {@link #given} some.
     *
     * @param network the conditional network
     * @param preconditioning its preconditioning
     * @param encoder what it can be asked for: a class or a text, one for all samples of a batch or one for each
     * @throws IllegalArgumentException if network and encoder do not fit together
     */
    public static DiffusionModel of(
            Network network, Preconditioning preconditioning, ConditionEncoder encoder, Decoder decoder) {
        Conditioned conditioned = new Conditioned(network, preconditioning, encoder);
        return of(conditioned.under(new float[Math.toIntExact(encoder.shape().size())]), Optional.of(conditioned), decoder);
    }

    private static DiffusionModel of(Denoiser network, Optional<Conditioned> conditioned, Decoder decoder) {
        return new DiffusionModel(new Parts(network, conditioned, decoder, "unnamed", "none"), Optional.empty(),
                OptionalDouble.empty());
    }

    /**
     * This model under conditions, with classifier-free guidance.
     *
     * @param conditions of the seeds
     * @param guidance scale w, see {@link Guidance}; 1 is the condition alone
     * @throws IllegalArgumentException if the network takes no conditions, or for a scale that is negative or not finite
     */
    public DiffusionModel given(Conditions conditions, double guidance) {
        conditioned();
        return new DiffusionModel(parts, Optional.of(new Asked(conditions, guidance)), quantile);
    }

    /** {@link #given(Conditions, double)} where there are conditions, else this model. */
    public DiffusionModel given(Optional<Conditions> conditions, double guidance) {
        return conditions.map(some -> given(some, guidance)).orElse(this);
    }

    /**
     * This model with dynamic thresholding of what it predicts, after guidance: for pixels in [-1, 1].
     *
     * @param q quantile of a sample's absolute values in [0, 1], see {@link DynamicThresholding}
     * @throws IllegalArgumentException for a number that is no quantile
     */
    public DiffusionModel thresholded(double q) {
        return new DiffusionModel(parts, asked, OptionalDouble.of(q));
    }

    /**
     * This model with what provenance calls it.
     *
     * @param name of the model
     * @param sha256 hash of its weights
     */
    public DiffusionModel named(String name, String sha256) {
        return new DiffusionModel(new Parts(parts.network, parts.conditioned, parts.decoder, name, sha256), asked, quantile);
    }

    /**
     * The network for a batch; under conditions it refuses a batch of another size.
     *
     * @param seeds one for each sample of the batch, in their order
     * @throws IllegalArgumentException for a condition that the model does not know, or if it does not draw without
     */
    public Denoiser denoiser(long... seeds) {
        if (asked.isPresent()) {
            return thresholding(new OfBatch(conditioned().guided(asked.get().conditions.of(seeds), asked.get().guidance),
                    seeds.length));
        }
        return thresholding(parts.conditioned.<Denoiser>map(Conditioned::unconditional).orElse(parts.network));
    }

    /**
     * The network under conditions given one by one, instead of those of seeds.
     *
     * @param conditions one for all samples of a batch, or one for each
     * @param guidance scale w, see {@link Guidance}; 1 is the condition alone
     * @throws IllegalArgumentException if the network takes no conditions or does not know one; the message says which it knows
     */
    public Denoiser denoiser(List<String> conditions, double guidance) {
        return thresholding(conditioned().guided(conditions, guidance));
    }

    private Denoiser thresholding(Denoiser denoiser) {
        return quantile.isPresent() ? new DynamicThresholding(denoiser, quantile.getAsDouble(), 1) : denoiser;
    }

    private Conditioned conditioned() {
        return parts.conditioned.orElseThrow(
                () -> new IllegalArgumentException("model '" + parts.name + "' takes no class and no text"));
    }

    /** What the network can be asked for; empty if it takes no conditions. */
    public Optional<ConditionEncoder> encoder() {
        return parts.conditioned.map(Conditioned::encoder);
    }

    /** From samples to images. */
    public Decoder decoder() {
        return parts.decoder;
    }

    /** Which condition a seed has, and the guidance, in words; empty where there are no conditions. */
    public Optional<String> conditions() {
        return asked.map(a -> a.conditions.rule() + ", guidance " + a.guidance);
    }

    /** What provenance calls it. */
    public String name() {
        return parts.name;
    }

    /** Hash of its weights; "none" of a model that was not {@link #named}. */
    public String sha256() {
        return parts.sha256;
    }

    /** What the network predicts. */
    public Prediction prediction() {
        return facts.prediction();
    }

    /** The schedule whose times the network understands. */
    public NoiseSchedule schedule() {
        return facts.schedule();
    }

    /** The number type in which the network computes. */
    public DataType dataType() {
        return facts.dataType();
    }

    /** The shape of one sample, without the batch: (channels, height, width). */
    public Shape sampleShape() {
        return facts.sampleShape();
    }

    /** Forward passes behind one prediction, see {@link Denoiser#forwardsPerCall}. */
    public int forwardsPerCall() {
        return facts.forwardsPerCall();
    }

    /** A network that takes conditions. */
    private record Conditioned(Network network, Preconditioning preconditioning, ConditionEncoder encoder) {

        Conditioned {
            if (!network.conditionShape().equals(encoder.shape())) {
                throw new IllegalArgumentException("the network takes a condition of the shape " + network.conditionShape()
                        + ", requests become " + encoder.shape());
            }
        }

        NetworkDenoiser under(float[] rows) {
            return new NetworkDenoiser(network, preconditioning, rows);
        }

        NetworkDenoiser unconditional() {
            return under(encoder.none());
        }

        /** One forward pass over a doubled batch, the first half without condition. */
        Denoiser guided(List<String> asked, double scale) {
            float[] given = encoder.rows(asked);
            if (scale == 1) {
                return under(given);                    // also of a network that does not know what no request is
            }
            float[] none = encoder.none();
            return new Guidance(under(none), under(given), scale, (x, time) -> both(none, given, x, time));
        }

        private NDList both(float[] none, float[] given, NDArray x, NDArray time) {
            int batch = Math.toIntExact(x.getShape().get(0));
            List<float[]> all = new ArrayList<>(Collections.nCopies(batch, none));
            all.addAll(given.length == none.length ? Collections.nCopies(batch, given) : List.of(given));
            float[] rows = ConditionEncoder.join(all);
            NDManager caller = x.getManager();
            try (NDManager scope = caller.newSubManager()) {
                scope.tempAttachAll(x, time);
                NDArray times = time.size() == 1 ? time : time.concat(time, 0);
                NDList halves = under(rows).predict(x.concat(x, 0), times).split(2);
                halves.attach(caller);
                return halves;
            }
        }
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
}
