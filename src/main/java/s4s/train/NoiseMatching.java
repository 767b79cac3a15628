package s4s.train;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import s4s.model.Decoder;
import s4s.model.Denoiser;
import s4s.model.NetworkDenoiser;
import s4s.model.NoisePrediction;
import s4s.model.mini.Autoencoder;
import s4s.model.mini.UNet;
import s4s.model.mini.Weights;
import s4s.model.repository.ModelCard;
import s4s.schedule.Discrete;

/**
 * The loss of DDPM and latent diffusion: the mean over batch and elements of
 * \[ \| F(\alpha_n x + \sigma_n e;\,n) - e \|^2,\quad e \sim N(0, I),\ n \text{ uniform among } 1..M. \]
 *
 * @param network the network F
 * @param rates first and last noise rate of the schedule, see {@link Discrete#squareRootLinear}
 * @param latents whose latents the examples are
 * @param conditioning the condition of every example; empty for a network without
 * @see <a href="https://arxiv.org/abs/2006.11239">Ho et al. 2020, equation 14</a>
 * @see <a href="https://arxiv.org/abs/2112.10752">Rombach et al. 2022, equation 2</a>
 */
public record NoiseMatching(UNet.Config network, Rates rates, LatentSpace latents, Optional<Conditioning> conditioning)
        implements Diffusion {

    /** First and last noise rate, and the number of steps between them. */
    public record Rates(double first, double last, int times) {
        /** Of LDM's unconditional and class-conditional models. */
        public static final Rates LATENT_DIFFUSION = new Rates(0.0015, 0.0195, 1000);
        /** Of Stable Diffusion 1. */
        public static final Rates STABLE_DIFFUSION = new Rates(0.00085, 0.012, 1000);

        /** The schedule with these rates. */
        public Discrete schedule() {
            return Discrete.squareRootLinear(first, last, times);
        }
    }

    /**
     * The space of the examples.
     *
     * @param autoencoder name of the autoencoder
     * @param weightsSha256 hash of its weights
     * @param network its architecture
     * @param decoder from examples to images
     */
    public record LatentSpace(String autoencoder, String weightsSha256, Autoencoder.Config network, Decoder decoder) {}

    /** Checks that network and condition fit together. */
    public NoiseMatching {
        int wanted = conditioning.map(c -> c.vocabulary().size()).orElse(0);
        if (network.conditions() != wanted) {
            throw new IllegalArgumentException("the network takes " + network.conditions()
                    + " numbers as its condition, the examples have " + wanted);
        }
    }

    @Override
    public NoisePrediction preconditioning() {
        return new NoisePrediction(rates.schedule());
    }

    @Override
    public Decoder decoder() {
        return latents.decoder;
    }

    /** Under as many conditions of the data as a preview has images, none dropped. */
    @Override
    public Denoiser denoiser(Weights weights) {
        UNet unet = new UNet(network, weights);
        if (conditioning.isEmpty()) {
            return new NetworkDenoiser(unet, preconditioning());
        }
        Conditioning all = new Conditioning(conditioning.get().vocabulary(), conditioning.get().places(), 0);
        int[] first = new int[PREVIEWS];
        java.util.Arrays.setAll(first, i -> i % all.places().size());
        return new NetworkDenoiser(unet, preconditioning(), all.vectors(first, new SplittableRandom(0)));
    }

    @Override
    public ModelCard.Kind kind() {
        return ModelCard.Kind.NOISE_UNET;
    }

    @Override
    public Map<String, Object> settings() {
        return conditioning.<Map<String, Object>>map(c -> Map.of("conditionsDropped", c.drop())).orElse(Map.of());
    }

    @Override
    public Map<String, Object> plan() {
        Map<String, Object> plan = new TreeMap<>(settings());
        plan.put("schedule", rates);
        Map<String, Object> space = TrainingPlan.network(latents.network, latents.network.weightShapes());
        space.put("name", latents.autoencoder);
        space.put("weightsSha256", latents.weightsSha256);
        plan.put("latents", space);
        conditioning.ifPresent(c -> plan.put("conditions", Map.of("places", c.places())));
        return plan;
    }

    @Override
    public Map<String, Object> details(Weights weights, Examples examples) {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("schedule", rates);
        details.put("autoencoder",
                new TreeMap<>(Map.of("name", latents.autoencoder, "weightsSha256", latents.weightsSha256)));
        conditioning.ifPresent(c -> details.putAll(c.details()));
        return details;
    }

    @Override
    public NDArray loss(Weights weights, NDArray x, int[] indices, SplittableRandom random) {
        NDManager scope = x.getManager();
        int batch = indices.length;
        double[] logAlphas = rates.schedule().logAlphas();
        float[] time = new float[batch];
        float[] alpha = new float[batch];
        float[] sigma = new float[batch];
        for (int i = 0; i < batch; i++) {
            int n = random.nextInt(rates.times);
            time[i] = (n + 1) / (float) rates.times;
            alpha[i] = (float) Math.exp(logAlphas[n]);
            sigma[i] = (float) Math.sqrt(-Math.expm1(2 * logAlphas[n]));
        }
        Shape column = new Shape(batch, 1, 1, 1);
        NDArray noise = Batches.normal(scope, random, x.getShape());
        NDArray input = x.mul(scope.create(alpha, column)).add(noise.mul(scope.create(sigma, column)));
        NDArray label = preconditioning().noise(scope.create(time));
        UNet unet = new UNet(network, weights);
        NDArray output = conditioning.isEmpty() ? unet.forward(input, label) : unet.forward(input, label, scope.create(
                conditioning.get().vectors(indices, random), new Shape(batch, network.conditions())).duplicate());
        return output.sub(noise).square().mean();
    }
}
